#!/bin/bash
# From a stock Debian 13 to a running VE, with the packages: see tests/install/guest.
# Then what can be said of the packages without a machine. TAP.
#
# usage: tests/install.sh                after make deb
set -uo pipefail
cd "$(dirname "$0")/.."
out=build/install
mkdir -p $out
tests/install/disk || exit 1

# A later version of the tools, otherwise the same.
rm -rf $out/second $out/newer
mkdir -p $out/second/newer $out/newer
dpkg-deb -R dist/openve_*.deb $out/newer/root || exit 1
sed -i '/^Version:/s/$/.1/' $out/newer/root/DEBIAN/control
dpkg-deb --root-owner-group -Zgzip -b $out/newer/root $out/second/newer >/dev/null || exit 1
cp tests/install/guest $out/second/run
cp -a dist $out/second/openve
cp -al $out/debian $out/second/debian
chmod 755 $out/second/run
scripts/in-builder qemu-img create -q -f qcow2 -F raw -b stock.raw $out/disk.qcow2 || exit 1
tests/install/machine --disk $out/disk.qcow2 --second $out/second --log $out/console.log --timeout 900
status=$?
rm -rf $out/disk.qcow2 $out/second $out/newer
exit $status
