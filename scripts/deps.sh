#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# deps.sh - installs the Debian packages that building and testing need, those that are missing only.
#
# With everything there it asks dpkg and is done: instant, offline, silent. It starts no service.
#
#   deps.sh       to build and to test on this machine
#   deps.sh vm    what the tests in other kernels need besides
set -eu

packages="
	gcc make clang-19 libbpf-dev libxdp-dev libelf-dev zlib1g-dev libjansson-dev libinih-dev libmnl-dev libncurses-dev libc6-dev
	bpftool iproute2 ethtool nginx-light curl netcat-openbsd socat nftables tcpdump python3-scapy procps jq tmux
	debhelper dpkg-dev lintian
	libcmocka-dev shellcheck cppcheck clang-format-19 mandoc util-linux systemd libcap2-bin
	libmicrohttpd-dev prometheus python3-jsonschema
	chromium fonts-dejavu-core poppler-utils libxml2-utils
"
if [ "${1:-}" = vm ]; then
	packages="qemu-system-x86 busybox-static xdp-tools cpio xz-utils"
fi

say() {
	echo "deps: $*" >&2
}

missing() {
	# shellcheck disable=SC2086 # a list of words
	for package in $packages; do
		case $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) in
		installed) ;;
		*) printf '%s ' "$package" ;;
		esac
	done
}

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
	say "this is not Debian. Install what these packages hold by hand:"
	# shellcheck disable=SC2086
	echo $packages >&2
	exit 1
fi

# On a fresh system only a few are missing, so one line of dpkg for all is not worth the care it needs.
want=$(missing)
[ -n "$want" ] || exit 0

if [ "$(id -u)" -ne 0 ]; then
	say "missing: $want"
	say "run as root: apt-get install $want"
	exit 1
fi

# What apt is doing, on a line that is written over, from the last line of its status: "dlstatus:3:40.5:Retrieving ...".
show_status() {
	while sleep 0.3; do
		line=$(tail -n 1 "$status" | cut -d : -f 3-)
		percent=${line%%:*}
		[ -z "$line" ] || printf '\rdeps: %3s %%  %-66.66s' "${percent%%.*}" "${line#*:}" >&2
	done
}

# apt-get, silent but for that line, where stderr is a terminal. What it said is in $log.
apt_get() {
	showing=
	code=0
	if [ -t 2 ]; then
		: >"$status"
		show_status &
		showing=$!
	fi
	apt-get -q -o APT::Status-Fd=3 "$@" >"$log" 2>&1 3>"$status" || code=$?
	if [ -n "$showing" ]; then
		kill "$showing"
		wait "$showing" 2>/dev/null || true
		printf '\r%79s\r' "" >&2
		showing=
	fi
	return "$code"
}

# nginx-light would start nginx on this machine's port 80. policy-rc.d is Debian's way to say no. One that
# exists is the administrator's, and stays.
policy=/usr/sbin/policy-rc.d
mine=
showing=
clean() {
	if [ -n "$showing" ]; then
		kill "$showing"
	fi
	if [ -n "$mine" ]; then
		rm -f "$policy"
	fi
	rm -f "$log" "$status"
}
log=$(mktemp)
status=$(mktemp)
trap clean EXIT
trap 'exit 130' INT TERM
if [ ! -e "$policy" ]; then
	mine=yes
	printf '#!/bin/sh\nexit 101\n' >"$policy"
	chmod 0755 "$policy"
elif ! grep -q 'exit 101' "$policy"; then
	say "note: $policy exists; services of new packages start if it lets them"
fi

export DEBIAN_FRONTEND=noninteractive
say "installing: $want"
if ! apt_get update; then
	cat "$log" >&2
	say "apt-get update failed: is the network there?"
	exit 1
fi
# shellcheck disable=SC2086
if ! apt_get install -y --no-install-recommends $want; then
	tail -n 30 "$log" >&2
	say "apt-get install failed"
	exit 1
fi
want=$(missing)
if [ -n "$want" ]; then
	say "still missing: $want"
	exit 1
fi
