# Lines "bench PLACE ROW MEDIAN LEAST" of tests/bench/run; prints the tables,
# ends with 1 when gate is set and a goal is not met. A row counts with the
# least of all its samples: the median of rows that allocate and free (unix,
# fork) moves by some percent with the state of the slabs, the least by 0.1 %.

$1 != "bench" { next }
$3 == "counter" {
	if ($4 < 0.999 || $4 > 1.001) {
		print "bench: the counter of " $2 " does not count instructions (" $4 " an instruction)"
		bad = 1
	}
	next
}
$3 == "limited" { limited = $4; next }
$2 ~ /^gather-/ {
	sub(/^gather-/, "", $2)
	many[$3, $2] = $4
	if (!($2 in seen_n))
		ns[++nn] = $2
	seen_n[$2] = 1
	next
}
{
	if (!($3 in seen))
		rows[++n] = $3
	seen[$3] = 1
	if (!(($2, $3) in v) || $5 < v[$2, $3])
		v[$2, $3] = $5
}

function percent(a, b) { return (a / b - 1) * 100 }

function verdict(what, is, most) {
	printf "  %-44s %+8.2f %%   goal %+.1f %%   %s\n", what, is, most, is <= most ? "met" : "NOT MET"
	if (is > most)
		missed++
}

END {
	if (!n || !nn) {
		print "bench: no figures"
		exit 1
	}
	print "instructions an operation          off        on     no VE       box        VE   in a VE  (box)"
	for (i = 1; i <= n; i++) {
		r = rows[i]
		off = v["off-host", r]; on = v["on-host", r]; box = v["on-box", r]; ve = v["on-ve", r]
		if (!off || !on || !box || !ve) {
			print "bench: row " r " is not complete"
			bad = 1
			continue
		}
		a = percent(on, off); b = percent(ve, on)
		printf "  %-24s %12.1f %9.1f  %+6.2f %% %9.1f %9.1f  %+6.2f %%  (%+.2f %%)\n", r, off, on, a, box, ve, b, percent(box, on)
		sum += log(on / off)
		if (i == 1 || a > worst) { worst = a; worst_row = r }
		in_ve[r] = b
	}
	printf "\n"
	verdict("no VE: geometric mean", (exp(sum / n) - 1) * 100, 0.5)
	verdict("no VE: worst row (" worst_row ")", worst, 2)
	for (i = 1; i <= n; i++) {
		r = rows[i]
		verdict("in a VE: " r, in_ve[r], r == "fork+exec" ? 3 : r == "fcntl" ? 5 : 2)
	}
	printf "  (%d rows of the VE were limited)\n\n", limited
	print "instructions a VE to read all its rows"
	for (i = 1; i <= nn; i++)
		printf "  %6d VEs: without text %9.1f   ve.ub.resources %9.1f   /proc/bc/resources %9.1f\n", ns[i], \
			many["rows", ns[i]], many["file", ns[i]], many["proc", ns[i]]
	verdict("counters: growth a VE, " ns[1] " to " ns[nn] " VEs", percent(many["proc", ns[nn]], many["proc", ns[1]]), 5)
	is = many["rows", ns[nn]]
	printf "  %-44s %10.1f   goal %5d     %s\n", "counters: without text", is, 2000, is <= 2000 ? "met" : "NOT MET"
	missed += is > 2000
	if (missed)
		printf "\nbench: %d goals are not met\n", missed
	exit bad || (gate == "--gate" && missed)
}
