#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# progress.sh - the scripts around levee tell how far they are where stderr is a terminal, and nothing where it is not:
# make deps, with an apt-get that does nothing and takes its time, and what the bench and the tests use.

cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
. tests/lib/tap.sh

WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
export SHELL=/bin/bash TERM=xterm WORK

on_terminal() { script -qec "$1" /dev/null </dev/null; } # COMMAND_LINE

# What a terminal shows after all was written: of each line what stands there last.
screen()
{
	/usr/bin/python3 -c '
import sys
for line in sys.stdin.buffer.read().decode().replace("\r\n", "\n").split("\n"):
    shown = []
    column = 0
    for c in line:
        if c == "\r":
            column = 0
            continue
        shown[column:column + 1] = [c]
        column += 1
    print("".join(shown).rstrip())'
}

# --- make deps

mkdir "$WORK/bin"
# Nothing is installed at first; apt-get "installs" it, once it knows that its status was seen, or that nobody looks.
cat >"$WORK/bin/dpkg-query" <<'END'
#!/bin/sh
[ -e "$WORK/installed" ] && echo installed
exit 0
END
cat >"$WORK/bin/apt-get" <<'END'
#!/bin/bash
echo "much that apt says"
echo "dlstatus:1:41.5:Retrieving file 1 of 2 (1min 2s remaining)" >&3
for ((i = 0; i < 100; i++)); do
	[ -e "$WORK/terminal" ] && ! grep -q Retrieving "$WORK/seen" || break
	sleep 0.1
done
case $* in *install*) touch "$WORK/installed" ;; esac
END
chmod +x "$WORK"/bin/*
# In a mount namespace of its own, where it may forbid services to start.
mkdir "$WORK/upper" "$WORK/work"
cat >"$WORK/deps" <<END
#!/bin/bash
mount -t overlay -o lowerdir=/usr/sbin,upperdir=$WORK/upper,workdir=$WORK/work overlay /usr/sbin || exit 77
PATH=$WORK/bin:\$PATH exec scripts/deps.sh
END
chmod +x "$WORK/deps"

if [ "$(id -u)" != 0 ] || ! unshare -m mount -t overlay -o "lowerdir=/usr/sbin,upperdir=$WORK/upper,workdir=$WORK/work" overlay /usr/sbin; then
	skip "make deps" "no overlay can be mounted here"
else
	touch "$WORK/terminal" "$WORK/seen"
	on_terminal "unshare -m $WORK/deps" | tee "$WORK/seen" >/dev/null
	check "deps: a line that moves, on a terminal" grep -q "41 %  Retrieving file 1 of 2 (1min 2s remaining)" "$WORK/seen"
	is "deps: it is gone at the end" "$(screen <"$WORK/seen" | grep -c Retrieving)" 0
	check_not "deps: what apt says is kept back" grep -q "much that" "$WORK/seen"
	rm "$WORK/terminal" "$WORK/installed"
	unshare -m "$WORK/deps" 2>"$WORK/seen" >&2
	is "deps: in a pipe one line alone" "$(wc -l <"$WORK/seen") $(cut -c 1-17 "$WORK/seen")" "1 deps: installing:"
	check_not "deps: and no carriage return" grep -q $'\r' "$WORK/seen"
fi

# --- the bench and the tests

long='. tests/lib/progress.sh; progress "1 of 2"; progress "a longer text"; progress "2"; progress_end; echo done'
is "scripts: what was told is written over, and gone" "$(on_terminal "bash -c '$long'" | screen)" "done"
check "scripts: it was there" grep -q "1 of 2" <<<"$(on_terminal "bash -c '$long'")"
is "scripts: nothing in a pipe" "$(bash -c "$long" 2>&1)" "done"
narrow=$(on_terminal "stty cols 20; bash -c '$long'" | tr '\r' '\n' | sed 's/ *$//' | awk '{ print length }' | sort -n | tail -n 1)
check "scripts: no longer than the terminal is wide ($narrow)" [ "$narrow" -lt 20 ]
done_testing
