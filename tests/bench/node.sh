#!/bin/sh
# On a bare node: LABEL:PLACE[:OPTION...]..., in this order, each an invocation of
# bench. Prints its lines with the label in front of the place.
#
# For its first 1.5 seconds the kernel does not trust the TSC, and its ticks are
# those of an emulated HPET: too many or too few. Nobody measures then.
sleep 2
rows=
for what in "$@"; do
	case $what in
	row=*) rows="$rows ${what#row=}"; continue ;;
	esac
	label=${what%%:*} place=${what#*:} options=
	case $place in
	*:*) options=$(echo "${place#*:}" | tr : ' '); place=${place%%:*} ;;
	esac
	/bench/bench $options "$place" $rows > /tmp/lines || exit 1
	sed "s/^/$label./" /tmp/lines
done
