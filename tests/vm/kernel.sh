#!/bin/sh
# KUnit results of this boot and the kernel selftests; runs on a bare node.
# The selftests are given to the node as /selftests/NAME.
bad=0

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

for t in /selftests/*; do
	[ -x "$t" ] || continue
	echo "# ${t##*/}"
	"$t" > /tmp/out 2>&1
	status=$?
	sed "s,^\(ok\|not ok\) \([0-9]*\) *-* *,\1 \2 - ${t##*/}: ," /tmp/out
	if [ $status != 0 ] && [ $status != 4 ]; then
		bad=1
		grep -q '^not ok' /tmp/out || echo "not ok - ${t##*/} ended with status $status"
	fi
done
exit $bad
