#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# calm.sh - without a flood levee only watches: traffic of every kind passes untouched, every handshake is seen,
# services are known from their sockets or learnt from their SYN-ACKs, closed ports answer by RST.

cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
. tests/net/lib.bash

lab_begin net-calm

# Settings of the server's network; counters and what the kernel changes by itself are left out.
sysctls() { in_server sysctl -a -r '^net\.' 2>/dev/null | grep -vE 'nf_conntrack_count|\.stable_secret|tcp_fastopen_key'; }
rules() { in_server nft list ruleset; }

SYSCTLS=$(sysctls)
RULES=$(rules)
check "there are sysctls to look at" [ "$(wc -l <<<"$SYSCTLS")" -gt 200 ]
check "attach" attach
is "nginx is known from its socket, IPv4" "$(service "$SERVER_V4:80" seeded)" true
is "nginx is known from its socket, IPv6" "$(service "[$SERVER_V6]:80" seeded)" true
is "its share is its backlog" "$(service "$SERVER_V4:80" share)" 511

twenty_pages() { pages 10 "http://$SERVER_V4/" && pages 10 "http://[$SERVER_V6]/"; }
is "20 pages are 20 handshakes, all watched, no cookie" \
	"$(counted "half_open_new half_open_done flows_handshake half_open_full answer.cookie_sent" twenty_pages)" "20 20 20 0 0"
is "nothing is half-open afterwards" "$(status .tables.half_open.used)" 0
is "the profile is nginx's own now" "$(service "$SERVER_V4:80" learnt)" true
is "100 MB arrive intact" "$(sum_fetched "http://$SERVER_V4")" "$(sum_served)"
is "nothing was dropped" "$(levee stats "$SERVER_DEV" --json | jq '[.drop[].total] | add')" 0

# A listener that came after levee, with a backlog of its own.
serve "$SERVER_V4" 7000 --backlog 77
is "a new listener is not known yet" "$(service "$SERVER_V4:7000" share)" ""
is "its first connection works, as the handshake of a service that is being learnt" \
	"$(counted "services_learnt half_open_new half_open_done" peer many "$SERVER_V4" 7000)" "1 1 1"
is "then it is known, with its backlog" "$(service "$SERVER_V4:7000" share)" 77
check "20 connections at once" peer many "$SERVER_V4" 7000 --count 20
check "a connection by MPTCP" peer many "$SERVER_V4" 7000 --mptcp

check "a closed port answers by RST" refused "$SERVER_V4" 7777
check "a closed port answers by RST, IPv6" refused "$SERVER_V6" 7777
is "handshakes are all complete" "$(counters half_open_new)" "$(counters half_open_done)"
is "the mode is calm" "$(status .mode)" calm

is "no sysctl was changed" "$(diff <(echo "$SYSCTLS") <(sysctls))" ""
is "no rule was added" "$(rules)" "$RULES"
check_detach

# --- cookies never: a flood is only watched

check "attach --cookies never, with a small table" attach --cookies never --half-open 64
page
check "a flood of a thousand SYNs" flood --dst "$SERVER_V4" --rate 5000 --packets 1000
check "fills the table" [ "$(status .tables.half_open.used)" = 64 ]
check "what does not fit passes untracked" [ "$(counters pass.syn_untracked)" -gt 900 ]
is "no cookie, no drop" "$(counters answer.cookie_sent) $(levee stats "$SERVER_DEV" --json | jq '[.drop[].total] | add')" "0 0"
check_detach
done_testing
