// SPDX-License-Identifier: GPL-2.0-or-later
/* vzcalc: the share of the host that one VE has and may have. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "include/vz/abi.h"
#include "libvz/child.h"
#include "libvz/conf_list.h"
#include "libvz/err.h"
#include "libvz/ub.h"
#include "libvz/value.h"
#include "vzctl/usage.h"
#include "vzctl/tool.h"

/* now is negative for a VE that does not run. */
static void put(const char *name, double now, double promised, double max)
{
	char text[16] = "n/a";

	if (now >= 0)
		snprintf(text, sizeof(text), "%.2f", now);
	printf("%-10s %10s %12.2f %10.2f\n", name, text, promised, max);
}

static double more(double a, double b)
{
	return a > b ? a : b;
}

static double of_tasks(const struct host *h, long n)
{
	return n == VZ_UNLIMITED || n > h->tasks ? 100 : 100 * n / h->tasks;
}

static int calculate(const char *word, bool verbose, struct vz_err *e)
{
	static const char *const names[NR_POOLS] = { "Low Mem", "Total RAM", "Mem+Swap",
						     "Alloc Mem" };
	struct vz_ub_row rows[UB_NR_RESOURCES];
	struct share s, top = { -1, 0, 0 };
	const struct vz_ub_row *np = &rows[UB_NUMPROC];
	struct usage u;
	struct host h;
	unsigned int id;
	bool running;
	int p, ret = vz_conf_resolve(word, &id, e);

	if (!ret && !id)
		ret = vz_error(e, VZ_BADVALUE, -EINVAL, "CT 0 is the host");
	if (ret)
		return ret;
	ret = host_read(&h, e);
	if (ret)
		return ret;
	ret = usage_rows(id, rows, &running, e);
	if (ret)
		return ret;
	usage_of(rows, &h, &u);
	printf("%-10s %10s %12s %10s\n", "Resource", "Current(%)", "Promised(%)", "Max(%)");
	for (p = 0; p < NR_POOLS; p++) {
		double all = host_pool(&h, p);

		s.now = running ? 100 * u.of[p].now / all : -1;
		s.promised = 100 * u.of[p].promised / all;
		s.max = 100 * u.of[p].max / all;
		top = (struct share){ more(top.now, s.now), more(top.promised, s.promised),
				      more(top.max, s.max) };
		if (verbose)
			put(names[p], s.now, s.promised, s.max);
	}
	if (verbose) {
		put("Num. Proc", running ? of_tasks(&h, np->held) : -1,
		    np->known ? of_tasks(&h, np->barrier) : 100,
		    np->known ? of_tasks(&h, np->limit) : 100);
		printf("---------------------------------------------\n");
	}
	put("Memory", top.now, top.promised, top.max);
	return 0;
}

static int usage(FILE *out)
{
	fprintf(out, "Usage: vzcalc [-v] CTID\n");
	return out == stderr;
}

int main(int argc, char **argv)
{
	struct vz_err e = { 0 };
	bool verbose = false;
	int c, ret;

	vz_tool_prepare();
	vz_tool_tells(1);
	while ((c = tool_letter(argc, argv, "vh")) != -1) {
		switch (c) {
		case 'v': verbose = true; break;
		case 'h': return usage(stdout);
		default: return 1;
		}
	}
	if (optind + 1 != argc)
		return usage(stderr);
	ret = calculate(argv[optind], verbose, &e);
	if (ret)
		tool_fail("%s", e.msg ? e.msg : strerror(-ret));
	vz_error_free(&e);
	return ret ? 1 : 0;
}
