#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# check.sh - format, static analysis, shell and man page lint. Says what it checks; fails if anything is found.
#
# include/levee is not formatted by machine: its tables are laid out by hand.
set -u
cd "$(dirname "$0")/.." || exit 1
shopt -s nullglob globstar

failed=0

# run NAME COUNT COMMAND...: COUNT files are checked by COMMAND
run() {
	local name=$1 count=$2

	shift 2
	if [ "$count" -eq 0 ]; then
		return
	fi
	printf 'check: %s (%d files)\n' "$name" "$count"
	if ! "$@"; then
		printf 'check: %s FAILED\n' "$name"
		failed=1
	fi
}

formatted=(user/*.[ch] bpf/*.[ch] man/*.[ch] tests/**/*.[ch])
run "format, clang-format-19" ${#formatted[@]} clang-format-19 --dry-run -Werror "${formatted[@]}"

# Variables with a cleanup attribute look like leaks to cppcheck; the sanitizer build of the unit tests knows better.
analysed=(user/*.c man/*.c)
run "static analysis, cppcheck" ${#analysed[@]} cppcheck --quiet --error-exitcode=1 --std=c11 --inline-suppr \
	--enable=warning,performance,portability --suppress=memleak --suppress=resourceLeak \
	--suppress=missingIncludeSystem --suppress=normalCheckLevelMaxBranches \
	-Iinclude -Iuser -DLEVEE_VERSION='"check"' -D'__attribute__(x)=' \
	-D'LIBBPF_OPTS(type,name,...)=struct type name={0}' -D'DECLARE_LIBXDP_OPTS(type,name,...)=struct type name={0}' \
	-D'json_array_foreach(a,i,v)=for(i=0;(v=json_array_get(a,i));i++)' \
	-D'json_object_foreach(o,k,v)=for(k=first(o);(v=value(o,k));k=next(o,k))' \
	-D'mnl_attr_for_each(a,n,s)=for(a=first(n,s);a;a=next(a))' \
	-D'mnl_attr_for_each_nested(a,n)=for(a=first(n);a;a=next(a))' \
	-D'bpf_object__for_each_program(p,o)=for(p=first(o);p;p=next(p))' \
	"${analysed[@]}"

scripts=(scripts/*.sh tests/**/*.sh contrib/**/*.sh build/man/levee.bash)
for file in .ci/* tests/vm/* tests/**/guest*; do
	if [ -f "$file" ] && [[ $file != *.sh ]] && head -n 1 "$file" | grep -qE '^#!(/usr)?/bin/(env )?(ba|da)?sh'; then
		scripts+=("$file")
	fi
done
run "shell, shellcheck" ${#scripts[@]} shellcheck -x -S warning "${scripts[@]}"

# What is linted is what is installed: make check builds it first.
pages=(build/man/*.[1-9])
run "man pages, mandoc" ${#pages[@]} mandoc -T lint -W warning "${pages[@]}"

# SPDX lines: each source file says its licence first.
unlicensed=()
for file in user/*.[ch] bpf/*.[ch] man/* include/levee/*.h tests/**/*.[ch] scripts/*.sh tests/**/*.sh; do
	head -n 2 "$file" | grep -q 'SPDX-License-Identifier:' || unlicensed+=("$file")
done
echo "check: SPDX lines"
if [ ${#unlicensed[@]} -gt 0 ]; then
	printf 'check: no SPDX line: %s\n' "${unlicensed[@]}"
	failed=1
fi

[ $failed -eq 0 ] && echo "check: all good"
exit $failed
