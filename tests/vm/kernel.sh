#!/bin/sh
# KUnit results of this boot and the kernel selftests; runs on a bare node.
# The selftests are given to the node as /selftests/NAME.
#
# usage: kernel.sh [NAME=VALUE...]   what the selftests shall have in their environment
bad=0
for word in "$@"; do
	export "$word"
done

# Where the kernel looks for leaks: has one been found since the last call? A
# scan finds nothing that is younger than five seconds, and takes for a leak
# what was only on its way: so two of them. Reports are printed and forgotten.
leaks=/sys/kernel/debug/kmemleak
look_for_leaks() { # PATTERN WHEN
	[ -e $leaks ] || return 0
	sleep 6
	if ! echo scan > $leaks; then
		echo "not ok - kmemleak: was off $2"
		return 1
	fi
	sleep 6
	echo scan > $leaks
	cat $leaks > /tmp/leaks
	sed 's/^/# /' /tmp/leaks
	echo clear > $leaks
	if grep -qE "$1" /tmp/leaks; then
		echo "not ok - kmemleak: leaks $2"
		return 1
	fi
	echo "ok - kmemleak: no leak $2"
}

# KUnit prints KTAP into the kernel log; a suite is a line without indent.
dmesg | sed -n 's,^\[[^]]*\] ,,p' > /tmp/log
awk '
	/^ *KTAP version/ { next }
	/^(ok|not ok) [0-9]+ / { print "# suite " $0; suites++ }
	/^    (ok|not ok) [0-9]+ / { sub(/^ +/, ""); print; n++ }
	END { if (!n) { print "not ok - kunit: no results in the kernel log"; exit 1 } }
' /tmp/log > /tmp/kunit || bad=1
sed 's/^\(ok\|not ok\) \([0-9]*\)/\1 \2 - kunit/' /tmp/kunit
grep -q '^not ok' /tmp/kunit && bad=1

mount -t debugfs debugfs /sys/kernel/debug 2>/dev/null
# What others leak while they boot is none of our business.
look_for_leaks ' (\[<[^>]*>\] )?(__)?(ve|ub|venet)_' 'since boot that is ours' || bad=1

for t in /selftests/*; do
	[ -x "$t" ] || continue
	echo "# ${t##*/}"
	begin=$(date +%s)
	"$t" > /tmp/out 2>&1
	status=$?
	sed "s,^\(ok\|not ok\) \([0-9]*\) *-* *,\1 \2 - ${t##*/}: ," /tmp/out
	echo "# ${t##*/}: $(($(date +%s) - begin)) s"
	if [ $status != 0 ] && [ $status != 4 ]; then
		bad=1
		grep -q '^not ok' /tmp/out || echo "not ok - ${t##*/} ended with status $status"
	fi
done
look_for_leaks . 'since the selftests began' || bad=1
exit $bad
