#!/bin/sh
# What tests/bench/run measures on a bare node. The VE comes last: before it
# its controller is off.
# usage: node.sh KERNEL gather VES... | KERNEL places PLACE...
kernel=$1 what=$2
shift 2
if [ "$what" = gather ]; then
	exec /bench/gather "$@"
fi
for place; do
	# slabs are in another state for each process
	for round in 1 2 3; do
		/bench/place "$place" /bench/syscalls "$kernel-$place" || exit
	done
done
