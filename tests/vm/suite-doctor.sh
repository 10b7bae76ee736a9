# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2016
#
# suite-doctor.sh - what levee doctor says of this kernel is what this kernel does.

. tests/vm/guest-lib.sh
lab_begin "vm-doctor-$$"

# "ok", "warn" or "fail" of a finding.
level_of() { awk -v id="\"$1\"," '$1 == "\"id\":" { ours = $2 == id } ours && $1 == "\"level\":" { gsub(/[",]/, "", $2); print $2; exit }' <<<"$report"; }

report=$(levee doctor "$SERVER_DEV" "${SMALL[@]}" --json)
is "doctor finds nothing that is missing" "$?" 0
is "privileges" "$(level_of privileges)" ok
is "kernel" "$(level_of kernel)" ok
is "handoff, as the kernel's symbols have it" "$(level_of handoff)" "$(has_handoff && echo ok || echo warn)"
fact doctor_handoff "$(level_of handoff)"
fact doctor_dispatcher "$(level_of dispatcher)"
fact doctor_native "$(level_of native)"
check "doctor names the release" grep -qF "$(uname -r)" <<<"$report"

check "attach" levee attach "$SERVER_DEV" "${SMALL[@]}"
said=$(level_of dispatcher)
is "dispatcher, as attach finds it" "$(levee status "$SERVER_DEV" --json | json_value attachment)" \
	"$([ "$said" = ok ] && echo dispatcher || echo single)"
report=$(levee doctor "$SERVER_DEV" "${SMALL[@]}" --json)
check "doctor sees levee on the hook" grep -q 'levee is attached (native)' <<<"$report"
check "detach" levee detach "$SERVER_DEV"

in_server sysctl -qw net.ipv4.tcp_syncookies=0
report=$(levee doctor "$SERVER_DEV" "${SMALL[@]}" --json)
is "tcp_syncookies=0 is warned of" "$(level_of syncookies)" warn
done_testing
