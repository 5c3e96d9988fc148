// SPDX-License-Identifier: GPL-2.0-or-later
/* vzoversell: RAM and swap that were promised to running VEs, beside what the host has. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "libvz/child.h"
#include "libvz/cleanup.h"
#include "libvz/err.h"
#include "libvz/kernel.h"
#include "libvz/value.h"
#include "vzctl/tool.h"
#include "vzctl/ub_table.h"
#include "vzctl/usage.h"

#define TABLE	"/proc/bc/resources"
#define PAGE	4096.0
#define MB	1048576.0

/**
 * struct sum - over all VEs, in bytes
 * @none: how many have no limit
 */
struct sum {
	double used, promised;
	unsigned int none;
};

static void add(struct sum *s, const struct vz_ub_row *row)
{
	s->used += row->held * PAGE;
	if (row->limit == VZ_UNLIMITED)
		s->none++;
	else
		s->promised += row->limit * PAGE;
}

static void put(const char *name, const struct sum *s, double has)
{
	printf("%-8s %12.0f %12.0f %12.0f", name, s->used / MB, s->promised / MB, has / MB);
	if (has > 0)
		printf(" %8.1f %8.1f", 100 * s->used / has, 100 * s->promised / has);
	else
		printf(" %8s %8s", "-", "-");
	if (s->none)
		printf("  and %u without a limit", s->none);
	putchar('\n');
}

static int show(const char *path, struct vz_err *e)
{
	cleanup_free struct ub_table_ve *ves = NULL;
	struct sum ram = { 0 }, swap = { 0 }, both;
	struct host h;
	size_t n;
	int ret = host_read(&h, e);

	if (ret)
		return ret;
	ret = path ? 0 : vz_kernel_check(e);
	if (ret)
		return ret;
	ret = ub_table_read(path ? path : TABLE, &ves, &n, e);
	if (ret)
		return ret;
	for (size_t i = 0; i < n; i++) {
		/* The host itself. */
		if (!ves[i].id)
			continue;
		add(&ram, &ves[i].rows[UB_PHYSPAGES]);
		add(&swap, &ves[i].rows[UB_SWAPPAGES]);
	}
	both = (struct sum){ ram.used + swap.used, ram.promised + swap.promised,
			     ram.none > swap.none ? ram.none : swap.none };
	printf("%-8s %12s %12s %12s %8s %8s\n", "Mbytes", "used", "promised", "host", "used%",
	       "given%");
	put("RAM", &ram, h.ram);
	put("swap", &swap, h.swap);
	put("both", &both, h.ram + h.swap);
	return 0;
}

static int usage(FILE *out)
{
	fprintf(out, "Usage: vzoversell [file]\n"
		"\tfile\ta table as " TABLE ", which is read without it\n");
	return out == stderr;
}

int main(int argc, char **argv)
{
	struct vz_err e = { 0 };
	int c, ret;

	vz_tool_prepare();
	vz_tool_tells(1);
	while ((c = tool_letter(argc, argv, "h")) != -1)
		return c == 'h' ? usage(stdout) : 1;
	if (argc - optind > 1)
		return usage(stderr);
	ret = show(optind < argc ? argv[optind] : NULL, &e);
	if (ret)
		tool_fail("%s", e.msg ? e.msg : "no memory");
	vz_error_free(&e);
	return ret ? 1 : 0;
}
