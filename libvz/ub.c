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

#define BLANKS	" \t"

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
		long *const to[] = { &row.held, &row.maxheld, &row.barrier, &row.limit,
				     &row.failcnt };
		char *words = NULL, *word = strtok_r(line, BLANKS, &words);
		int r = word ? vz_ub_find(word) : -1;
		size_t i;

		for (i = 0; r >= 0 && i < 5; i++) {
			word = strtok_r(NULL, BLANKS, &words);
			if (!word || !number(word, to[i]))
				r = -1;
		}
		if (r < 0)
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
