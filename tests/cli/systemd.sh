#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# systemd.sh - the unit under systemd itself, booted in namespaces on a copy of this system in memory: every line of its
# sandbox is in force, and levee run does its work in it.

# shellcheck disable=SC2016 # scripts for another shell
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
. tests/lib/tap.sh

if [ "$(id -u)" != 0 ]; then
	echo "systemd.sh: namespaces need root" >&2
	exit 4
fi
WORK=$(mktemp -d)
export WORK
trap 'rm -rf "$WORK"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# --- what systemd runs

cat >"$WORK/check" <<'END'
. /run/tap.sh
wait_for() { local i; for ((i = 0; i < ${2:-10} * 20; i++)); do eval "$1" && return; sleep 0.05; done; return 1; }
state() { systemctl show -p "$1" --value levee@v0; }
journal() { journalctl -u levee@v0 -o cat --no-pager | grep -q "$1"; }
healthy() { levee status v0 >/dev/null; }

ip link add v0 type veth peer name v1
ip link set v0 up
ip link set v1 up
printf '[default]\nflows = 4096\n' >/etc/levee/levee.conf
check "systemctl start waits until it is ready" systemctl start levee@v0
check "then all is in its place" levee status v0
is "settings are levee.conf's" "$(levee status v0 --json | jq '.interfaces[0].tables.flows.max')" 4096
PID=$(state MainPID)
is "capabilities" "$(capsh --decode="$(awk '/^CapPrm/ { print $2 }' "/proc/$PID/status")" | cut -d= -f2)" "cap_net_admin,cap_perfmon,cap_bpf"
is "system calls are filtered, privileges cannot be gained" "$(awk '/^(NoNewPrivs|Seccomp):/ { print $2 }' "/proc/$PID/status" | xargs)" "1 2"
# Of several mounts at one place the last counts. /dev is its own, with null and the like.
writable() { awk '{ options[$5] = $6 } END { for (at in options) if (options[at] ~ /^rw/) print at }' "/proc/$PID/mountinfo"; }
is "all that it may write to is the bpffs, and a /tmp of its own" "$(writable | grep -v -E '^/dev(/|$)' | sort | xargs)" \
	"/sys/fs/bpf /tmp /var/tmp"
is "the group reads" "$(setpriv --reuid nobody --regid nogroup --groups "$(getent group levee | cut -d: -f3)" levee status v0 | head -n 1)" v0
check "systemctl status has a line" wait_for 'state StatusText | grep -q "^calm; per second"'
check "the journal has it, with its priority" wait_for '[ "$(journalctl -u levee@v0 -p 6..6 -o cat --no-pager | grep -c "v0: attached")" = 1 ]'
ip link set dev v0 xdp off
tc qdisc del dev v0 clsact
check "taken off, it comes back" wait_for 'journal "it was put back" && healthy'
printf '[default]\nflows = 4096\nstart = 60\n' >/etc/levee/levee.conf
check "systemctl reload" systemctl reload levee@v0
check "levee.conf was read again" wait_for '[ "$(levee status v0 --json | jq ".interfaces[0].start_percent")" = 60 ]'
kill -KILL "$PID"
check "killed, it starts again and adopts" wait_for 'journal "adopted what"'
check "systemctl stop" systemctl stop levee@v0
check "the protection stays" healthy
systemctl start levee@v0
levee detach v0 >/dev/null
check "levee detach ends it, for good" wait_for '[ "$(state ActiveState) $(state ExecMainStatus)" = "failed 3" ]'
is "nothing is left" "$(find /sys/fs/bpf -mindepth 1 ! -name '*.debug')$(stat -c '%a %U %G' /sys/fs/bpf)" "1700 root root"
done_testing
systemctl poweroff --force --force
END
cat >"$WORK/check.service" <<'END'
[Unit]
DefaultDependencies=no
[Service]
Type=oneshot
ExecStart=/bin/bash /run/check
StandardOutput=file:/run/said
StandardError=file:/run/complained
END

# --- the system

cat >"$WORK/boot" <<'END'
set -e
mount --make-rprivate /
mount -t tmpfs none "$WORK/system"
cd "$WORK/system"
mkdir upper work root
mount -t overlay -o lowerdir=/,upperdir=upper,workdir=work none root
mount -t proc none root/proc
mount -t sysfs none root/sys
mount -t cgroup2 none root/sys/fs/cgroup
mount -t bpf -o mode=0700 none root/sys/fs/bpf
for name in run tmp dev; do
	mount -t tmpfs none root/$name
done
for device in null zero full random urandom tty; do
	touch root/dev/$device
	mount --bind /dev/$device root/dev/$device
done
mkdir root/dev/pts root/dev/shm root/dev/mqueue
mount -t devpts none root/dev/pts
ln -s pts/ptmx root/dev/ptmx
make --no-print-directory -s -C "$SOURCE" install DESTDIR="$PWD/root" PREFIX=/usr UNITDIR=/etc/systemd/system
# Device units come from udev, which is not here.
sed -i '/^BindsTo=/d; /^After=/d' root/etc/systemd/system/levee@.service
cp "$WORK/check.service" root/etc/systemd/system/
cp "$WORK/check" "$SOURCE/tests/lib/tap.sh" root/run/
for file in said complained; do
	touch "$WORK/$file" root/run/$file
	mount --bind "$WORK/$file" root/run/$file
done
chroot root systemd-sysusers --inline "g levee -" 2>/dev/null
cd root
mkdir old
pivot_root . old
umount -l /old
container=levee-test exec /lib/systemd/systemd --system --unit=check.service
END

mkdir "$WORK/system"
SOURCE=$PWD timeout -s KILL 120 unshare --mount --pid --net --uts --ipc --cgroup --fork --kill-child \
	bash "$WORK/boot" >"$WORK/console" 2>&1 </dev/null
cat "$WORK/said"
if ! grep -q '^1\.\.' "$WORK/said"; then
	not_ok "systemd boots and runs the checks" "$(tail -n 20 "$WORK/console" "$WORK/complained")"
	done_testing
fi
! grep -q '^not ok' "$WORK/said"
