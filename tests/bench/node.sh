#!/bin/sh
# On a bare node: LABEL:PLACE[:OPTION...]..., in this order, each an invocation of
# bench. Prints its lines with the label in front of the place.
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
