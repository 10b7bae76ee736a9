#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# deb.sh - makes the Debian package. `make deb` builds everything and then runs this.
#
#   deb.sh VERSION PROGRAM OUT
#
# PROGRAM is linked with Debian's libraries. Packed in OUT/deb/, where nothing of the sources is touched; the package is
# OUT/levee_VERSION_ARCHITECTURE.deb. The same sources give the same package, byte by byte: all times are the last commit's,
# or SOURCE_DATE_EPOCH.

set -euo pipefail
cd "$(dirname "$0")/.."

version=$1
program=$(realpath "$2")
out=$(realpath "$3")
stage=$out/deb/levee-$version

SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || stat -c %Y Makefile)}
export SOURCE_DATE_EPOCH

# The version is the Makefile's, so the changelog is made here.
changelog()
{
	cat <<-END
		levee ($version) unstable; urgency=medium

		  * levee $version, as built from its sources.

		 -- $(sed -n 's/^Maintainer: //p' debian/control)  $(date -R -u -d "@$SOURCE_DATE_EPOCH")
	END
}

rm -rf "$stage"
mkdir -p "$stage"
cp -r debian "$stage"
changelog >"$stage/debian/changelog"
cd "$stage"
log=$out/deb/log
if ! LEVEE_SOURCE=$OLDPWD LEVEE_PROGRAM=$program LEVEE_OUT=$out debian/rules binary >"$log" 2>&1; then
	cat "$log" >&2
	exit 1
fi
rm -rf "$stage"
echo "$out/levee_${version}_$(dpkg --print-architecture).deb"
