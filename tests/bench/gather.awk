# Lines of gather and of count.c for 100 VEs, then for 1000.
FNR == 1 && FILENAME ~ /txt$/ { pair = 0 }
$1 ~ /^\// {
	file[++pair] = $1
	n = $2
	if (n == 1000)
		order[++files] = $1
	value[$1, n] = $3
}
$2 == "span" { gathered[file[$1], n] = $4 / n; calls[file[$1], n] = $3 / n }

END {
	print "Reading the counters of all VEs, instructions a VE. Gathering is what ub_gather() executes."
	printf "  %-42s %10s %10s %10s %10s\n", "", "gather", "gather", "all", "all"
	printf "  %-42s %10s %10s %10s %10s\n", "file", "100 VEs", "1000 VEs", "100 VEs", "1000 VEs"
	for (i = 1; i <= files; i++) {
		f = order[i]
		printf "  %-42s %10.0f %10.0f %10.0f %10.0f\n", f, gathered[f, 100], gathered[f, 1000],
			value[f, 100], value[f, 1000]
		if (calls[f, 1000] < 1 || gathered[f, 1000] > 2000)
			dear = dear " " f
		if (gathered[f, 1000] > 1.05 * gathered[f, 100] || value[f, 1000] > 1.05 * value[f, 100])
			bent = bent " " f
	}
	printf "  goal: at most 2000 instructions a VE to gather: %s\n", dear == "" ? "met" : "MISSED by" dear
	printf "  goal: linear, 1000 VEs cost no more a VE than 100 and 5 %%: %s\n", bent == "" ? "met" : "MISSED by" bent
	exit dear bent != ""
}
