#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2016 # wait_for takes its condition unexpanded
#
# schema.sh - every document that levee prints, in a lab, is what its schema in docs/schema says, and has no field that the
# schema does not name. A new document: a file docs/schema/levee.NAME.json, and a line "document NAME ..." here.

cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
. tests/net/lib.bash

lab_begin net-schema
DOCUMENTS=$LAB_DIR/documents

# Keeps what COMMAND prints. Its exit code is not looked at: errors are documents too.
document() # NAME WHAT COMMAND...
{
	mkdir -p "$DOCUMENTS/$1"
	"${@:3}" >"$DOCUMENTS/$1/$2" 2>/dev/null
}

# Three events, whatever they are.
some_events()
{
	ip netns exec "$SERVER_NS" timeout 10 "$LEVEE" events "$SERVER_DEV" --jsonl --count 3 2>"$LAB_DIR/events.err" &
	wait_for 'grep -q ^listening "$LAB_DIR/events.err"' 5
	page
	wait $!
}

# --- before attach, and what goes wrong

document version version levee version --json
document doctor host levee doctor --json
document doctor interface levee doctor "$SERVER_DEV" --json
document error not-attached levee stats "$SERVER_DEV" --json
document error usage levee attach --json
document error unprivileged in_server setpriv --reuid=65534 --regid=65534 --clear-groups "$LEVEE" status --json
document metrics not-attached levee metrics --json

# --- attached, with traffic of all kinds

serve "$SERVER_V4" 7001
document attach waits levee attach "$SERVER_DEV" --flows 1024 --confirm 1h --json
document status waits levee status --json
document confirm confirm levee confirm "$SERVER_DEV" --json
detach >/dev/null
document attach attach levee attach "$SERVER_DEV" --flows 131072 --cookies always --json
page
page "http://[$SERVER_V6]/"
hold held "$SERVER_V4" 7001
document events events some_events
document run lines timeout 1.5 ip netns exec "$SERVER_NS" "$LEVEE" run "$SERVER_DEV" --json
document status one levee status "$SERVER_DEV" --json
document status all levee status --json
document stats once levee stats "$SERVER_DEV" --json
document stats again timeout 0.5 ip netns exec "$SERVER_NS" "$LEVEE" stats "$SERVER_DEV" --watch 0.1 --json
document queues once levee queues "$SERVER_DEV" --json
document queues again timeout 0.5 ip netns exec "$SERVER_NS" "$LEVEE" queues "$SERVER_DEV" --watch 0.1 --json
document top once levee top "$SERVER_DEV" --json
document why syn levee why 198.18.0.2:40000 "$SERVER_V4:80" --json
document why closed levee why 198.18.0.2:40000 "$SERVER_V4:9" --json
document report live levee report "$SERVER_DEV" --seconds 1 --json
document flows all levee flows "$SERVER_DEV" --json
document flows none levee flows "$SERVER_DEV" --src 192.0.2.1 --json
document "flows#row" lines levee flows "$SERVER_DEV" --jsonl
document flows.summary summary levee flows "$SERVER_DEV" --summary --json
document flows.delete one levee flows delete "$SERVER_DEV" --service :7001 --json
document config show levee config show "$SERVER_DEV" --json
document config set levee config set "$SERVER_DEV" established=1h --json
printf '[%s]\nstart = 60\ntimeout.established = 2h\nflows = 200k\n' "$SERVER_DEV" >"$LAB_DIR/levee.conf"
document config.check check levee config check --file "$LAB_DIR/levee.conf" --json
document config.load load levee config load "$SERVER_DEV" --file "$LAB_DIR/levee.conf" --json
document reload reload levee reload "$SERVER_DEV" --file "$LAB_DIR/levee.conf" --json
document config file levee config show "$SERVER_DEV" --json
document metrics metrics levee metrics --json

# --- broken, and detached

in_server ip link set dev "$SERVER_DEV" xdp off
document status problems levee status --json
document metrics problems levee metrics --json
document detach all levee detach --all --json

# --- verdicts

VERDICTS=$("$PYTHON" tests/net/schema.py "$DOCUMENTS" 2>&1)
while read -r verdict name what why; do
	if [ "$verdict" = ok ]; then
		ok "$name: $what"
	else
		not_ok "$name: $what" "$why"
	fi
done < <(sed 's/: / /' <<<"$VERDICTS")

schemas() { basename -a docs/schema/levee.*.json | sed 's/^levee\.//; s/\.json$//' | sort; }
is "every schema has a document here" "$(schemas)" "$(find "$DOCUMENTS" -mindepth 1 -type d ! -name '*#*' -printf '%f\n' | sort)"
is "every document of the sources has a schema" "" \
	"$(grep -ohE '"?levee\.[a-z.]+/[0-9]+' user/*.c | sed -E 's/.*levee\.//; s|/.*||' | sort -u | comm -23 - <(schemas))"
is "every schema stands in docs/json.md" "" \
	"$(schemas | while read -r name; do grep -q "schema/levee\.$name\.json" docs/json.md || echo "$name"; done)"
check "a field that no schema names is found" sh -c "
	mkdir -p '$LAB_DIR/other/version' && jq '.more = 1' '$DOCUMENTS/version/version' >'$LAB_DIR/other/version/more' &&
	! $PYTHON tests/net/schema.py '$LAB_DIR/other'"
done_testing
