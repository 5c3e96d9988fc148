// SPDX-License-Identifier: GPL-2.0-or-later
/* Rows of ve.ub.resources and of a configuration. No state. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "include/vz/abi.h"
#include "libvz/cgroup.h"
#include "libvz/cleanup.h"
#include "libvz/conf.h"
#include "libvz/err.h"
#include "libvz/setting.h"
#include "libvz/ub.h"
#include "libvz/value.h"

const char *vz_ub_name(enum ub_resource r)
{
	static const char *const names[] = {
#define NAME(sym, lower)	lower,
		UB_RESOURCES(NAME)
#undef NAME
	};

	return names[r];
}

/* The kernel writes "max" nowhere yet; other writers of the format may. */
static bool number(const char *s, long *v)
{
	if (!strcmp(s, "max")) {
		*v = VZ_UNLIMITED;
		return true;
	}
	return !vz_parse_number(s, VZ_UNIT_COUNT, v);
}

size_t vz_ub_parse(char *text, struct vz_ub_row rows[UB_NR_RESOURCES])
{
	char *save = NULL, *line;
	size_t n = 0;

	for (line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		struct vz_ub_row row = { .known = true, .live = true };
		char name[32], num[5][24];
		int r;

		if (sscanf(line, "%31s %23s %23s %23s %23s %23s", name, num[0], num[1], num[2], num[3],
			   num[4]) != 6)
			continue;
		r = vz_ub_find(name);
		if (r < 0 || !number(num[0], &row.held) || !number(num[1], &row.maxheld) ||
		    !number(num[2], &row.barrier) || !number(num[3], &row.limit) ||
		    !number(num[4], &row.failcnt))
			continue;
		rows[r] = row;
		n++;
	}
	return n;
}

int vz_ub_read(unsigned int id, struct vz_ub_row rows[UB_NR_RESOURCES], struct vz_err *e)
{
	cleanup_free char *text = NULL;
	int ret = vz_cgroup_read(id, "ve.ub.resources", &text, e);

	if (!ret)
		vz_ub_parse(text, rows);
	return ret;
}

void vz_ub_of_conf(const struct vz_conf *c, struct vz_ub_row rows[UB_NR_RESOURCES])
{
	int r;

	for (r = 0; r < UB_NR_RESOURCES; r++) {
		rows[r].known = c->ub[r].set;
		rows[r].barrier = c->ub[r].barrier;
		rows[r].limit = c->ub[r].limit;
	}
}
