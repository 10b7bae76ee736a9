#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# install.sh - make install and make uninstall: what goes where, that DESTDIR, PREFIX and SYSCONFDIR are all that decides it,
# and what stays. And make help, as wide as a terminal.

cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
. tests/lib/tap.sh

WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

into() { make -s "$1" DESTDIR="$WORK/root" PREFIX=/opt/levee SYSCONFDIR=/opt/etc; } # install|uninstall
files() { (cd "$WORK/root" && find . -type f | sed 's|^\./||' | LC_ALL=C sort); }
here() { [ -f "$WORK/root/opt/levee/$1" ]; } # FILE below PREFIX

check "make install" into install
check "the program" cmp build/levee "$WORK/root/opt/levee/sbin/levee"
for file in share/man/man8/levee.8 share/man/man5/levee.conf.5 share/bash-completion/completions/levee \
	share/doc/levee/README.md share/levee/grafana/levee.json share/levee/prometheus/levee.rules.yml; do
	check "$file" here "$file"
done
is "nothing outside of PREFIX and SYSCONFDIR" "$(files | grep -v -e '^opt/levee/' -e '^opt/etc/levee/levee.conf$')" ""
for unit in contrib/systemd/*.service; do
	unit=lib/systemd/system/${unit##*/}
	check "$unit: of the installed program" grep -q '^ExecStart=/opt/levee/sbin/levee ' "$WORK/root/opt/levee/$unit"
	check_not "$unit: of no other" grep -q /usr/sbin/levee "$WORK/root/opt/levee/$unit"
done
for file in docs/*.md docs/schema/*.json; do
	here "share/doc/levee/$file" || not_ok "$file is installed"
done

echo "# mine" >"$WORK/root/opt/etc/levee/levee.conf"
check "make install again" into install
is "a levee.conf that is there stays" "$(cat "$WORK/root/opt/etc/levee/levee.conf")" "# mine"
mkdir -p "$WORK/root/opt/levee/share/levee/grafana"
echo mine >"$WORK/root/opt/levee/share/levee/grafana/mine.json"
check "make uninstall" into uninstall
is "what is not of install stays, and nothing else" "$(files | xargs)" \
	"opt/etc/levee/levee.conf opt/levee/share/levee/grafana/mine.json"
rm "$WORK/root/opt/levee/share/levee/grafana/mine.json"
check "make uninstall, where nothing is installed" into uninstall
is "no folder of levee's own is left" "$(find "$WORK/root/opt/levee" -name '*levee*' -mindepth 1)" ""

make -s help >"$WORK/help"
width=$(LC_ALL=C.UTF-8 wc -L <"$WORK/help")
check "make help fits 80 columns ($width)" [ "$width" -le 80 ]
check "make help has targets" [ "$(wc -l <"$WORK/help")" -gt 10 ]
while read -r target; do
	grep -q "^  make $target " "$WORK/help" || not_ok "make help lists $target"
done < <(sed -n 's/^\.PHONY: //p' Makefile tests/vm/vm.mk | tr ' ' '\n' | grep -v -x -e tests -e vm-programs)
done_testing
