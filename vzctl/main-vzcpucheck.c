// SPDX-License-Identifier: GPL-2.0-or-later
/* vzcpucheck: CPU units given to running VEs against the power of the node. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "libvz/cgroup.h"
#include "libvz/child.h"
#include "libvz/cleanup.h"
#include "libvz/conf.h"
#include "libvz/err.h"
#include "libvz/file.h"
#include "libvz/state.h"
#include "libvz/value.h"
#include "vzctl/usage.h"
#include "vzctl/tool.h"

/* Units of a BogoMIPS: what the classic tool took for the whole of a processor. */
#define UNITS	12.5

static unsigned long host_units(const struct vz_conf *global)
{
	const char *text = vz_conf_get(global, "VE0CPUUNITS");
	long v;

	return text && !vz_parse_number(text, VZ_UNIT_COUNT, &v) ? v : 1000;
}

static int check(bool verbose, struct vz_err *e)
{
	cleanup_conf struct vz_conf *global = NULL;
	cleanup_free unsigned int *ids = NULL;
	cleanup_free char *cpuinfo = NULL;
	unsigned long sum;
	size_t n, i;
	int ret = vz_conf_global(&global, e);

	if (!ret && vz_read_file("/proc/cpuinfo", &cpuinfo))
		ret = vz_error(e, VZ_SYSTEM, -1, "Cannot read /proc/cpuinfo");
	if (ret)
		return ret;
	sum = host_units(global);
	if (verbose)
		printf("%10s %10s\n%10s %10lu\n", "CTID", "CPUUNITS", "0", sum);
	n = vz_cgroup_ids(&ids);
	for (i = 0; i < n; i++) {
		cleanup_conf struct vz_conf *c = NULL;

		if (!vz_ve_occupied(ids[i]) || vz_conf_load(ids[i], &c, e)) {
			vz_error_free(e);
			continue;
		}
		sum += c->cpuunits;
		if (verbose)
			printf("%10u %10u\n", ids[i], c->cpuunits);
	}
	printf("Current CPU utilization: %lu\n", sum);
	printf("Power of the node: %.1f\n", UNITS * cpu_bogomips(cpuinfo));
	return 0;
}

static int usage(FILE *out)
{
	fprintf(out, "Usage: vzcpucheck [-v]\n");
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
	if (optind != argc)
		return usage(stderr);
	ret = check(verbose, &e);
	if (ret)
		tool_fail("%s", e.msg ? e.msg : strerror(-ret));
	vz_error_free(&e);
	return ret ? 1 : 0;
}
