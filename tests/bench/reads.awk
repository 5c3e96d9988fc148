# Lines of reads ("FILE VALUE BYTES" or "FILE - WHY"): the list of virtual files, those of a VE,
# those of the stock kernel's host. The list has "virtual FILE" and "own FILE", see run.
FNR == 1 { part++ }
part == 1 { kind[$2] = $1; if ($1 == "virtual") named[++names] = $2; next }
part == 2 { order[++files] = $1; ve[$1] = $2; bytes[$1] = $3; why[$1] = rest(); next }
part == 3 { host[$1] = $2; host_bytes[$1] = $3; host_why[$1] = rest() }

function rest(    text, i) {
	for (i = 3; i <= NF; i++)
		text = text (i > 3 ? " " : "") $i
	return text
}

function measured(file) { return file in ve && ve[file] != "-" && host[file] + 0 > 0 }

# Why a file has no ratio.
function gap(file) {
	if (!(file in ve))
		return "a VE has none on this kernel"
	return ve[file] == "-" ? "in a VE: " why[file] : "stock: " host_why[file]
}

function line(file) {
	printf "  %-34s %8.0f %8.0f %7.2f   %5d %5d\n", file, host[file], ve[file],
		ve[file] / host[file], host_bytes[file], bytes[file]
}

# The files of a kind that are not in the table: how many, their mean, the worst.
function group(what, text,    i, file, n, sum, worst, bare, above) {
	for (i = 1; i <= files; i++) {
		file = order[i]
		if (kind[file] != what)
			continue
		if (!measured(file)) {
			bare++
			continue
		}
		n++
		sum += log(ve[file] / host[file])
		if (worst == "" || ve[file] / host[file] > ve[worst] / host[worst])
			worst = file
		if (ve[file] > bound * host[file]) {
			late[what] = late[what] " " file
			above++
		}
	}
	if (!n)
		return
	printf "  %s: %d files, mean %.2f, %d above %.1f, %d not to be read here or there; the worst:\n",
		text, n, exp(sum / n), above, bound, bare
	line(worst)
}

END {
	bound = 1.5
	print "cat of a file, instructions: the stock kernel's host, a VE, VE:stock; and their bytes."
	printf "  %-34s %8s %8s %7s   %5s %5s\n", "file", "stock", "VE", "ratio", "bytes", "VE's"
	for (i = 1; i <= names; i++) {
		file = named[i]
		if (measured(file)) {
			line(file)
			compared++
			if (ve[file] > bound * host[file])
				late["virtual"] = late["virtual"] " " file
		} else {
			printf "  %-34s not measured: %s\n", file, gap(file)
		}
	}
	group("own", "/proc/sys, a VE's own")
	for (i = 1; i <= files; i++)
		if (kind[order[i]] == "")
			kind[order[i]] = order[i] ~ /^\/sys/ ? "sys" : "proc"
	group("proc", "the kernel's own of /proc")
	group("sys", "/sys")
	late["virtual"] = late["virtual"] late["own"]
	if (!compared)
		late["virtual"] = late["virtual"] " all: none was measured"
	printf "  goal: virtual files at most %.1f of stock: %s\n", bound,
		late["virtual"] == "" ? "met by each that was measured" : "MISSED by" late["virtual"]
	exit late["virtual"] != ""
}
