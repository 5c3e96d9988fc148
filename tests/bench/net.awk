# Lines of bench from places with a network: LABEL.NETWORK ROW VALUE OPS. A row that one of them
# lacks is named, and is a goal that is missed.
!/^net\.[a-z]+ / { next }
{
	sub(/.*\./, "", $1)
	if (!($2 in seen)) {
		seen[$2] = 1
		order[++rows] = $2
	}
	value[$2, $1] = $3
}

function ratio(row, what, than) {
	if (!((row, what) in value) || !((row, than) in value))
		return "-"
	return sprintf("%.3f", value[row, what] / value[row, than])
}

function shown(row, place) { return (row, place) in value ? value[row, place] : "-" }

function goal(what, than, bound,    i, late) {
	for (i = 1; i <= rows; i++)
		if (ratio(order[i], what, than) == "-")
			late = late " " order[i] " (not measured)"
		else if (ratio(order[i], what, than) + 0 > bound)
			late = late " " order[i]
	printf "  goal: %s at most %.2f of veth by %s: %s\n", what, bound, than,
		rows && late == "" ? "met by every row" : "MISSED by" late
	missed += !rows || late != ""
}

END {
	print "Packets of a VE: instructions a packet of 16 bytes (udp), a KiB of a stream (tcp), from the"
	print "sender\047s system call to the receiver\047s. venet by the host\047s routing, and directly between"
	print "VEs; veth pairs by a bridge of the host, by its routes."
	printf "  %-14s %8s %8s %8s %8s %14s %12s\n", "row", "venet", "direct", "bridge", "route",
		"direct:bridge", "venet:route"
	for (i = 1; i <= rows; i++)
		printf "  %-14s %8s %8s %8s %8s %14s %12s\n", order[i], shown(order[i], "venet"),
			shown(order[i], "direct"), shown(order[i], "bridge"), shown(order[i], "route"),
			ratio(order[i], "direct", "bridge"), ratio(order[i], "venet", "route")
	goal("direct", "bridge", 0.85)
	goal("venet", "route", 1)
	exit missed > 0
}
