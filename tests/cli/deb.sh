#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# deb.sh - the Debian package: made twice it is the same, lintian has nothing against it, it installs into this machine's
# own system (a copy of it in memory, in namespaces), what it installs works, and purged it leaves nothing.

# shellcheck disable=SC2016 # scripts for another shell
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
. tests/lib/tap.sh

if [ "$(id -u)" != 0 ]; then
	echo "deb.sh: namespaces and dpkg need root" >&2
	exit 4
fi
WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

version() { sed -n 's/^VERSION := //p' Makefile; }

# --- made

check "make deb" make --no-print-directory deb
PACKAGE=build/levee_$(version)_$(dpkg --print-architecture).deb
check "its version is the Makefile's" [ "$(dpkg-deb -f "$PACKAGE" Version)" = "$(version)" ]
mkdir "$WORK/again"
scripts/deb.sh "$(version)" build/levee.shared "$WORK/again" >"$WORK/again/said" 2>&1 &
AGAIN=$!
lintian --fail-on error,warning "$PACKAGE" >"$WORK/lintian" 2>&1 &
LINTIAN=$!
is "what it depends on are libraries of Debian" \
	"$(dpkg-deb -f "$PACKAGE" Depends | grep -o 'lib[a-z]*[0-9]*' | sort -u | xargs)" "libbpf1 libc6 libinih1 libjansson4 libmnl0 libncursesw6 libtinfo6 libxdp1"

# --- installed: what follows runs as PID 1 of a system that is a copy of this one

cat >"$WORK/inside" <<'END'
PACKAGE=$1
TAP_COUNT=$2
mount --make-rprivate /
mount -t tmpfs none "$WORK" && mkdir "$WORK/upper" "$WORK/work" "$WORK/root"
mount -t overlay -o "lowerdir=/,upperdir=$WORK/upper,workdir=$WORK/work" none "$WORK/root" &&
	mount -t proc none "$WORK/root/proc" && mount -t sysfs none "$WORK/root/sys" &&
	mount --rbind /dev "$WORK/root/dev" && mount -t tmpfs none "$WORK/root/run" && mount -t bpf -o mode=0700 none "$WORK/root/sys/fs/bpf" || exit 1
mkdir "$WORK/root/run/upper" && mount --bind "$WORK/upper" "$WORK/root/run/upper" || exit 1
cp "$PACKAGE" "$WORK/root/run/levee.deb"
cp tests/lib/tap.sh "$WORK/root/run/"
cd "$WORK/root" && mkdir old && pivot_root . old && umount -l /old && rmdir /old
. /run/tap.sh
TAP_COUNT=$2

# Of the overlay's upper layer, in which everything is that was made or changed here: all but what dpkg and its helpers
# keep for themselves, and accounts, which are compared by what they say.
new_files()
{
	cd /run/upper && find . \( -path ./var/lib/dpkg -o -path ./var/log -o -path ./var/cache -o -path ./tmp \) -prune -o \
		! -type d ! -path './etc/group*' ! -path './etc/gshadow*' ! -path './etc/.pwd.lock' -print
	find . -type d -path '*levee*' -print
}
accounts() { sort /etc/group /etc/gshadow /etc/passwd; }

ip link set lo up
accounts >/run/accounts
check "dpkg installs it" dpkg --no-triggers -i /run/levee.deb
check "which makes files" [ "$(new_files | grep -c levee)" -gt 10 ]
check "levee runs" eval 'levee version && levee help && levee doctor lo | grep -q kernel'
is "the binary is the package's" "$(command -v levee)" /usr/sbin/levee
for page in man8/levee.8 man5/levee.conf.5; do
	check "man page ${page##*/}" eval 'zcat "/usr/share/man/$page.gz" | mandoc | grep -q levee'
done
check "bash completion" bash -n /usr/share/bash-completion/completions/levee
check "levee.conf is a conffile, and right" eval 'dpkg-query -W -f "\${Conffiles}" levee | grep -q /etc/levee/levee.conf && levee config check'
check "the group is there" getent group levee
is "systemd has nothing to say of the unit" "$(systemd-analyze verify levee@lo.service 2>&1 | grep -v "^.*man levee(8).*failed")" ""
check "its exposure is 2.5 at most" systemd-analyze security --offline=true --threshold=25 /lib/systemd/system/levee@.service
is "it has these capabilities" "$(grep -h -E '^(CapabilityBoundingSet|AmbientCapabilities)=' /lib/systemd/system/levee@.service | sort -u | cut -d= -f2 | uniq)" \
	"CAP_BPF CAP_NET_ADMIN CAP_PERFMON"
check "it attaches" levee attach lo --flows 4096 --half-open 1024
check "the group may read" setpriv --reuid nobody --regid nogroup --groups "$(getent group levee | cut -d: -f3)" levee status lo
check "dpkg purges it" dpkg --no-triggers --purge levee
is "no interface has it any more" "$(ip -details link show dev lo | grep -c prog/xdp; tc qdisc show dev lo | grep -c clsact)" $'0\n0'
is "nor the bpffs" "$(find /sys/fs/bpf -mindepth 1 ! -name '*.debug')$(stat -c '%a %U %G' /sys/fs/bpf)" "1700 root root"
is "no file is left" "$(new_files)" ""
accounts >/run/accounts-after
is "no account either" "$(diff /run/accounts /run/accounts-after)" ""
echo "$TAP_COUNT $TAP_FAILED" >&3
END

export WORK
COUNTS=$WORK/counts
exec 3>"$COUNTS"
unshare --mount --pid --net --uts --ipc --fork bash "$WORK/inside" "$PACKAGE" "$TAP_COUNT"
exec 3>&-
if read -r count failed <"$COUNTS"; then
	TAP_COUNT=$count
	TAP_FAILED=$((TAP_FAILED + failed))
else
	not_ok "a system to install into"
fi

# --- what went on meanwhile

wait "$AGAIN"
is "made once more, elsewhere" "$?" 0
check "it is the same, byte by byte" cmp "$PACKAGE" "$WORK/again/${PACKAGE##*/}"
wait "$LINTIAN"
is "lintian has nothing to say" "$? $(grep -v "^running with root privileges" "$WORK/lintian")" "0 "
done_testing
