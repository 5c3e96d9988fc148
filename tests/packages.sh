#!/bin/bash
# What can be said of dist/ without a machine: the same bytes when all that is
# compiled for the tools is compiled anew, names, versions, lintian. TAP.
#
# usage: tests/packages.sh               after make deb
set -uo pipefail
cd "$(dirname "$0")/.."
n=0 bad=0
verdict() { # TEXT WHAT-IS-WRONG
	n=$((n + 1))
	if [ -z "$2" ]; then
		echo "ok $n - packages: $1"
	else
		echo "not ok $n - packages: $1: $(echo "$2" | head -c 600)"
		bad=1
	fi
}
again=build/deb/again
rm -rf $again build/deb/user
kernels=()
for package in dist/linux-image-openve-*.deb; do
	package=${package##*/linux-image-openve-}
	kernels+=("${package%%_*}")
done
OPENVE_USER=build/deb/user packaging/build -o $again "${kernels[@]}" >build/deb/again.log 2>&1
wrong=$?
[ $wrong != 0 ] || wrong=$(diff -rq -x InRelease dist $again)
verdict "two builds are the same bytes" "${wrong#0}"
rm -rf $again build/deb/user

field() { dpkg-deb -f "$1" "$2"; }
wrong=
for package in dist/*.deb; do
	version=$(field "$package" Version)
	dpkg --compare-versions "$version" gt "${version%[+]*}" || wrong+="$package: $version "
	dpkg --compare-versions "$version" lt "$version.1" || wrong+="$package: $version "
done
verdict "versions sort behind what they are made of" "$wrong"
image=$(echo dist/linux-image-6.*-openve-vm_*.deb)
release=$(dpkg-deb -c "$image" | sed -n 's,.*\./boot/vmlinuz-,,p')
verdict "the kernel's package has its release's name" \
	"$([ "linux-image-$release" = "$(field "$image" Package)" ] || echo "$release")"
wrong=$(dpkg-deb -c dist/openve_*.deb | awk '$6 ~ /^\.\/vz\/./ && $1 !~ /^d/ { print $6 }')
verdict "the tools own no file below /vz" "$wrong"
verdict "the repository is signed" "$(grep -q 'BEGIN PGP SIGNATURE' dist/InRelease || echo no)"

packaging/root
wrong=$(OPENVE_BUILDER=build/packaging scripts/in-builder sh -c \
	'lintian --fail-on error,warning dist/*.deb 2>&1 || echo "status $?"' |
	grep -E '^[EW]:|^status' | head -n 20)
verdict "lintian has nothing that is not in packaging/*/overrides" "$wrong"
exit $bad
