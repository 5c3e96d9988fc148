#!/bin/bash
# From a stock Debian 13 to a running VE, with the packages: see tests/install/guest.
# Then what can be said of the packages without a machine. TAP.
#
# usage: tests/install.sh [FLAVOUR]      after make deb with FLAVOUR, vm if none is given
set -uo pipefail
cd "$(dirname "$0")/.." || exit 2
out=build/install flavour=${1:-vm}
mkdir -p $out
tests/install/disk || exit 1

# Later versions: of the tools, otherwise the same; of the kernel, another build, at the
# paths of the first one (see scripts/kernel-next).
next=build/kernel/$flavour-next
rm -rf $out/second $out/newer "$next"
mkdir -p $out/second/newer $out/newer
cp -a "build/kernel/$flavour" "$next"
# shellcheck disable=SC2016 # for the other shell
scripts/in-builder sh -ec 'mount --bind "$2" "build/kernel/$1"
	exec scripts/kernel "$1" bzImage KBUILD_BUILD_VERSION=2' sh "$flavour" "$next" || exit 1
for package in dist/openve_*.deb dist/linux-image-*"-$flavour"_*.deb; do
	root=$out/newer/$(basename "$package" .deb)
	dpkg-deb -R "$package" "$root" || exit 1
	sed -i -e '/^Version:/s/$/.1/' -e '/^Depends: linux-image/s/)$/.1)/' "$root/DEBIAN/control"
	for image in "$root"/boot/vmlinuz-*; do
		[ ! -e "$image" ] || cp "$next"/arch/x86/boot/bzImage "$image"
	done
	dpkg-deb --root-owner-group -Zgzip -b "$root" $out/second/newer >/dev/null || exit 1
done
rm -rf "$next"
cp tests/install/guest $out/second/run
cp docs/install.md $out/second/guide.md
echo "$flavour" >$out/second/flavour
cp -a dist $out/second/openve
cp -al $out/debian $out/second/debian
chmod 755 $out/second/run
scripts/in-builder qemu-img create -q -f qcow2 -F raw -b stock.raw $out/disk.qcow2 || exit 1
tests/install/machine --disk $out/disk.qcow2 --second $out/second --log $out/console.log --timeout ${INSTALL_TIMEOUT:-2400}
status=$?
rm -rf $out/disk.qcow2 $out/second $out/newer
exit $status
