#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2016 # wait_for takes its condition unexpanded
#
# report.sh - levee report: what it says when nobody has recorded, and when levee run has recorded a flood; that its numbers
# are those of levee stats; that the page is whole, asks for nothing, and looks like one in a browser that has no network.

cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
. tests/net/lib.bash

lab_begin net-report

PAGE=$LAB_DIR/report.html
MODEL=$LAB_DIR/report.json

report() { levee report "$SERVER_DEV" "$@"; }
exit_of() { "$@" >/dev/null 2>&1; echo $?; }
model() { jq -r "$1" "$MODEL"; } # FILTER
headline() { model '[.headline.lead] + .headline.text | join(" ")'; }

# A page is XML too, and nothing in it points anywhere.
whole() { xmllint --noout - <"$1"; } # FILE
asks_for_something() { grep -noiE '[a-z]+://|<(script|link|img|iframe|object|embed|base|form)|[[:space:]](src|href|on[a-z]+)=|url\(|@import' "$1"; }

# Rows of the counters in the page as "NAME TOTAL", and the same of a document.
counters_of_page() # FILE
{
	xmllint --html --xpath '//h2[.="Counters"]/following-sibling::div[1]//tr[td]' "$1" 2>/dev/null |
		sed -E 's|</td>|\t|g; s|<[^>]*>||g' | awk -F '\t' 'NF > 2 { print $1, $2 }' | sort
}
counters_of_stats() # FILTER FILE
{
	jq -r "$1 | .pass, .answer, .drop, .events | to_entries[] | select(.value.total > 0) | \"\(.key) \(.value.total)\"" "$2" | sort
}

# --- nobody has recorded

is "not attached" "$(exit_of report --out "$PAGE")" 3
check_not "a report that failed leaves no file" [ -e "$PAGE" ]
check "attach" attach --flows 131072
is "without --out" "$(exit_of report)" 2
is "--out - beside --json" "$(exit_of report --out - --json)" 2
is "a directory that is not there" "$(exit_of report --seconds 1 --out "$LAB_DIR/no/report.html")" 1
levee report "$SERVER_DEV" --seconds 1 --json --out "$PAGE" >"$MODEL" 2>/dev/null
is "nobody has recorded: it samples" "$(model '.history | "\(.source) \(.recording) \(.records)"')" "live false 2"
check "and says so, and who would record" grep -q "Nobody has recorded.*levee run $SERVER_DEV" <<<"$(headline)"
check "the page says it too" grep -q 'Nobody has recorded the last hour' "$PAGE"
check "that page is whole" whole "$PAGE"

# --- levee run records a flood

ip netns exec "$SERVER_NS" "$LEVEE" run "$SERVER_DEV" >/dev/null 2>"$LAB_DIR/run.log" &
RUN=$!
check "levee run records" wait_for 'levee report "$SERVER_DEV" --seconds 1 --json 2>/dev/null >"$MODEL" && [ "$(model .history.source)" = recorded ]' 15
pages 3 "http://$SERVER_V4/" >/dev/null
flood_start --dst "$SERVER_V4" --rate 50000 --seconds 60 >/dev/null 2>&1
check "flood: cookies" wait_for '[ "$(service "$(listener "$SERVER_V4" 80)" mode)" = cookie ]' 10
check "flood: pages" pages 5 "http://$SERVER_V4/"
attacked() { report --json >"$MODEL" 2>/dev/null && [ "$(model .headline.level)" = attack ]; }
check "flood: the headline says that there is one now" wait_for attacked 15
check "in words" grep -qE 'There is a SYN flood now, since [0-9:]+ \(.*SYNs per second' <<<"$(headline)"
flood_stop

# --- afterwards nobody sends any more

quiet() { local a b; a=$(counters syns bytes); sleep 0.3; b=$(counters syns bytes); [ "$a" = "$b" ]; }
check "after the flood: quiet" wait_for quiet 10
last_is_recorded() { report --json >"$MODEL" 2>/dev/null && [ "$(model '.history.attacks[0].cookies_sent')" = "$(model .stats.events.cookies_sent.total)" ]; }
check "the attack has all cookies that were sent" wait_for last_is_recorded 10
# The kernel repeats its SYN-ACKs to the flood now and then, so both are asked again until they meet.
same_counters()
{
	report --json --out "$PAGE" >"$MODEL" && levee stats "$SERVER_DEV" --json >"$LAB_DIR/stats.json" &&
		[ "$(counters_of_stats .stats "$MODEL")" = "$(counters_of_stats . "$LAB_DIR/stats.json")" ]
}
check "the document's counters are those of levee stats" wait_for same_counters 20
is "and those of the page" "$(counters_of_page "$PAGE")" "$(counters_of_stats . "$LAB_DIR/stats.json")"
is "one attack, a flood" "$(model '.history.attacks | map(.kind) | join(" ")')" flood
is "clients that came back: five pages, five valid cookies" "$(model '.history.attacks[0].cookies_valid')" 5
check "a peak in the region of the flood" [ "$(model '.history.attacks[0].peak_syns_per_s | floor')" -gt 5000 ]
is "as many points as records, in order" "$(model '.history | (.columns.syns | length) == .records and (.columns.time_unix_ms | . == sort)')" true
check "one record a second" [ "$(model '.history | .records - (.covered_ms / 1000 | floor)')" -le 2 ]
is "what the kernel dropped" "$(model .queues.kernel.ListenDrops)" "$(kernel_counter TcpExtListenDrops)"
note "$(headline)"

# --- the page

check "the page is whole" whole "$PAGE"
check_not "nothing in it points anywhere" asks_for_something "$PAGE"
is "graphs" "$(xmllint --xpath 'count(//svg[.//path[contains(@class, "s0") and string-length(@d) > 20]])' - <"$PAGE")" \
	"$(xmllint --xpath 'count(//svg)' - <"$PAGE")"
check "cookie mode is shaded" grep -q 'class="band"' "$PAGE"
check "to stdout it is the same kind of page" sh -c "ip netns exec $SERVER_NS $LEVEE report $SERVER_DEV --out - | xmllint --noout -"
# Eight bytes each, those that are not 0.
secrets()
{
	bpftool -j map dump pinned "$(echo "$LEVEE_BPFFS"/levee/netns-*/"$SERVER_DEV"/secrets)" |
		jq -r '.[0].value | map(.[2:]) | join("")' | fold -w 16 | grep -v '^0*$'
}
check "there are secrets to look for" [ "$(secrets | wc -l)" -ge 2 ]
check_not "and none is in page or document" grep -qiF -f <(secrets) "$PAGE" "$MODEL"

# --- in a browser, which runs where no route leads out

browser() # OPTION...
{
	ip netns exec "$CLIENT_NS" timeout 60 chromium --headless --no-sandbox --disable-gpu --disable-quic --no-first-run \
		--disable-background-networking --disable-component-update --disable-sync --hide-scrollbars \
		--user-data-dir="$LAB_DIR/browser" --enable-logging=stderr "$@" "file://$PAGE" 2>"$LAB_DIR/browser.log"
}

# A picture whose neighbouring points are all alike is blank. PNG stores differences: how many are not 0, per mille.
picture() # FILE: "WIDTH PER_MILLE"
{
	"$PYTHON" - "$1" <<-'END'
		import struct, sys, zlib
		data, at, packed = open(sys.argv[1], "rb").read(), 8, b""
		width = struct.unpack(">I", data[16:20])[0]
		while at < len(data):
		    length, kind = struct.unpack(">I4s", data[at:at + 8])
		    packed += data[at + 8:at + 8 + length] if kind == b"IDAT" else b""
		    at += 12 + length
		points = zlib.decompress(packed)
		print(width, 1000 * (len(points) - points.count(0)) // len(points))
	END
}

looks()
{
	local width busy

	check "browser: a picture, and paper" browser --window-size=1280,2400 --screenshot="$LAB_DIR/page.png" \
		--no-pdf-header-footer --print-to-pdf="$LAB_DIR/page.pdf"
	is "browser: no complaint of the page" "$(grep -E 'CONSOLE|Refused|Content.Security' "$LAB_DIR/browser.log")" ""
	read -r width busy < <(picture "$LAB_DIR/page.png")
	is "browser: 1280 wide" "$width" 1280
	check "browser: the picture is not blank ($busy of 1000)" [ "${busy:-0}" -ge 10 ]
	pdftotext -layout "$LAB_DIR/page.pdf" "$LAB_DIR/page.txt"
	check "paper: the headline" grep -q "$(model .headline.lead | cut -c 1-40)" "$LAB_DIR/page.txt"
	check "paper: A4" grep -q 'Page size:.*A4' <(pdfinfo "$LAB_DIR/page.pdf")
	check "paper: the last line" grep -q 'needs no network and has no script' "$LAB_DIR/page.txt"
}

if command -v chromium pdftotext >/dev/null; then
	looks
else
	skip "the page in a browser" "chromium or poppler-utils is not installed (make deps)"
fi

# --- who recorded is gone; the records are not

kill "$RUN"
wait "$RUN" 2>/dev/null
check "levee run gone: the records are still there" sh -c "ip netns exec $SERVER_NS $LEVEE report $SERVER_DEV --json >$MODEL"
is "and still the attack" "$(model '.history | "\(.source) \(.attacks | length)"')" "recorded 1"

check_detach
done_testing
