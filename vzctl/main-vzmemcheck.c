// SPDX-License-Identifier: GPL-2.0-or-later
/* vzmemcheck: how much of the host's memory its running VEs use and were promised. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "include/vz/abi.h"
#include "libvz/cgroup.h"
#include "libvz/child.h"
#include "libvz/cleanup.h"
#include "libvz/conf.h"
#include "libvz/err.h"
#include "libvz/kernel.h"
#include "libvz/ub.h"
#include "vzctl/usage.h"
#include "vzctl/tool.h"

#define COLUMNS	8
#define MB	1048576.0

struct columns {
	double v[COLUMNS];
};

static struct columns columns_of(const struct usage *u)
{
	return (struct columns){ {
		u->of[LOWMEM].now, u->of[LOWMEM].promised, u->of[RAM].now, u->of[MEMSWAP].now,
		u->of[MEMSWAP].promised, u->of[ALLOC].now, u->of[ALLOC].promised, u->of[ALLOC].max,
	} };
}

static struct columns totals(const struct host *h)
{
	static const enum pool of[COLUMNS] = { LOWMEM,	LOWMEM, RAM,   MEMSWAP,
					       MEMSWAP, ALLOC,	ALLOC, ALLOC };
	struct columns c;
	int i;

	for (i = 0; i < COLUMNS; i++)
		c.v[i] = host_pool(h, of[i]);
	return c;
}

/* Percent of what the host has, or megabytes. */
static void put_row(const char *lead, const struct columns *c, const struct columns *all,
		    bool absolute)
{
	int i;

	fputs(lead, stdout);
	for (i = 0; i < COLUMNS; i++)
		printf("%s%7.2f", i ? " " : "",
		       absolute ? c->v[i] / MB : 100 * c->v[i] / all->v[i]);
	putchar('\n');
}

static void put_head(bool verbose, bool absolute)
{
	static const char *const head[2][COLUMNS] = {
		{ "LowMem", "LowMem", "RAM", "MemSwap", "MemSwap", "Alloc", "Alloc", "Alloc" },
		{ "util", "commit", "util", "util", "commit", "util", "commit", "limit" },
	};
	int i, line;

	printf("Output values in %s\n", absolute ? "Mbytes" : "%");
	for (line = 0; line < 2; line++) {
		if (verbose)
			printf("%-10s ", line ? "" : "CTID");
		for (i = 0; i < COLUMNS; i++)
			printf("%s%7s", i ? " " : "", head[line][i]);
		putchar('\n');
	}
}

static int check(bool verbose, bool absolute, struct vz_err *e)
{
	cleanup_free unsigned int *ids = NULL;
	struct vz_ub_row rows[UB_NR_RESOURCES];
	struct usage one, sum = { 0 };
	struct columns all, c;
	struct host h;
	char lead[16];
	size_t n, i;
	bool running;
	int ret = host_read(&h, e);

	if (ret)
		return ret;
	ret = vz_kernel_check(e);
	if (ret)
		return ret;
	all = totals(&h);
	put_head(verbose, absolute);
	n = vz_cgroup_ids(&ids);
	for (i = 0; i < n; i++) {
		/* One that has ended meanwhile uses nothing. */
		if (usage_rows(ids[i], rows, &running, e) || !running) {
			vz_error_free(e);
			continue;
		}
		usage_of(rows, &h, &one);
		usage_add(&sum, &one);
		c = columns_of(&one);
		snprintf(lead, sizeof(lead), "%-10u ", ids[i]);
		if (verbose)
			put_row(lead, &c, &all, absolute);
	}
	if (verbose)
		printf("-----------------------------------------------------------------------------\n");
	c = columns_of(&sum);
	put_row(verbose ? "Summary:   " : "", &c, &all, absolute);
	if (absolute)
		put_row(verbose ? "           " : "", &all, &all, true);
	return 0;
}

static int usage(FILE *out)
{
	fprintf(out, "Usage: vzmemcheck [-v] [-A]\n"
		"\t-v\ta row for each container\n"
		"\t-A\tmegabytes instead of percent\n");
	return out == stderr;
}

int main(int argc, char **argv)
{
	struct vz_err e = { 0 };
	bool verbose = false, absolute = false;
	int c, ret;

	vz_tool_prepare();
	vz_tool_tells(1);
	while ((c = tool_letter(argc, argv, "vAh")) != -1) {
		switch (c) {
		case 'v': verbose = true; break;
		case 'A': absolute = true; break;
		case 'h': return usage(stdout);
		default: return 1;
		}
	}
	if (optind != argc)
		return usage(stderr);
	ret = check(verbose, absolute, &e);
	if (ret)
		tool_fail("%s", e.msg ? e.msg : strerror(-ret));
	vz_error_free(&e);
	return ret ? 1 : 0;
}
