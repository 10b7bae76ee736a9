# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2016
#
# suite-dispatcher.sh - levee between two XDP programs of somebody else, in libxdp's dispatcher. In a guest only:
# the server is its first network namespace, as on a real machine, so that xdp-loader and levee meet in one bpffs.

. tests/vm/guest-lib.sh

if ! in_guest; then
	unset LEVEE_BPFFS
	if "$LEVEE" doctor --json | grep -q 'programs of type ext are refused'; then
		skip "levee beside other XDP programs" "this machine's kernel refuses programs of type ext"
	else
		not_ok "levee beside other XDP programs" "only tested in a guest, and this kernel could"
	fi
	fact dispatcher "refused by this machine"
	done_testing
	exit
fi

in_server() { "$@"; }
KILLAT=$LAB_ROOT/build/tools/killat

make_lab()
{
	lab_name vm-dispatcher
	mkdir -p "$LAB_DIR"
	choose_bpffs
	mount -t bpf bpf /sys/fs/bpf
	lab_add_namespace "$CLIENT_NS" &&
		ip link add "$SERVER_DEV" address "$SERVER_MAC" type veth peer name "$CLIENT_DEV" netns "$CLIENT_NS" \
			address "$CLIENT_MAC" &&
		ip address add "$SERVER_V4/24" dev "$SERVER_DEV" && ip -n "$CLIENT_NS" address add 198.18.0.2/24 dev "$CLIENT_DEV" &&
		ethtool -K "$SERVER_DEV" tx off rx off gro on >/dev/null && in_client ethtool -K "$CLIENT_DEV" tx off rx off gro on >/dev/null &&
		ip link set "$SERVER_DEV" up && ip -n "$CLIENT_NS" link set "$CLIENT_DEV" up && in_client "$FLOOD" --stub "$CLIENT_DEV" || return
	mkdir -p "$LAB_DIR/www"
	echo "This page came through the lab." >"$LAB_DIR/www/index.html"
	"$BUSYBOX" httpd -f -p "[::]:80" -h "$LAB_DIR/www" &
	wait_for page 20
}

remove_lab()
{
	kill %1 2>/dev/null
	ip link delete "$SERVER_DEV"
	ip netns delete "$CLIENT_NS"
	umount /sys/fs/bpf
}

load_stub() { xdp-loader load -m native "$SERVER_DEV" "build/vm/stub-$1.bpf.o"; } # before|after

stub_id() { xdp-loader status "$SERVER_DEV" | awk -v name="stub_$1" '$0 ~ name { for (i = 1; i <= NF; i++) if ($i == name) print $(i + 1) }'; }

unload_stub() { xdp-loader unload "$SERVER_DEV" -i "$(stub_id "$1")"; }

stub_count() { bpftool map dump name "count_$1" | tr -d ' \n' | sed 's/.*"value":\([0-9]*\).*/\1/'; } # before|after

stub_counts() # before|after: does a page move its count?
{
	local before

	before=$(stub_count "$1")
	page && page && [ "$(stub_count "$1")" -gt "$before" ]
}

# The programs in the order in which they run.
chain() { xdp-loader status "$SERVER_DEV" | grep -o 'stub_before\|levee_ingress\|stub_after' | tr '\n' ' '; }

# Where levee stands among all of them, as xdp-loader and as levee tells it.
loader_place()
{
	xdp-loader status "$SERVER_DEV" |
		awk '$1 == "=>" { n++ } $1 == "=>" && $3 == "levee_ingress" { at = n } END { print at + 0 " of " n + 0 }'
}

levee_place()
{
	local status

	status=$(levee status "$SERVER_DEV" --json)
	echo "$(json_value chain_position <<<"$status") of $(json_value chain_length <<<"$status")"
}

# Both tell the same, and it is what it must be here.
check_place() # PLACE
{
	is "xdp-loader has levee at $1" "$(loader_place)" "$1"
	is "status too" "$(levee_place)" "$1"
	check "status in words" grep -q "XDP, dispatcher, $1: " <<<"$(levee status "$SERVER_DEV")"
}

runs_between()
{
	local before

	before=$(counter bytes)
	page && [ "$(counter bytes)" -gt "$before" ]
}

# --- programs replaced in the chain

ingress_id() { levee status "$SERVER_DEV" --json | json_value ingress; }
six_pages() { page && page && page && page && page && page; }

# Pages over new connections, until the file is gone; a line for each that did not come.
pages_meanwhile()
{
	while [ -e "$LAB_DIR/meanwhile" ]; do page || echo failed; done >"$LAB_DIR/failures"
}

reload_under_load() # COUNT
{
	local i

	touch "$LAB_DIR/meanwhile"
	pages_meanwhile &
	for ((i = 0; i < $1; i++)); do levee reload "$SERVER_DEV" || break; done
	rm "$LAB_DIR/meanwhile"
	wait $!
	[ "$i" = "$1" ] && [ ! -s "$LAB_DIR/failures" ] || { echo "$i reloads"; cat "$LAB_DIR/failures"; return 1; }
}

check_chain() # WHEN
{
	local before

	is "$1: each program once, where it stood" "$(chain)" "stub_before levee_ingress stub_after "
	check "$1: status finds no problem" levee status "$SERVER_DEV"
	before=$(counter syns)
	six_pages
	is "$1: six SYNs are six" "$(($(counter syns) - before))" 6
	has_handoff || return
	before=$(counter cookies_socket)
	six_pages
	is "$1: they are answered by cookies" "$(($(counter cookies_socket) - before))" 6
}

# What a reload writes into maps once its programs are loaded: their ids, whose the packets are, their ids again. The numbers
# of these calls, for which a whole reload is made. What comes right before a program is loaded are that program's constants.
writes()
{
	"$KILLAT" 0 "$LEVEE" reload "$SERVER_DEV" 2>&1 >/dev/null |
		awk '$2 == "bpf:prog_load" { loaded = 1; held = ""; next }
		     held { print held; held = "" }
		     $2 == "bpf:map_update" && loaded { held = $1 }
		     END { if (held) print held }'
}

killed() # N: was a reload killed there?
{
	"$KILLAT" "$1" "$LEVEE" reload "$SERVER_DEV" >/dev/null 2>&1
	[ $? = 137 ]
}

check_reload()
{
	local former n own

	former=$(ingress_id)
	check "reload in the chain, three times, pages come meanwhile" reload_under_load 3
	check "it is another program" [ "$(ingress_id)" != "$former" ]
	check "the former one is gone" wait_for "programs_gone $former" 20
	check_chain "reloaded"
	for n in $(writes); do
		check "reload killed before call $n" killed "$n"
		check "killed before call $n: pages come" six_pages
		own=$(chain | grep -o levee_ingress | wc -l)
		[ "$own" = 1 ] || [ "$own" = 2 ] || not_ok "killed before call $n: levee stands in the chain" "$(chain)"
	done
	check "a whole reload afterwards" levee reload "$SERVER_DEV"
	check_chain "reloaded after all of those"
}

COOKIES=()
has_handoff && COOKIES=(--cookies always)
make_lab || { not_ok "the lab"; done_testing; exit; }
trap remove_lab EXIT

check "another program is loaded first" load_stub before
check "attach beside it" levee attach "$SERVER_DEV" "${SMALL[@]}" "${COOKIES[@]}"
is "status says dispatcher" "$(levee status "$SERVER_DEV" --json | json_value attachment)" dispatcher
check_place "2 of 2"
check "a third is loaded after levee" load_stub after
is "xdp-loader has them in order" "$(chain)" "stub_before levee_ingress stub_after "
check "status still finds levee" levee status "$SERVER_DEV"
check_place "2 of 3"
check "the first counts packets" stub_counts before
check "levee counts packets" runs_between
check "the last counts packets" stub_counts after
if has_handoff; then
	page
	before=$(counter cookies_socket)
	check "a page by cookie, in the chain" page
	check "it was by cookie" grew cookies_socket "$before"
fi
check_reload
xdp-loader status "$SERVER_DEV" | sed 's/^/# /'
levee status "$SERVER_DEV" | head -4 | sed 's/^/# /'
fact dispatcher "$(chain)"

check "detach leaves the others" levee detach "$SERVER_DEV"
is "xdp-loader agrees" "$(chain)" "stub_before stub_after "
check "the first still counts" stub_counts before
check "the last still counts" stub_counts after

check "attach" levee attach "$SERVER_DEV" "${SMALL[@]}"
check "a reload is killed before it hands over the packets" killed "$(writes | sed -n 2p)"
is "both programs are in the chain" "$(chain)" "stub_before levee_ingress levee_ingress stub_after "
check "levee counts packets" runs_between
check "detach removes both" levee detach "$SERVER_DEV"
is "xdp-loader agrees" "$(chain)" "stub_before stub_after "

check "attach between two" levee attach "$SERVER_DEV" "${SMALL[@]}" "${COOKIES[@]}"
is "levee is in the middle" "$(chain)" "stub_before levee_ingress stub_after "
check "the first is unloaded" unload_stub before
is "levee stays" "$(chain)" "levee_ingress stub_after "
check_place "1 of 2"
check "the last is unloaded" unload_stub after
is "levee stays alone" "$(chain)" "levee_ingress "
check_place "1 of 1"
check "status finds no problem" levee status "$SERVER_DEV"
check "levee still works" runs_between
check "detach" levee detach "$SERVER_DEV"
check_not "no XDP program is left" eval 'ip link show dev "$SERVER_DEV" | grep prog/xdp'
check "page without XDP" page

check "attach --exclusive" levee attach "$SERVER_DEV" "${SMALL[@]}" --exclusive
status=$(levee status "$SERVER_DEV" --json)
is "status says exclusive" "$(json_value attachment <<<"$status")" exclusive
check_not "a program alone has no place in a chain" grep chain_ <<<"$status"
check "detach" levee detach "$SERVER_DEV"

check "another program again" load_stub before
output=$(levee attach "$SERVER_DEV" "${SMALL[@]}" --exclusive 2>&1)
is "attach --exclusive is refused then" "$?" 1
check "the refusal names the other" grep -q stub_before <<<"$output"
is "and changes nothing" "$(chain)" "stub_before "
check "attach beside it" levee attach "$SERVER_DEV" "${SMALL[@]}"
check "somebody unloads all of them" xdp-loader unload "$SERVER_DEV" --all
check_not "status says so" levee status "$SERVER_DEV"
check "detach cleans up" levee detach "$SERVER_DEV"
check "nothing is left" wait_for '! ls /sys/fs/bpf/levee/"$SERVER_DEV"'
done_testing
