# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2016
#
# suite-smoke.sh - levee on one end of a veth pair, with a real server behind it: calm, cookies, a flood, detach.

. tests/vm/guest-lib.sh
lab_begin "vm-smoke-$$"

# A connection that is older than levee, and outlives it.
hold_open
check "a connection before attach" held_answers before

check "attach" levee attach "$SERVER_DEV" "${SMALL[@]}"
status=$(levee status "$SERVER_DEV" --json)
fact xdp_mode "$(json_value xdp_mode <<<"$status")"
fact attachment "$(json_value attachment <<<"$status")"
ids=$(program_ids "$SERVER_DEV" | tr '\n' ' ')
check "its programs are there" [ "$(wc -w <<<"$ids")" -ge 2 ]
is "the XDP program is native" "$(json_value xdp_mode <<<"$status")" native
check "pages, IPv4" page
check "pages, IPv6" page6
check "the old connection goes on" held_answers attached
check "handshakes are tracked" wait_for 'grew flows_handshake 0 2'
check "status finds no problem" levee status "$SERVER_DEV"

# 4000 SYNs into a table of 256.
check "a flood" flood --dst "$SERVER_V4" --rate 2000 --seconds 2
check "the flood is seen" grew syns 0 3000
if has_handoff; then
	check "cookie mode begins" grew cookie_mode_on 0
	check "cookies are sent" grew cookies_sent 0
	before=$(counter cookies_socket)
	check "pages while the table is full" page
	check "by a cookie" grew cookies_socket "$before"
	fact flood "cookies answer it"
else
	check "SYNs find no room" grew half_open_full 0
	is "no cookies without handoff" "$(counter cookies_sent)" 0
	fact flood "only counted"
fi
check "the old connection went through the flood" held_answers flooded
check "detach" levee detach "$SERVER_DEV"
check "nothing is left" wait_for 'nothing_left "$SERVER_DEV"'

if has_handoff; then
	check "attach --cookies always" levee attach "$SERVER_DEV" "${SMALL[@]}" --cookies always
	# The first connection to each address tells levee what the server offers; from then on it answers.
	check "first pages" eval 'page && page6'
	before=$(counter cookies_socket)
	check "pages by cookie, IPv4" page
	check "pages by cookie, IPv6" page6
	check "both came by cookies" grew cookies_socket "$before" 2
	fact handoff socket
	let_go
	hold_open
	check "first words to the other service" held_answers first
	let_go
	before=$(counter cookies_socket)
	hold_open
	check "a connection that stays open" held_answers cookie
	check "by cookie" grew cookies_socket "$before"
	socket=$(in_server ss -Htino state established sport = ":$ECHO_PORT" | tr '\n' ' ')
	for option in ts sack wscale; do
		check "its socket has $option" grep -qw "$option" <<<"$socket"
	done
	fact options "$(grep -ow 'ts\|sack\|wscale:[0-9,]*' <<<"$socket" | tr '\n' ' ')"
	check "detach" levee detach "$SERVER_DEV"
	check "it outlives levee" held_answers detached
else
	output=$(levee attach "$SERVER_DEV" "${SMALL[@]}" --cookies always 2>&1)
	is "attach --cookies always is refused" "$?" 4
	check "the refusal says from which kernel on" grep -q 'Linux 6.9' <<<"$output"
	fact handoff none
fi
check "nothing is left at the end" wait_for 'nothing_left "$SERVER_DEV"'
check "levee's programs are gone" wait_for 'programs_gone $ids'
check "pages without levee" page
let_go
done_testing
