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
mkdir -p build/check
try "vzctl start" 5 vzctl start 101
try "vzctl exec" 5 vzctl exec 101 true
try "vzctl --version" 0 vzctl --version
exit $bad
