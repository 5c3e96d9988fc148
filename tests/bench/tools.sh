#!/bin/bash
# What the tools that monitoring calls all day cost a node with many VEs: CPU time, user mode and
# kernel, the cheapest of several runs; runs on node1. --share with bin, vm, spent and nothing.
#
# usage: tests/bench/tools.sh [VES]
set -uo pipefail
ves=${1:-200} first=1001 missed=0
[ ! -d /share/bin ] || install -m 755 /share/bin/* /usr/sbin/
spent() { /share/spent "$@" || exit 1; }
say() { # NAME FIGURE GOAL IS-MET: a line of the table
	[ "$4" = 1 ] && word=met || word=MISSED missed=1
	printf '  %-52s %12s   goal: %s: %s\n' "$1" "$2" "$3" "$word"
}

for ((i = 0; i < ves; i++)); do
	vzctl create $((first + i)) --ostemplate busybox --layout overlay --hostname many >/dev/null &&
		vzctl start $((first + i)) >/dev/null || exit 1
done
running=$(vzlist -H | wc -l)
[ "$running" = "$ves" ] || { echo "$running of $ves VEs run" >&2; exit 1; }

nothing=$(spent 50 /share/nothing)
true=$(spent 50 /bin/true)
list=$(spent 10 vzlist -a)
status=$(spent 50 vzctl status $first)
echo "What the tools cost on a node with $ves VEs that run, CPU time. 1 ms of an emulated CPU"
echo "is much less of a real one."
printf '  %-52s %9d us\n' "fork+exec of the smallest program" "$nothing" "fork+exec of true(1)" "$true"
a_ve=$(awk -v t="$list" -v n="$ves" 'BEGIN { printf "%.3f", t / 1000 / n }')
say "vzlist -a, a VE" "$a_ve ms" "at most 1 ms" "$(awk -v t="$a_ve" 'BEGIN { print t <= 1 }')"
ratio=$(awk -v t="$status" -v e="$true" 'BEGIN { printf "%.2f", t / e }')
say "vzctl status beside true(1), $status us" "$ratio" "at most 2" "$(awk -v t="$ratio" 'BEGIN { print t <= 2 }')"
exit $missed
