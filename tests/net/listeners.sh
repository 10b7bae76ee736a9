#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2016 # wait_for takes its condition unexpanded
#
# listeners.sh - sockets made from cookies for every kind of listener: on all addresses, on both families at once, on an
# address that came later, several on one port, one that does not accept for a while.

cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
. tests/net/lib.bash

lab_begin net-listeners

LATER_V4=198.18.0.20

# The first handshake of a service is the kernel's, from which levee learns; then come cookies.
check_cookies() # DESCRIPTION ADDRESS PORT
{
	check "$1: first connection" peer many "$2" "$3"
	is "$1: ten more by cookies" \
		"$(counted "answer.cookie_sent cookies_socket cookies_refused" peer many "$2" "$3" --count 10)" "10 10 0"
	check "$1: data both ways" peer many "$2" "$3" --count 10
}

serve 0.0.0.0 7000
serve :: 7001
check "attach --cookies always" attach --cookies always
check_cookies "0.0.0.0" "$SERVER_V4" 7000
check_cookies ":: by IPv6" "$SERVER_V6" 7001
check_cookies ":: by IPv4" "$SERVER_V4" 7001

ip -n "$SERVER_NS" address add "$LATER_V4/17" dev "$SERVER_DEV"
ip -n "$CLIENT_NS" neighbour replace "$LATER_V4" lladdr "$SERVER_MAC" dev "$CLIENT_DEV" nud permanent
check_cookies "0.0.0.0 by an address that came later" "$LATER_V4" 7000

serve "$SERVER_V4" 7002 --reuseport
serve "$SERVER_V4" 7002 --reuseport
check_cookies "two listeners on one port" "$SERVER_V4" 7002

# --- a full accept queue: it admits 65, 80 come. Nobody gets a RST; all are served when the listener accepts.

serve "$SERVER_V4" 7003 --backlog 64 --accept-when "$LAB_DIR/go"
peer many "$SERVER_V4" 7003 --count 80 --timeout 20 >"$LAB_DIR/many" 2>&1 &
MANY=$!
check "the accept queue is full" wait_for '[ "$(in_server ss -Htnl sport = :7003 | awk "{ print \$2 }")" -ge 65 ]' 5
touch "$LAB_DIR/go"
wait "$MANY"
is "all are served once the listener accepts" "$? $(<"$LAB_DIR/many")" "0 "

# Who comes by a cookie and finds it full is connected as far as the client knows; the server has no socket for it.
server_end() { levee flows "$SERVER_DEV" --service :7004 --json | jq -r '[.flows[].state_local] | sort | join(" ")'; }
serve "$SERVER_V4" 7004 --backlog 1 --accept-when "$LAB_DIR/go-on"
page "http://$SERVER_V4:7004/" # learns the service, and is the first in its accept queue
check "one fills the accept queue" hold first "$SERVER_V4" 7004
check "one comes too late, and thinks that it is connected" hold late "$SERVER_V4" 7004
is "the server has sockets for two" "$(in_server ss -Htn state connected "( sport = :7004 )" | wc -l)" 2
is "levee knows that the third is not established there" "$(server_end)" "CLOSE_WAIT ESTABLISHED SYN_RECEIVED"
touch "$LAB_DIR/go-on"
check "it is, when the listener accepts and it sends" echoed late
is "which levee knows" "$(server_end | tr ' ' '\n' | grep -c ESTABLISHED)" 2

check_detach
done_testing
