# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2016,SC2034
#
# suite-refuse.sh - a kernel that is too old: levee says what is missing and which version has it, and leaves nothing.

. tests/vm/guest-lib.sh
lab_name vm-refuse
choose_bpffs
SERVER_NS=refuse
ip netns add refuse && ip -n refuse link add "$SERVER_DEV" type veth peer name "$CLIENT_DEV"

output=$(levee attach "$SERVER_DEV" 2>&1)
is "attach: exit code of a missing feature" "$?" 4
note "$output"
fact refusal "$(tr '\n' ' ' <<<"$output" | sed 's/  */ /g')"
check "it names the kernel" grep -qF "$(uname -r)" <<<"$output"
check "it names what is missing" grep -qE 'lacks .+' <<<"$output"
check "it names the version that has it" grep -qE 'Linux [5-7]\.[0-9]+ and later' <<<"$output"
check "nothing is attached" nothing_left "$SERVER_DEV"
check_not "nothing is loaded" eval 'bpftool prog show | grep " name levee_"'

report=$(levee doctor "$SERVER_DEV" --json)
is "doctor: exit code of a missing feature" "$?" 4
check "doctor names a missing feature" grep -q "$(uname -r) lacks" <<<"$report"
done_testing
