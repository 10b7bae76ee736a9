# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2016
#
# suite-devices.sh - levee on devices that are more than one wire: 802.1Q and 802.1ad, bonding, a bridge; and in
# generic mode on each. Below, on and beside them a page must come, by cookie where the kernel can.

. tests/vm/guest-lib.sh
lab_begin "vm-devices-$$"

COOKIES=()
has_handoff && COOKIES=(--cookies always)
VLAN_SERVER=198.19.10
STAG_SERVER=198.19.20
QINQ_SERVER=198.19.30

# Two pages. The first connection tells levee what the server offers; the second it answers itself, if it can.
pages() # TITLE DEVICE ADDRESS [watched]: by the kernel's handshake
{
	local before

	check "$1: a page" fetch "http://$3/"
	before=$(counter cookies_socket "$2")
	check "$1: a second page" fetch "http://$3/"
	if has_handoff && [ $# = 3 ]; then
		check "$1: by cookie" grew cookies_socket "$before" 1 "$2"
	else
		check "$1: its handshake was tracked" wait_for "grew flows_handshake 0 1 '$2'"
	fi
}

# MODE is what status must say: native or generic.
attach_to() # TITLE DEVICE MODE [OPTION...]
{
	local title=$1 device=$2 mode=$3

	shift 3
	check "$title: attach" levee attach "$device" "${SMALL[@]}" "${COOKIES[@]}" "$@"
	is "$title: $mode" "$(levee status "$device" --json | json_value xdp_mode)" "$mode"
}

fact_if_passed() # NAME FAILED_BEFORE VALUE
{
	[ "$2" = "$TAP_FAILED" ] && fact "$1" "$3" || fact "$1" "failed"
}

detach_from() # TITLE DEVICE
{
	check "$1: detach" levee detach "$2"
	check "$1: nothing is left" wait_for "nothing_left '$2'"
}

# Makes a device on both ends. A guest has the modules; this machine may not.
can_make() # KIND
{
	local error below=()

	[ "$1" != vlan ] || below=(link "$SERVER_DEV")
	error=$(ip -n "$SERVER_NS" link add "${below[@]}" name probe0 type "$@" 2>&1) && ip -n "$SERVER_NS" link delete probe0 && return
	if in_guest; then
		not_ok "a $1 device" "$error"
	else
		skip "a $1 device" "this machine's kernel has none"
		fact "device_$1" "not in this machine's kernel"
	fi
	return 1
}

vlan_offload() # on|off: off: tags are seen in the packet
{
	in_server ethtool -K "$SERVER_DEV" rxvlan "$1" txvlan "$1" rx-vlan-stag-hw-parse "$1" tx-vlan-stag-hw-insert "$1" &&
		in_client ethtool -K "$CLIENT_DEV" rxvlan "$1" txvlan "$1" rx-vlan-stag-hw-parse "$1" tx-vlan-stag-hw-insert "$1"
}

add_vlan() # PARENT NAME PROTOCOL ID NETWORK: NETWORK.1 and .2
{
	local parent=$1

	ip -n "$SERVER_NS" link add link "${parent:-$SERVER_DEV}" name "$2" type vlan protocol "$3" id "$4" &&
		ip -n "$CLIENT_NS" link add link "${parent:-$CLIENT_DEV}" name "$2" type vlan protocol "$3" id "$4" &&
		ip -n "$SERVER_NS" address add "$5.1/24" dev "$2" && ip -n "$CLIENT_NS" address add "$5.2/24" dev "$2" &&
		ip -n "$SERVER_NS" link set "$2" up && ip -n "$CLIENT_NS" link set "$2" up
}

doctor_on_tags() { levee doctor "$SERVER_DEV" "${SMALL[@]}" --json | grep -o 'VLAN tags [a-z]*'; }

# On the parent of tagged devices.
below_tags() # TITLE MODE [OPTION...]
{
	local title=$1 mode=$2

	shift 2
	attach_to "below tags, $title" "$SERVER_DEV" "$mode" "$@"
	pages "no tag, $title" "$SERVER_DEV" "$SERVER_V4"
	pages "802.1Q, $title" "$SERVER_DEV" "$VLAN_SERVER.1"
	pages "802.1ad, $title" "$SERVER_DEV" "$STAG_SERVER.1"
	pages "802.1Q in 802.1ad, $title" "$SERVER_DEV" "$QINQ_SERVER.1"
	detach_from "below tags, $title" "$SERVER_DEV"
}

vlans()
{
	local failed=$TAP_FAILED

	check "802.1Q devices" add_vlan "" q10 802.1Q 10 "$VLAN_SERVER" || return
	check "802.1ad devices" add_vlan "" s20 802.1ad 20 "$STAG_SERVER"
	check "802.1Q in 802.1ad" add_vlan s20 q30 802.1Q 30 "$QINQ_SERVER"
	is "doctor: tags stripped by the device" "$(doctor_on_tags)" "VLAN tags are"
	check "tags stay in the packet" vlan_offload off
	is "doctor: tags in the packet" "$(doctor_on_tags)" "VLAN tags stay"
	below_tags "native" native
	below_tags "generic" generic --mode generic
	attach_to "on 802.1Q" q10 generic
	pages "on 802.1Q" q10 "$VLAN_SERVER.1"
	detach_from "on 802.1Q" q10
	check "tags are stripped again" vlan_offload on
	ip -n "$SERVER_NS" link delete q10
	ip -n "$CLIENT_NS" link delete q10
	ip -n "$SERVER_NS" link delete s20
	ip -n "$CLIENT_NS" link delete s20
	fact_if_passed device_vlan "$failed" "native and generic below tags; generic on the tagged device"
}

# Gives the server's wire to a device that stands for it, with the server's address.
put_above() # DEVICE
{
	ip -n "$SERVER_NS" address flush dev "$SERVER_DEV" scope global &&
		ip -n "$SERVER_NS" link set "$SERVER_DEV" down && ip -n "$SERVER_NS" link set "$SERVER_DEV" master "$1" &&
		ip -n "$SERVER_NS" link set "$SERVER_DEV" up && ip -n "$SERVER_NS" link set "$1" address "$SERVER_MAC" up &&
		ip -n "$SERVER_NS" address add "$SERVER_V4/17" dev "$1" && wait_for page
}

take_back() # DEVICE
{
	ip -n "$SERVER_NS" link delete "$1" && ip -n "$SERVER_NS" link set "$SERVER_DEV" up &&
		ip -n "$SERVER_NS" address add "$SERVER_V4/17" dev "$SERVER_DEV" && wait_for page
}

bonding()
{
	local failed=$TAP_FAILED

	ip -n "$SERVER_NS" link add bond0 type bond mode active-backup miimon 100
	check "a bond over the wire" put_above bond0
	attach_to "on a bond" bond0 native
	pages "on a bond" bond0 "$SERVER_V4"
	detach_from "on a bond" bond0
	attach_to "on a bond, generic" bond0 generic --mode generic
	pages "on a bond, generic" bond0 "$SERVER_V4"
	detach_from "on a bond, generic" bond0
	check "the bond is removed" take_back bond0
	fact_if_passed device_bond "$failed" "native and generic"
}

bridge()
{
	local failed=$TAP_FAILED

	ip -n "$SERVER_NS" link add br0 type bridge stp_state 0 forward_delay 0
	check "a bridge over the wire" put_above br0
	attach_to "on a bridge" br0 generic
	pages "on a bridge" br0 "$SERVER_V4"
	detach_from "on a bridge" br0
	check_not "on the bridge's port: cookies are refused" levee attach "$SERVER_DEV" --cookies always
	local COOKIES=()
	attach_to "on the bridge's port" "$SERVER_DEV" native
	pages "on the bridge's port" "$SERVER_DEV" "$SERVER_V4" watched
	detach_from "on the bridge's port" "$SERVER_DEV"
	check "the bridge is removed" take_back br0
	fact_if_passed device_bridge "$failed" "generic; on its port native, without cookies"
}

if can_make vlan id 4000; then
	vlans
else
	attach_to "generic" "$SERVER_DEV" generic --mode generic
	pages "generic" "$SERVER_DEV" "$SERVER_V4"
	detach_from "generic" "$SERVER_DEV"
fi
can_make bond && bonding
can_make bridge && bridge
done_testing
