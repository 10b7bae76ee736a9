# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2016,SC2034 # wait_for takes its condition unexpanded; the suites use SMALL
#
# guest-lib.sh - what the suites share: the lab of tests/lib/lab.sh with busybox as its server, numbers out of
# levee's JSON, and facts for docs/kernels.md. Sourced; the suites run in the repository's folder.

. tests/lib/tap.sh
. tests/lib/lab.sh

BUSYBOX=$(command -v busybox)
ECHO_PORT=7
# Small tables: what is tested here does not depend on their size, and filling them does.
SMALL=(--half-open 256 --flows 16384)

fact() { echo "fact $1 $2"; }

in_guest() { [ -n "${LEVEE_VM:-}" ]; }

has_handoff() { grep -q ' bpf_sk_assign_tcp_reqsk$' /proc/kallsyms; }

# --- the lab: as in lab.sh, with a smaller server

lab_start_server()
{
	mkdir -p "$LAB_DIR/www"
	echo "This page came through the lab." >"$LAB_DIR/www/index.html"
	ip netns exec "$SERVER_NS" "$BUSYBOX" httpd -f -p "[::]:80" -h "$LAB_DIR/www" &
	ip netns exec "$SERVER_NS" "$BUSYBOX" nc -ll -p "$ECHO_PORT" -e "$BUSYBOX" cat &
	wait_for 'page && page6 && in_server ss -Hltn | grep -q ":$ECHO_PORT "' 20
}

# In the guest, levee mounts its bpffs where an administrator would have it. On the host it has the lab's.
choose_bpffs()
{
	if in_guest; then
		unset LEVEE_BPFFS
	else
		lab_mount_bpffs
	fi
}

lab_make()
{
	mkdir -p "$LAB_DIR"
	choose_bpffs && lab_add_namespace "$SERVER_NS" && lab_add_namespace "$CLIENT_NS" && lab_add_devices &&
		lab_add_addresses && in_client "$FLOOD" --stub "$CLIENT_DEV" && lab_start_server
}

# --- clients

fetch() { in_client curl -sf -o /dev/null --max-time 10 "$@"; }
page() { fetch "http://$SERVER_V4/"; }
page6() { fetch "http://[$SERVER_V6]/"; }

# A connection that stays open, on descriptors 8 (to) and 9 (from).
hold_open()
{
	rm -f "$LAB_DIR/to" "$LAB_DIR/from"
	mkfifo "$LAB_DIR/to" "$LAB_DIR/from"
	ip netns exec "$CLIENT_NS" "$BUSYBOX" nc "$SERVER_V4" "$ECHO_PORT" <"$LAB_DIR/to" >"$LAB_DIR/from" &
	exec 8>"$LAB_DIR/to" 9<"$LAB_DIR/from"
}

held_answers() # WORD
{
	local answer

	echo "$1" >&8 && read -r -t 10 answer <&9 && [ "$answer" = "$1" ]
}

let_go() { exec 8>&- 9<&-; }

# --- levee

levee() { in_server "$LEVEE" "$@"; }

# The first number, word or truth of that name in a document. Enough for names that occur once.
json_value() # NAME
{
	sed -n "s/.*\"$1\": *\"\{0,1\}\([^\",}]*\)\"\{0,1\}.*/\1/p" | head -1
}

counter() # NAME [DEVICE]: its total
{
	levee stats "${2:-$SERVER_DEV}" --json |
		awk -v name="\"$1\":" '$1 == name && $2 == "{" { ours = 1 } ours && $1 == "\"total\":" { print $2 + 0; exit }'
}

grew() # COUNTER FROM [BY [DEVICE]]: is it above FROM, by BY at least
{
	local now

	now=$(counter "$1" "${4:-}")
	[ "${now:-0}" -ge $(($2 + ${3:-1})) ] || { echo "$1 is ${now:-missing}, was $2"; return 1; }
}

# Identities of the programs that levee has on a device, one word each.
program_ids() # DEVICE
{
	levee status "$1" --json | sed -n '/"programs"/,/}/s/.*: *\([0-9][0-9]*\).*/\1/p' | grep -vx 0
}

programs_gone() # ID...
{
	local id

	for id; do
		bpftool prog show id "$id" 2>/dev/null && return 1
	done
	return 0
}

nothing_left() # DEVICE
{
	local inode

	ip -n "$SERVER_NS" -d link show dev "$1" | grep -q 'prog/xdp' && echo "XDP program on $1" && return 1
	tc -n "$SERVER_NS" qdisc show dev "$1" | grep -q clsact && echo "clsact on $1" && return 1
	inode=$(stat -L -c %i "/run/netns/$SERVER_NS")
	find "${LEVEE_BPFFS:-/sys/fs/bpf}" -path "*netns-$inode*" | grep . && return 1
	return 0
}
