#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# run.sh - the tests in other kernels: one virtual machine after the other under software emulation, then this
# machine's own kernel, then a table of what was seen. What runs inside: guest.sh and the suites.
#
#   run.sh [KERNEL...] [SUITE...]     all of both, unless named
#   run.sh --shell KERNEL             a shell in that guest
#
# Results are in build/vm/KERNEL.results, what the guest's console said in build/vm/KERNEL.console.
set -u

ROOT=$(cd "$(dirname "$0")/../.." && pwd)
VM=$ROOT/build/vm
HERE=$ROOT/tests/vm

KERNELS="6.1 6.12 5.10 host"
SUITES="load prog doctor smoke dispatcher devices"
VM_SECONDS=${VM_SECONDS:-300}
VM_MEMORY=1024
CONSOLE_LINES=40

# What a kernel prints when something went wrong that no test may have noticed.
ALARMS='BUG:|Oops|WARNING: CPU|general protection|Kernel panic|Out of memory|hung_task|refcount_t'

PASSED=0
FAILED=0
SKIPPED=0

die()
{
	echo "run.sh: $*" >&2
	exit 1
}

# --- what is needed

need_packages()
{
	scripts/deps.sh vm || die "virtual machines need packages that are missing and could not be installed"
}

# --- judging what a kernel's tests said

# Adds a "not ok" for every suite that ended without its plan, ran another number of tests, or was not reached.
judge_suites() # RESULTS SUITE...
{
	local results=$1

	shift
	awk -v wanted="$*" '
		/^suite / { suite = $2; tests = 0; plan = -1; next }
		/^(not )?ok / { tests++ }
		/^1\.\.[0-9]+/ { plan = substr($1, 4) + 0 }
		/^suite-end / {
			ended[$2] = 1
			if (plan < 0)
				print "not ok - suite " $2 " died before its end (exit code " $3 ")"
			else if (plan != tests)
				print "not ok - suite " $2 " announced " plan " tests and ran " tests
		}
		END {
			n = split(wanted, suites, " ")
			for (i = 1; i <= n; i++)
				if (!ended[suites[i]])
					print "not ok - suite " suites[i] " did not end"
		}' "$results"
}

count_results() # RESULTS
{
	local passed failed skipped

	failed=$(grep -c '^not ok' "$1")
	skipped=$(grep -c '^ok .*# SKIP' "$1")
	passed=$(($(grep -c '^ok' "$1") - skipped))
	PASSED=$((PASSED + passed))
	FAILED=$((FAILED + failed))
	SKIPPED=$((SKIPPED + skipped))
	echo "# $2: $passed passed, $failed failed, $skipped skipped"
}

# What goes to the screen also goes to the results, so that counts and table know it.
add_failure() # RESULTS LINE...
{
	local results=$1

	shift
	printf '%s\n' "$@" | tee -a "$results"
}

console_end() { tr -d '\r' <"$1" | tail -n "$CONSOLE_LINES" | sed 's/^/#   /'; }

# --- a virtual machine

# Becomes qemu: run it in a subshell.
qemu() # KERNEL ARGUMENT...
{
	local kernel=$1

	shift
	exec 9>&-
	exec qemu-system-x86_64 -accel tcg -cpu max -m "$VM_MEMORY" -smp 2 -nographic -no-reboot -nodefaults \
		-kernel "$VM/$kernel/vmlinuz" -initrd "$VM/$kernel.cpio" "$@"
}

prepare_vm() # KERNEL
{
	"$HERE/fetch.sh" "$1" >/dev/null || return
	"$HERE/initramfs.sh" "$VM/$1" "$VM/$1.cpio"
}

stop_vm()
{
	[ -z "${QEMU_PID:-}" ] || kill "$QEMU_PID" 2>/dev/null
	QEMU_PID=
}

# Returns what qemu returned, or 124 when its time was up.
boot_vm() # KERNEL SUITES
{
	local kernel=$1 status

	: >"$VM/$kernel.results"
	qemu "$kernel" -serial "file:$VM/$kernel.console" -serial "file:$VM/$kernel.results" -append \
		"console=ttyS0 loglevel=5 panic=-1 oops=panic levee_column=$kernel levee_suites=${2// /,}" </dev/null &
	QEMU_PID=$!
	timeout "$VM_SECONDS" tail -s 0.2 -n +1 --pid="$QEMU_PID" -f "$VM/$kernel.results" | tr -d '\r'
	status=${PIPESTATUS[0]}
	[ "$status" != 124 ] || kill -KILL "$QEMU_PID"
	wait "$QEMU_PID" 2>/dev/null
	QEMU_PID=
	return "$status"
}

run_vm() # KERNEL SUITES
{
	local kernel=$1 results=$VM/$1.results status

	: >"$results"
	if ! prepare_vm "$kernel"; then
		add_failure "$results" "not ok - Linux $kernel could not be made ready"
		return
	fi
	echo "# --- Linux $kernel: $(<"$VM/$kernel/release"), emulated"
	boot_vm "$kernel" "$2"
	status=$?
	tr -d '\r' <"$results" >"$results.text" && mv "$results.text" "$results"
	# shellcheck disable=SC2086 # one word per suite
	judge_suites "$results" $2 | tee -a "$results"
	if ! grep -q '^guest-end' "$results"; then
		[ "$status" = 124 ] && status="had not ended after $VM_SECONDS s" || status="ended early"
		add_failure "$results" "not ok - the guest $status; its last lines:" "$(console_end "$VM/$kernel.console")"
	elif grep -qE "$ALARMS" "$VM/$kernel.console"; then
		add_failure "$results" "not ok - the kernel complained:" \
			"$(grep -E -A "$CONSOLE_LINES" "$ALARMS" "$VM/$kernel.console" | tr -d '\r' | sed 's/^/#   /')"
	fi
	rm -f "$VM/$kernel.cpio"
}

run_host() # SUITES
{
	echo "# --- Linux $(uname -r): this machine"
	# shellcheck disable=SC2086 # one word per suite
	timeout "$VM_SECONDS" "$HERE/guest.sh" host $1 2>&1 | tee "$VM/host.results"
	# shellcheck disable=SC2086
	judge_suites "$VM/host.results" $1 | tee -a "$VM/host.results"
}

run_kernel() # KERNEL SUITES
{
	local suites=$2

	[ "$1" != 5.10 ] || suites="refuse"
	if [ "$1" = host ]; then
		run_host "$suites"
	else
		run_vm "$1" "$suites"
	fi
	count_results "$VM/$1.results" "Linux $1"
}

shell_vm() # KERNEL
{
	prepare_vm "$1" || exit
	echo "Linux $1 boots in about ten seconds. Ctrl-A X ends qemu at once."
	(qemu "$1" -serial mon:stdio -append "console=ttyS0 quiet panic=-1 levee_shell")
}

# --- the whole

usage() { sed -n 's/^#   \(run.sh\)/  \1/p' "$0"; }

chosen()
{
	local word list=

	for word in $1; do
		case " $2 " in *" $word "*) list="$list $word" ;; esac
	done
	echo "${list:-$1}"
}

check_words()
{
	local word

	for word; do
		case " $KERNELS $SUITES " in
		*" $word "*) ;;
		*)
			echo "run.sh: \"$word\" is neither a kernel ($KERNELS) nor a suite ($SUITES)" >&2
			usage >&2
			exit 2
			;;
		esac
	done
}

trap stop_vm EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
mkdir -p "$VM"
exec 9>"$VM/lock"
flock -n 9 || { echo "run.sh: waiting for another run to end" >&2; flock 9; }
if [ "${1:-}" = --shell ]; then
	check_words "${2:-6.12}"
	need_packages
	shell_vm "${2:-6.12}"
	exit
fi
check_words "$@"
[ "$(id -u)" = 0 ] || die "this machine's own row needs root; try: sudo make test-vm"
need_packages
SECONDS=0
for kernel in $(chosen "$KERNELS" "$*"); do
	run_kernel "$kernel" "$(chosen "$SUITES" "$*" | sed 's/^ //')"
done
"$HERE/table.sh" --print
echo "# $SECONDS s"
echo "$PASSED passed, $FAILED failed, $SKIPPED skipped"
[ "$FAILED" = 0 ] && [ "$PASSED" -gt 0 ]
