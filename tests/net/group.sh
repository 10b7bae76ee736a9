#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# group.sh - what a member of the group levee may do: read all, and listen to events; what he may not: change anything, or
# see the secrets. Others may do nothing. The group here is one that every Debian has, by LEVEE_GROUP.

# shellcheck disable=SC2016 # conditions are taken unexpanded
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
. tests/net/lib.bash

lab_begin net-group
export LEVEE_GROUP=games
GID=$(getent group "$LEVEE_GROUP" | cut -d: -f3)
# Where nobody else may look (a checkout under /root), neither may he.
cp "$LEVEE" "$LAB_DIR/levee"

as_nobody() { in_server setpriv --reuid=65534 --regid=65534 --inh-caps=-all --bounding-set=-all "$@"; }
member() { as_nobody --groups "$GID" "$LAB_DIR/levee" "$@"; }
stranger() { as_nobody --clear-groups "$LAB_DIR/levee" "$@"; }
root_mode() { stat -c '%a %u %g' "$LEVEE_BPFFS"; }

refused() # DESCRIPTION TEXT COMMAND...: exit code 4, and the word
{
	local description=$1 text=$2 output code

	shift 2
	output=$("$@" 2>&1)
	code=$?
	output=$(tr -s ' \n' ' ' <<<"$output")
	if [ $code = 4 ] && [[ $output == *$text* ]]; then ok "$description"; else not_ok "$description" "exit code $code: $output"; fi
}

BEFORE=$(root_mode)
check "attach" attach --flows 4096
page "http://$SERVER_V4/"

# --- what he may

check "status" member status
is "status sees all that root sees" "$(member status "$SERVER_DEV" --json | jq -c '.interfaces[0] | [.programs, .problems, .services[].endpoint]')" \
	"$(levee status "$SERVER_DEV" --json | jq -c '.interfaces[0] | [.programs, .problems, .services[].endpoint]')"
for command in "stats" "flows" "flows --summary" "queues" "config show"; do
	# shellcheck disable=SC2086 # words
	check "$command" member $command "$SERVER_DEV"
done
is "flows are the same" "$(member flows "$SERVER_DEV" --json | jq -c '[.flows[] | [.local, .remote, .began]]')" \
	"$(levee flows "$SERVER_DEV" --json | jq -c '[.flows[] | [.local, .remote, .began]]')"
in_server ip link set dev "$SERVER_DEV" xdp off
member status "$SERVER_DEV" | grep -q "XDP program is no longer" && ok "he sees that the XDP program was taken off" ||
	not_ok "he sees that the XDP program was taken off" "$(member status "$SERVER_DEV")"
check "attach once more" eval 'detach && attach --flows 4096'
as_nobody --groups "$GID" "$LAB_DIR/levee" events "$SERVER_DEV" --count 1 >"$LAB_DIR/events" 2>"$LAB_DIR/events.err" &
EVENTS=$!
check "he listens to events" wait_for 'grep -q listening "$LAB_DIR/events.err"' 5
page "http://$SERVER_V4/"
wait "$EVENTS"
is "and hears them" "$? $(grep -c NEW "$LAB_DIR/events")" "0 1"

# --- what he may not

refused "attach" "run levee as root" member attach "$SERVER_DEV"
refused "detach" "run levee as root" member detach "$SERVER_DEV"
refused "run" "run levee as root" member run "$SERVER_DEV"
refused "flows delete" "may read, root may change" member flows delete "$SERVER_DEV" --all
refused "config set" "may read, root may change" member config set "$SERVER_DEV" established=1h
DIR=$(dirname "$(find "$LEVEE_BPFFS" -name meta)")
is "no other pin has rights for anybody but root" "$(find "$DIR" -mindepth 1 ! -perm /077 -printf '%f\n' | sort | xargs)" \
	"prog_levee_accept prog_levee_egress prog_levee_forget prog_levee_ingress prog_levee_seed_flows prog_levee_seed_services prog_levee_start secrets"
is "he writes to two: to say that he listens, and where he has read to" \
	"$(find "$DIR" -mindepth 1 -perm /020 -printf '%f\n' | sort | xargs)" "events listener"
is "nothing is anybody's" "$(find "$LEVEE_BPFFS" -mindepth 1 -perm /007)" ""
check_not "he does not see what others keep in the bpffs" as_nobody --groups "$GID" ls "$LEVEE_BPFFS"
refused "others: status" "as a member of the group \"games\"" stranger status
refused "others: status of an interface" "as a member of the group \"games\"" stranger status "$SERVER_DEV"
refused "others: events" "as a member of the group \"games\"" stranger events "$SERVER_DEV"

# --- afterwards

check_detach
is "the bpffs is as it was" "$(root_mode)" "$BEFORE"
export LEVEE_GROUP=
check "attach without a group" attach --flows 4096
is "the bpffs is as it was, then" "$(root_mode)" "$BEFORE"
is "and the pins are root's" "$(find "$LEVEE_BPFFS" -mindepth 1 -perm /077)" ""
check "detach" detach
done_testing
