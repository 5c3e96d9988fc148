#!/bin/bash
# The tools on a kernel that is not ours: this machine's own. Runs on the
# host, in the builder root.
set -uo pipefail
cd "$(dirname "$0")/.."
if [ -e /proc/vz/version ]; then
	echo "ok 1 - vzctl on a stock kernel # SKIP this machine runs our kernel"
	exit 0
fi
rm -rf build/stock-test
make --no-print-directory install DESTDIR="$PWD/build/stock-test" >/dev/null || exit 1
touch build/stock-test/etc/vz/conf/101.conf
n=0 bad=0
try() { # NAME WANT COMMAND...
	local name=$1 want=$2 got
	shift 2
	n=$((n + 1))
	scripts/in-builder sh -ec 'mkdir -p /etc/vz /vz/lock /usr/lib/openve
		mount --bind build/stock-test/etc/vz /etc/vz
		mount --bind build/stock-test/usr/lib/openve /usr/lib/openve
		exec build/stock-test/usr/sbin/"$@"' sh "$@" >build/check/stock.out 2>&1
	got=$?
	if [ $got = "$want" ] && [ -s build/check/stock.out ]; then
		echo "ok $n - stock-kernel: $name exits $want"
	else
		echo "not ok $n - stock-kernel: $name exits $got, not $want: $(head -n1 build/check/stock.out)"
		bad=1
	fi
}
says() { # WORD NAME WANT COMMAND...: and the output has it
	local word=$1
	shift
	try "$@"
	n=$((n + 1))
	if grep -q -e "$word" build/check/stock.out; then
		echo "ok $n - stock-kernel: $1 says what is missing"
	else
		echo "not ok $n - stock-kernel: $1 does not say what is missing: $(head -n1 build/check/stock.out)"
		bad=1
	fi
}
mkdir -p build/check
version=/proc/vz/version
for c in create destroy mount umount quotaon start stop restart set explain enter suspend resume; do
	says $version "vzctl $c" 5 vzctl $c 101
done
says $version "vzctl exec" 5 vzctl exec 101 true
says $version "vzctl runscript" 5 vzctl runscript 101 /dev/null
says $version "vzctl ubc" 5 vzctl ubc
says $version "vzctl check-host" 1 vzctl check-host
says $version "vzlist" 0 vzlist -a
says $version "vzmigrate" 14 vzmigrate --online nowhere 101
says $version "vzreboot" 5 vzreboot --dry-run /boot/vmlinuz
says $version "vzreboot --newest" 5 vzreboot --newest
says $version "vzmemcheck" 1 vzmemcheck
says $version "vzubc" 1 vzubc
says $version "vzoversell" 1 vzoversell
says $version "vzeventd" 5 vzeventd
try "vzctl --version" 0 vzctl --version
# these read configurations only
try "vzctl status" 0 vzctl status 101
try "vzctl set --save --force" 0 vzctl set 101 --force --numproc 99 --save
try "vzcfgvalidate" 2 vzcfgvalidate /etc/vz/conf/101.conf
try "vzcfgscale" 0 vzcfgscale -a 2 /etc/vz/conf/101.conf
try "vzsplit" 0 vzsplit -n 3
try "vzcpucheck" 0 vzcpucheck
exit $bad
