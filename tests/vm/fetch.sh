#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# fetch.sh - Debian's kernels as packages: downloads the newest of a series and unpacks it under build/vm.
# Nothing is installed. Prints the folder, which then has vmlinuz, release and modules/. 6.1 and 6.12 come from
# this machine's own apt sources; 5.10, which levee must refuse, from Debian 11 on the same server, by lists kept
# under build/vm.
#
#   fetch.sh 5.10|6.1|6.12
set -u

ROOT=$(cd "$(dirname "$0")/../.." && pwd)
VM=$ROOT/build/vm
APT=()

die()
{
	echo "fetch.sh: $*" >&2
	exit 1
}

# Fills APT: options that make apt look at Debian 11 and at nothing of this machine's state.
use_debian_11()
{
	local apt=$VM/apt archive

	archive=$(apt-get indextargets --format '$(REPO_URI) $(RELEASE)' 'Created-By: Packages' | awk '$2 !~ /-/ { print $1; exit }')
	mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial"
	cat >"$apt/debian-11.sources" <<-END
		Types: deb
		URIs: $archive
		Suites: bullseye
		Components: main
		Architectures: amd64
		Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
	END
	APT=(-o "Dir::Etc::sourcelist=$apt/debian-11.sources" -o Dir::Etc::sourceparts=/dev/null
		-o "Dir::State::lists=$apt/lists" -o "Dir::Cache=$apt/cache")
}

package_pattern() # SERIES
{
	case $1 in
	5.10) echo '^linux-image-5\.10\.[0-9.-]+-cloud-amd64-unsigned$' ;;
	6.1) echo '^linux-image-6\.1\.[0-9.-]+-cloud-amd64-unsigned$' ;;
	6.12) echo '^linux-image-6\.12\.[0-9.]+\+deb12-cloud-amd64-unsigned$' ;;
	*) die "no kernel package is known for \"$1\"; there are 5.10, 6.1 and 6.12" ;;
	esac
}

newest_package() # SERIES
{
	local pattern

	pattern=$(package_pattern "$1") || return
	apt-cache "${APT[@]}" search --names-only "$pattern" | cut -d ' ' -f 1 | sort -V | tail -1
}

# What was fetched before, for a machine that has lost its network since.
unpacked_already() # SERIES
{
	[ -e "$VM/$1/release" ] || return
	echo "fetch.sh: apt offers no package for Linux $1 now; using $(<"$VM/$1/release") from before" >&2
	echo "$VM/$1"
}

download() # PACKAGE FOLDER
{
	mkdir -p "$2"
	# _apt, the user that apt downloads as, may not be able to enter this folder: apt says so and goes on as root.
	(cd "$2" && apt-get "${APT[@]}" -q download "$1") >"$2/apt.log" 2>&1 && return
	rm -rf "$2"
	return 1
}

unpack() # DEB FOLDER
{
	local release

	dpkg-deb -x "$1" "$2/package" || return
	release=$(basename "$2"/package/boot/vmlinuz-*)
	release=${release#vmlinuz-}
	ln -sf "package/boot/vmlinuz-$release" "$2/vmlinuz"
	ln -sfn "package/lib/modules/$release" "$2/modules"
	rm -f "$1"
	echo "$release" >"$2/release"
}

fetch() # SERIES
{
	local package folder="$VM/$1"

	package=$(newest_package "$1") || exit
	if [ -z "$package" ]; then
		apt-get "${APT[@]}" -q update >/dev/null 2>&1
		package=$(newest_package "$1")
	fi
	[ -n "$package" ] || unpacked_already "$1" || die "apt offers no kernel package for Linux $1: is there a network?"
	[ -n "$package" ] || return 0
	if [ "linux-image-$(cat "$folder/release" 2>/dev/null)-unsigned" != "$package" ]; then
		rm -rf "$folder" "$folder.new"
		download "$package" "$folder.new" || die "downloading $package failed: is there a network? see: apt-get download $package"
		unpack "$folder.new"/linux-image-*.deb "$folder.new" || die "unpacking $package failed"
		mv "$folder.new" "$folder"
	fi
	echo "$folder"
}

command -v apt-get >/dev/null || die "apt-get is missing: the kernels come as Debian packages"
[ $# = 1 ] || die "usage: fetch.sh 5.10|6.1|6.12"
[ "$1" != 5.10 ] || use_debian_11
fetch "$1"
