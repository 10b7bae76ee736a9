#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# initramfs.sh - the guest's whole file system: tools of this machine with the libraries that they need, the
# kernel's modules, and this repository's tests and programs under the paths that they have here.
#
#   initramfs.sh KERNEL_FOLDER OUTPUT.cpio      KERNEL_FOLDER as made by fetch.sh
set -u

ROOT=$(cd "$(dirname "$0")/../.." && pwd)

# Loaded at boot, in this order, after what they depend on.
MODULES="veth cls_bpf sch_ingress tcp_diag 8021q bonding bridge"
PROGRAMS="bash ip tc ss ethtool curl xdp-loader bpftool mountpoint pgrep comm taskset stdbuf timeout sed awk sort stat"
OURS="build/levee build/levee.bpf.o build/prog-tests build/tools/flood build/tools/killat build/vm/load build/vm/stub-before.bpf.o build/vm/stub-after.bpf.o"
FILES="/usr/lib/x86_64-linux-gnu/bpf/xdp-dispatcher.o /usr/libexec/coreutils/libstdbuf.so /etc/protocols /etc/services"

die()
{
	echo "initramfs.sh: $*" >&2
	exit 1
}

add_file() # PATH: as it is here
{
	[ -e "$DIR$1" ] && return
	mkdir -p "$DIR$(dirname "$1")"
	cp -L "$1" "$DIR$1"
}

add_libraries() # PATH
{
	local library

	for library in $(ldd "$1" 2>/dev/null | grep -o '/[^ ]*'); do
		add_file "$library" || return
	done
}

add_program() # NAME
{
	local path

	path=$(PATH=$PATH:/usr/sbin:/sbin command -v "$1") || die "$1 is not installed; run: make deps"
	add_file "$path" && add_libraries "$path"
}

# usrmerge, so that every path that ldd prints has one place.
make_tree()
{
	local link

	mkdir -p "$DIR"/usr/{bin,sbin,lib,lib64} "$DIR"/{proc,sys,dev,run,tmp,root,etc,busybox,levee}
	for link in bin sbin lib lib64; do
		ln -s "usr/$link" "$DIR/$link"
	done
	echo "root:x:0:0:root:/root:/bin/bash" >"$DIR/etc/passwd"
	ln -s bash "$DIR/usr/bin/sh"
	cp "$ROOT/tests/vm/init" "$DIR/init"
}

add_busybox()
{
	local busybox applet

	busybox=$(command -v busybox) || die "busybox is not installed; run: make deps"
	ldd "$busybox" >/dev/null 2>&1 && die "busybox is not static; install busybox-static"
	cp "$busybox" "$DIR/busybox/busybox"
	for applet in $("$busybox" --list); do
		[ -e "$DIR/busybox/$applet" ] || ln -s busybox "$DIR/busybox/$applet"
	done
}

module_file() # NAME: file names may have - for _
{
	find "$KERNEL/modules/" -name "${1//_/[-_]}.ko" -o -name "${1//_/[-_]}.ko.xz" | head -1
}

add_module() # NAME
{
	local file copy depends

	copy=$DIR/modules/${1//-/_}.ko
	[ -e "$copy" ] && return
	file=$(module_file "${1//-/_}")
	[ -n "$file" ] || die "Linux $(<"$KERNEL/release") has no module $1"
	case $file in
	*.xz) xz -dc "$file" >"$copy" ;;
	*) cp "$file" "$copy" ;;
	esac || die "unpacking $file failed"
	for depends in $(tr '\0' '\n' <"$copy" | sed -n 's/^depends=//p' | tr , ' '); do
		add_module "$depends"
	done
	echo "${1//-/_}" >>"$DIR/modules/order"
}

add_ours()
{
	local file

	mkdir -p "$DIR/levee"
	for file in $OURS; do
		[ -e "$ROOT/$file" ] || continue
		mkdir -p "$DIR/levee/$(dirname "$file")"
		cp "$ROOT/$file" "$DIR/levee/$file"
		add_libraries "$ROOT/$file"
	done
	cp -r "$ROOT/tests" "$DIR/levee/tests"
}

[ $# = 2 ] || die "usage: initramfs.sh KERNEL_FOLDER OUTPUT.cpio"
KERNEL=$1
DIR=$2.dir
for command in cpio xz ldd; do
	command -v "$command" >/dev/null || die "$command is not installed; run: make deps"
done
rm -rf "$DIR"
mkdir -p "$DIR/modules"
make_tree
add_busybox
for name in $PROGRAMS; do
	add_program "$name" || die "copying $name failed"
done
for name in $MODULES; do
	add_module "$name"
done
for name in $FILES; do
	[ ! -e "$name" ] || add_file "$name"
done
add_ours
(cd "$DIR" && find . | cpio --quiet -o -H newc -R 0:0) >"$2" || die "writing $2 failed"
rm -rf "$DIR"
