// SPDX-License-Identifier: GPL-2.0-only
/*
 * Helpers of a restore are forked in the VE's pid namespace, some while threads come back under
 * their old ids. The kernel numbers them from the lowest free id on, which is where the threads of
 * early services are: "Unable to create a thread: -17", and the VE was lost. So its cursor is moved
 * to the widest run of ids that nobody has. Source: alloc_pid() in Linux's kernel/pid.c, where
 * clone3() with an id leaves the cursor alone.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "pid.h"
#include "pid-cursor.h"
#include "pstree.h"
#include "servicefd.h"
#include "util.h"
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
	size_t room = 2;

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

static int read_limit(pid_t *limit)
{
	char text[32];
	ssize_t got;
	int fd = open_proc(PROC_GEN, "sys/kernel/pid_max");

	if (fd < 0)
		return -1;
	got = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (got <= 0) {
		pr_perror("Can't read pid_max");
		return -1;
	}
	text[got] = 0;
	*limit = atoi(text);
	return 0;
}

/* The id below the widest run of free ones. */
static pid_t find_widest(struct ids *ids, pid_t limit)
{
	pid_t last = LOWEST - 1, widest = 0, at = last;

	ids->id[ids->n++] = limit;
	qsort(ids->id, ids->n, sizeof(*ids->id), by_number);
	for (size_t i = 0; i < ids->n; i++) {
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
	struct ids ids = { };
	char text[32];
	pid_t limit;
	int fd, len, ret = -1;

	if (collect(&ids) || read_limit(&limit))
		goto out;
	fd = open_proc_rw(PROC_GEN, LAST_PID_PATH);
	if (fd < 0)
		goto out;
	len = snprintf(text, sizeof(text), "%d", find_widest(&ids, limit));
	if (write(fd, text, len) != len)
		pr_perror("Can't write %s to /proc/%s", text, LAST_PID_PATH);
	else
		ret = 0;
	close(fd);
out:
	xfree(ids.id);
	return ret;
}
