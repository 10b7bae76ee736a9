#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# cookies.sh - what docs/cookies.md says of a cookie's life, with real sockets: it is used once, clients come while the
# epoch goes on, and data in a SYN comes again.

cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
. tests/net/lib.bash

lab_begin net-cookies

in_server sysctl -qw net.ipv4.tcp_fastopen=3
serve "$SERVER_V4" 7000 --backlog 1000 --fastopen
serve "$SERVER_V6" 7000 --fastopen
raw_neighbours

# --- SYN with data

fast() { echo "$(peer fastopen "$SERVER_V4" 7000) $(peer fastopen "$SERVER_V6" 7000)"; }
fast >/dev/null # asks for Fast Open cookies
is "without levee, data in a SYN is taken" "$(fast)" "taken taken"
check "attach --cookies always" attach --cookies always
peer many "$SERVER_V4" 7000 && peer many "$SERVER_V6" 7000
is "data in a SYN that is answered by a cookie is sent again, and arrives" "$(fast)" "resent resent"
is "those were two cookies and two sockets" "$(counters answer.cookie_sent cookies_socket)" "2 2"

# --- used once

OPENED=$(kernel_counter TcpPassiveOpens)
raw used-twice 7000 >"$LAB_DIR/used-twice"
while read -r name result; do
	case $name in
	*-first-*) is "cookie: $name makes a socket" "$result" echo ;;
	*) is "cookie: $name makes none" "$result" rst ;;
	esac
done <"$LAB_DIR/used-twice"
is "every experiment was made" "$(wc -l <"$LAB_DIR/used-twice")" 24
is "the kernel has made as many sockets as were due" $(($(kernel_counter TcpPassiveOpens) - OPENED)) 12

# --- the epoch goes on: at most once while each batch of clients connects

SETTINGS=$(find "$LEVEE_BPFFS/levee" -name settings)
next_epoch()
{
	bpftool -j map lookup pinned "$SETTINGS" key 0 0 0 0 | "$PYTHON" -c '
import json, struct, sys
row = json.load(sys.stdin)
value = bytes(int(byte, 16) for byte in row["value"])
epoch = row["formatted"]["value"]["clock"]["epoch_base"]
assert value.count(struct.pack("=I", epoch)) == 1
print(value.replace(struct.pack("=I", epoch), struct.pack("=I", epoch + 1)).hex(" "))' >"$LAB_DIR/value" || return
	# shellcheck disable=SC2046 # one word per byte
	bpftool map update pinned "$SETTINGS" key 0 0 0 0 value hex $(<"$LAB_DIR/value")
}
batches() # COUNT: of 100 clients each
{
	local i

	for ((i = 0; i < $1; i++)); do
		peer many "$SERVER_V4" 7000 --count 100 --timeout 20 &
		next_epoch
		wait $! || return
	done
}
is "400 clients connect while the epoch goes on four times: none is lost" \
	"$(counted "cookies_valid cookies_socket flows_cookie" batches 4)" "400 400 400"

check_detach
done_testing
