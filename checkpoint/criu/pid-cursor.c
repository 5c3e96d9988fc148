// SPDX-License-Identifier: GPL-2.0-only
/*
 * Helpers of a restore are forked in the VE's pid namespace, some while threads come back under
 * their old ids. The kernel numbers them from the lowest free id on, which is where the threads of
 * early services are: "Unable to create a thread: -17", and the VE was lost. So its cursor is moved
 * to the widest run of ids that nobody has. Source: alloc_pid() in Linux's kernel/pid.c, where
 * clone3() with an id leaves the cursor alone.
 */
#include <stdlib.h>

#include "pid.h"
#include "pid-cursor.h"
#include "pstree.h"
#include "sysctl.h"
#include "xmalloc.h"

/* The kernel keeps those below to daemons, once it has come around (RESERVED_PIDS). */
#define LOWEST 300

struct ids {
	pid_t *id;
	size_t n;
};

static int by_number(const void *a, const void *b)
{
	return *(const pid_t *)a < *(const pid_t *)b ? -1 : *(const pid_t *)a > *(const pid_t *)b;
}

static int collect(struct ids *ids)
{
	struct pstree_item *item;
	size_t room = 1; /* pid_max */

	for_each_pstree_item(item)
		room += 3 + item->nr_threads;
	ids->id = xmalloc(room * sizeof(*ids->id));
	if (!ids->id)
		return -1;
	for_each_pstree_item(item) {
		ids->id[ids->n++] = vpid(item);
		ids->id[ids->n++] = item->pgid;
		ids->id[ids->n++] = item->sid;
		for (int i = 0; i < item->nr_threads; i++)
			ids->id[ids->n++] = item->threads[i].ns[0].virt;
	}
	return 0;
}

/* The id below the widest run of free ones. */
static pid_t find_widest(struct ids *ids, pid_t limit)
{
	pid_t last = LOWEST - 1, widest = 0, at = last;

	ids->id[ids->n++] = limit;
	qsort(ids->id, ids->n, sizeof(*ids->id), by_number);
	for (size_t i = 0; i < ids->n && ids->id[i] <= limit; i++) {
		if (ids->id[i] <= last)
			continue;
		if (ids->id[i] - last > widest) {
			widest = ids->id[i] - last;
			at = last;
		}
		last = ids->id[i];
	}
	return at;
}

int pid_cursor_move(void)
{
	pid_t limit, at;
	struct sysctl_req read = { "kernel/pid_max", &limit, CTL_32 };
	struct sysctl_req write = { "kernel/ns_last_pid", &at, CTL_32 };
	struct ids ids = { };
	int ret = -1;

	if (!collect(&ids) && !sysctl_op(&read, 1, CTL_READ, 0)) {
		at = find_widest(&ids, limit);
		ret = sysctl_op(&write, 1, CTL_WRITE, 0);
	}
	xfree(ids.id);
	return ret;
}
