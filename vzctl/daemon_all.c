// SPDX-License-Identifier: GPL-2.0-or-later
/* All VEs at once: who has ended, who is to be started at boot, everybody at shutdown. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "libvz/cgroup.h"
#include "libvz/cleanup.h"
#include "libvz/conf.h"
#include "libvz/conf_list.h"
#include "libvz/err.h"
#include "libvz/file.h"
#include "libvz/journal.h"
#include "libvz/log.h"
#include "libvz/paths.h"
#include "libvz/state.h"
#include "libvz/value.h"
#include "vzctl/daemon_all.h"
#include "vzctl/daemon_job.h"

#define BOOTED	VZ_RUNDIR "/booted"	/* gone with the host */
#define RAN	VZ_STATEDIR "/running"	/* ids that ran at the last shutdown */

unsigned int scan_ended(void)
{
	cleanup_free unsigned int *ids = NULL;
	size_t n = vz_cgroup_ids(&ids), i;
	unsigned int left = 0;

	for (i = 0; i < n; i++)
		if (vz_ve_state(ids[i]) == VE_STOPPED) {
			/* Counted even when a job was made: it may find the lock taken. */
			job_start(JOB_ENDED, ids[i]);
			left++;
		}
	return left;
}

void scan_moved(bool boot)
{
	cleanup_free unsigned int *ids = NULL;
	struct vz_err e = { 0 };
	struct journal j;
	size_t n, i;

	if (journal_list(&ids, &n, &e))
		vz_warn("vzeventd: %s", e.msg);
	for (i = 0; i < n; i++) {
		vz_error_free(&e);
		if (journal_read(ids[i], &j, &e) || j.state >= JOURNAL_GRANTED)
			continue;
		/* After a boot the number may be another process's. */
		if (!boot && (!j.source || journal_alive(&j)))
			continue;
		/* Later there is a next look. */
		while (job_start(boot ? JOB_MOVED_BOOT : JOB_MOVED, ids[i]) == -EAGAIN && boot) {
			usleep(50000);
			job_reap();
		}
	}
	vz_error_free(&e);
	while (boot && jobs_running()) {
		usleep(50000);
		job_reap();
	}
}

struct candidate {
	unsigned int id;
	long order;
};

static int by_order(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;

	return x->order != y->order ? (x->order < y->order ? 1 : -1)
				    : (x->id > y->id) - (x->id < y->id);
}

static bool ran(const char *list, unsigned int id)
{
	char word[16];
	unsigned int v;

	while (list && *list) {
		size_t n = strcspn(list, "\n");

		snprintf(word, sizeof(word), "%.*s", (int)n, list);
		if (!vz_parse_id(word, &v) && v == id)
			return true;
		list += n + (list[n] == '\n');
	}
	return false;
}

/* -1: not to be started. */
static long boot_order(unsigned int id, const char *list)
{
	cleanup_conf struct vz_conf *c = NULL;
	struct vz_err e = { 0 };
	const char *order;
	long v = 0;

	if (vz_conf_load(id, &c, &e)) {
		vz_error_free(&e);
		return -1;
	}
	if (c->disabled || (c->onboot ? strcmp(c->onboot, "yes") != 0 : !ran(list, id)))
		return -1;
	order = vz_conf_get_own(c, "BOOTORDER");
	return order && !vz_parse_number(order, VZ_UNIT_COUNT, &v) ? v : 0;
}

int boot_all(struct vz_err *e)
{
	cleanup_free struct candidate *list = NULL;
	cleanup_free unsigned int *ids = NULL;
	cleanup_free char *text = NULL;
	cleanup_close int mark = -1;
	size_t n, nr = 0, i;
	int ret;

	mkdir(VZ_RUNDIR, 0755);
	mark = open(BOOTED, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (mark < 0)
		return errno == EEXIST ? 0 : vz_error_sys(e, VZ_SYSTEM, -errno, BOOTED);
	scan_moved(true);
	ret = vz_conf_list(&ids, &n, e);
	if (ret)
		return ret;
	vz_read_file(RAN, &text);
	unlink(RAN);
	list = calloc(n + 1, sizeof(*list));
	for (i = 0; list && i < n; i++) {
		long order = boot_order(ids[i], text);

		if (order >= 0)
			list[nr++] = (struct candidate){ ids[i], order };
	}
	if (nr)
		qsort(list, nr, sizeof(*list), by_order);
	for (i = 0; i < nr; i++) {
		while (job_start(JOB_BOOT, list[i].id) == -EAGAIN) {
			usleep(50000);
			job_reap();
		}
	}
	return 0;
}

static void write_down(const unsigned int *ids, size_t n)
{
	cleanup_free char *text = NULL;
	size_t len, i;
	FILE *f = open_memstream(&text, &len);
	int ret = -ENOMEM;

	mkdir(VZ_STATEDIR, 0755);
	for (i = 0; f && i < n; i++)
		if (vz_ve_state(ids[i]) != VE_STOPPED && !vz_ve_frozen(ids[i]))
			fprintf(f, "%u\n", ids[i]);
	if (f && !fclose(f))
		ret = vz_replace_file(RAN, text, len, 0644);
	if (ret)
		vz_warn("Cannot write " RAN ": %s", strerror(-ret));
}

int shutdown_all(struct vz_err *e)
{
	cleanup_free unsigned int *ids = NULL;
	size_t n = vz_cgroup_ids(&ids), i;

	write_down(ids, n);
	unlink(BOOTED);
	for (i = 0; i < n; i++)
		while (job_start(JOB_SHUTDOWN, ids[i]) == -EAGAIN) {
			usleep(50000);
			job_reap();
		}
	while (jobs_running()) {
		usleep(50000);
		job_reap();
	}
	return 0;
}
