# Lines of bench from the stock kernel's node and ours: PLACE ROW VALUE OPS [extra].
{
	if (!($2 in seen)) {
		seen[$2] = 1
		order[++rows] = $2
		extra[$2] = $5 == "extra"
	}
	value[$1, $2] = $3
}

function change(a, b, row) { return (value[b, row] / value[a, row] - 1) * 100 }

# Rows that make the mean, then the others. Fills mean and worst.
function table(a, b, more, bound,    i, pass, row, sum, n) {
	worst = -100
	late = ""
	for (pass = 0; pass < 2; pass++)
		for (i = 1; i <= rows; i++) {
			row = order[i]
			if (extra[row] != pass)
				continue
			printf "  %-14s %10.1f %10.1f %+8.2f %%", pass ? row " *" : row,
				value[a, row], value[b, row], change(a, b, row)
			if (more)
				printf " %+8.2f %% %+8.2f %%", change("used.cgroup", b, row),
					change("used.root", b, row)
			printf "\n"
			if (pass)
				continue
			if (change(a, b, row) > bound + (row in allow ? allow[row] : 0))
				late = late " " row
			sum += log(value[b, row] / value[a, row])
			n++
			if (change(a, b, row) > worst)
				worst = change(a, b, row)
		}
	mean = (exp(sum / n) - 1) * 100
}

function goal(text, value, bound) {
	printf "  %-36s %+8.2f %%   goal %+.1f %%: %s\n", text, value, bound,
		value <= bound ? "met" : "MISSED"
	missed += value > bound
}

function rows_goal(text) {
	printf "  %-36s %s\n", text, late == "" ? "met by every row" : "MISSED by" late
	missed += late != ""
}

END {
	print "Instructions an operation. Rows with * are beyond the goals' set: not in the mean."
	print "\nNo VE: kernel with our options against the stock kernel, root cgroup"
	printf "  %-14s %10s %10s %10s\n", "row", "stock", "ours", "change"
	table("stock.root", "plain.root", 0, 2)
	goal("geometric mean", mean, 0.5)
	rows_goal("goal +2 %:")

	print "\nNo VE, in a cgroup with cpu, memory and pids"
	table("stock.cgroup", "plain.cgroup", 0, 2)
	goal("geometric mean", mean, 0.5)
	rows_goal("goal +2 %:")

	print "\nA VE against the host, our kernel. The peer is a process in the same namespaces and"
	print "in a cgroup with the same controllers, but in no VE: this change is ours. Against a"
	print "cgroup without namespaces, and against the root cgroup, which the kernel's own memory"
	print "controller does not account, the change is what a container costs, and ours."
	printf "  %-14s %10s %10s %10s %10s %10s\n", "row", "peer", "VE", "VE:peer", "VE:cgroup", "VE:root"
	allow["fork+exec"] = 1
	table("used.peer", "used.ve", 1, 2)
	printf "  %-36s %+8.2f %%\n", "geometric mean", mean
	rows_goal("goal +2 %, fork+exec +3 %:")

	print "\nThe same VE with a limit on every row"
	allow["fcntl-lock"] = 3
	table("used.peer", "used.limits", 1, 2)
	rows_goal("goal +2 %, fork+exec +3 %:")
	goal("fcntl-lock with numflock limited", change("used.peer", "used.limits", "fcntl-lock"), 5)

	print "\nThe host's own processes, once there is a VE, against before"
	delete allow
	table("plain.root", "used.root", 0, 2)
	exit missed > 0
}
