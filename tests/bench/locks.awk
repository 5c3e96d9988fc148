# Lines of bench, count.c's totals and its functions on one CPU; lines of bench and
# functions for a pair of CPUs. Functions of ours are called so.
function ours(name) { return name ~ /^(__)?(ub|ve|venet)_/ }

FNR == 1 { pairs = FILENAME ~ /pairs/ }
NF >= 4 && $1 ~ /\./ {
	split($1, part, ".")
	if (FNR == 1)
		n = 0
	place[pairs, ++n] = part[2]
	row[pairs, n] = $2
	ops[pairs, n] = $4
	if (part[2] == "ve" && !pairs)
		order[++rows] = $2
	next
}
$2 == "locked" { all[place[0, $1], row[0, $1]] = $3 / ops[0, $1]; next }
NF == 4 && pairs {
	if (ours($2))
		shared[row[1, $1]] += $4 / ops[1, $1]
	next
}
NF == 4 {
	by[place[0, $1], row[0, $1], $2] += $3 / ops[0, $1]
	functions[$2] = 1
}

END {
	print "Locked instructions an operation: lock prefix, or xchg with memory. Ours are those in"
	print "our functions. Shared are those of ours that can have found their cache line with another"
	print "CPU that does the row at the same time: as many as that CPU executes there, at most."
	print "A lock that our code takes counts as added, too."
	printf "  %-14s %8s %8s %8s %8s %8s %8s\n", "row", "peer", "VE", "added", "ours", "shared", "others"
	for (i = 1; i <= rows; i++) {
		r = order[i]
		mine = 0
		who = ""
		for (f in functions) {
			d = by["ve", r, f] - by["peer", r, f]
			if (ours(f))
				mine += by["ve", r, f]
			else if (f ~ /spin_lock|spin_trylock|raw_(read|write)_lock|mutex_lock|down_/ && d >= 0.05)
				who = who sprintf(" %s %+.2f", f, d)
		}
		d = all["ve", r] - all["peer", r]
		printf "  %-14s %8.2f %8.2f %+8.2f %8.2f %8.2f %+8.2f %s\n", r, all["peer", r], all["ve", r],
			d, mine, shared[r], d - mine, who
		if (shared[r] >= 0.05)
			late = late " " r
	}
	printf "  goal: none on shared lines in the common case (less than one in 20 operations): %s\n",
		late == "" ? "met by every row" : "MISSED by" late
	exit late != ""
}
