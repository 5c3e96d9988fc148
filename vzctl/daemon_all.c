// SPDX-License-Identifier: GPL-2.0-or-later
/* All VEs at once: who has ended, who is to be started at boot, everybody at shutdown. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
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
#include "vzctl/daemon_tell.h"

/* Between two questions to a peer that was given a VE and did not say what became of it. */
#define ASK_S		15
#define WORKER_S	45
#define BOOTED	VZ_RUNDIR "/booted"	/* gone with the host */
#define RAN	VZ_STATEDIR "/running"	/* ids that ran at the last shutdown */

unsigned int scan_ended(void)
{
	cleanup_free unsigned int *ids = NULL;
	size_t n = vz_cgroup_ids(&ids), i;
	unsigned int left = 0;

	for (i = 0; i < n; i++)
		if (!vz_ve_occupied(ids[i])) {
			/* Counted even when a job was made: it may find the lock taken. */
			job_start(JOB_ENDED, ids[i]);
			left++;
		}
	return left;
}

/*
 * Is there something to do for a migration whose process is gone? A peer is asked now and
 * then, and not at boot, when there is no network yet. At the destination a process of
 * vzmigrate looks after its dead worker first.
 */
static bool is_due(const struct journal *j, bool boot, bool ask)
{
	if (j->source)
		return j->state < JOURNAL_GRANTED || ask;
	return j->state != JOURNAL_RUNNING && (boot || time(NULL) - journal_time(j->id) > WORKER_S);
}

void scan_moved(bool boot)
{
	cleanup_free unsigned int *ids = NULL;
	struct vz_err e = { 0 };
	static time_t asked;
	struct journal j;
	size_t n, i;
	bool ask = !boot && labs(time(NULL) - asked) >= ASK_S;

	if (ask)
		asked = time(NULL);
	if (journal_list(&ids, &n, &e))
		vz_warn("vzeventd: %s", e.msg);
	for (i = 0; i < n; i++) {
		vz_error_free(&e);
		if (journal_read(ids[i], &j, &e) || journal_alive(&j) || !is_due(&j, boot, ask))
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

#define NO_ORDER	(-1)	/* no BOOTORDER: behind all that have one */
#define NO_START	(-2)

/* The boot: those that the end of the service found waiting for their turn, the count of all. */
static struct candidate *waiting;
static size_t nr_waiting;
static struct progress booting = { .verb = "started" };

static int by_order(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;

	return x->order != y->order ? (x->order < y->order ? 1 : -1)
				    : (x->id > y->id) - (x->id < y->id);
}

static int from_last(const void *a, const void *b)
{
	return by_order(b, a);
}

/* The signals are blocked and read later: the service is to end. */
static bool end_wanted(void)
{
	sigset_t set;

	return !sigpending(&set) && (sigismember(&set, SIGTERM) || sigismember(&set, SIGINT));
}

static void look_at(struct progress *p)
{
	struct job_count c;

	job_reap();
	c = jobs_ended();
	p->done += c.ended;
	p->failed += c.failed;
	tell_progress(p);
}

static void wait_all(struct progress *p)
{
	while (jobs_running()) {
		usleep(50000);
		look_at(p);
	}
}

/* A job for each in their order, as many at once as may be. Returns how many were begun. */
static size_t run_all(enum job what, const struct candidate *list, size_t n, struct progress *p)
{
	size_t i;

	p->total = n;
	for (i = 0; i < n && !(what == JOB_BOOT && end_wanted()); i++)
		while (job_start(what, list[i].id) == -EAGAIN) {
			usleep(50000);
			look_at(p);
		}
	return i;
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

static long order_of(const struct vz_conf *c)
{
	const char *order = vz_conf_get_own(c, "BOOTORDER");
	long v;

	return order && !vz_parse_number(order, VZ_UNIT_COUNT, &v) ? v : NO_ORDER;
}

/*
 * ONBOOT says who is started with the host. Who is suspended since the end of the
 * service is not started but goes on: that suspension was ours to end.
 */
static bool comes_back(const struct vz_conf *c, bool before)
{
	if (c->disabled)
		return false;
	if (!c->onboot)
		return before;
	return !strcmp(c->onboot, "yes") || (before && vz_ve_suspended(c));
}

static long boot_order(unsigned int id, const char *list)
{
	cleanup_conf struct vz_conf *c = NULL;
	struct vz_err e = { 0 };

	if (vz_conf_load(id, &c, &e)) {
		vz_error_free(&e);
		return NO_START;
	}
	if (!comes_back(c, ran(list, id))) {
		/* The classic rule, which surprises who has not said "no" himself. */
		if (ran(list, id))
			vz_say("CT %u ran before and stays %s: %s", id,
			       vz_ve_suspended(c) ? "suspended" : "down",
			       c->disabled ? "DISABLED is \"yes\"" : "ONBOOT is not \"yes\"");
		return NO_START;
	}
	return order_of(c);
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
	list = calloc(n + 1, sizeof(*list));
	if (!list)
		return vz_error_sys(e, VZ_NOMEM, -ENOMEM, "list of VEs");
	for (i = 0; i < n; i++) {
		long order = boot_order(ids[i], text);

		if (order != NO_START)
			list[nr++] = (struct candidate){ ids[i], order };
	}
	if (!nr) {
		unlink(RAN);
		return 0;
	}
	qsort(list, nr, sizeof(*list), by_order);
	i = run_all(JOB_BOOT, list, nr, &booting);
	nr_waiting = nr - i;
	memmove(list, list + i, nr_waiting * sizeof(*list));
	waiting = list;
	list = NULL;
	return 0;
}

void boot_look(void)
{
	if (booting.done == booting.total)
		return;
	look_at(&booting);
	/* Until all are there a crash finds the list of those that ran before. */
	if (booting.done == booting.total)
		unlink(RAN);
}

/* VEs that run, and those whose turn at boot had not come. */
static void write_down(const unsigned int *ids, size_t n)
{
	cleanup_free char *text = NULL;
	size_t len, i;
	FILE *f = open_memstream(&text, &len);
	int ret = -ENOMEM;

	mkdir(VZ_STATEDIR, 0755);
	for (i = 0; f && i < n; i++)
		if (vz_ve_occupied(ids[i]) && !vz_ve_frozen(ids[i]))
			fprintf(f, "%u\n", ids[i]);
	for (i = 0; f && i < nr_waiting; i++)
		fprintf(f, "%u\n", waiting[i].id);
	if (f && !fclose(f))
		ret = vz_replace_file(RAN, text, len, 0644);
	if (ret)
		vz_warn("Cannot write " RAN ": %s", strerror(-ret));
}

int shutdown_all(struct vz_err *e)
{
	struct progress p = { .verb = "suspended or stopped" };
	cleanup_free struct candidate *list = NULL;
	cleanup_free unsigned int *ids = NULL;
	size_t n, i;

	/* What is being started or cleaned up first gets there. */
	wait_all(&booting);
	n = vz_cgroup_ids(&ids);
	write_down(ids, n);
	unlink(BOOTED);
	list = calloc(n + 1, sizeof(*list));
	if (!list)
		return vz_error_sys(e, VZ_NOMEM, -ENOMEM, "list of VEs");
	for (i = 0; i < n; i++) {
		cleanup_conf struct vz_conf *c = NULL;
		struct vz_err none = { 0 };

		list[i] = (struct candidate){ ids[i], NO_ORDER };
		if (!vz_conf_load(ids[i], &c, &none))
			list[i].order = order_of(c);
		vz_error_free(&none);
	}
	if (!n)
		return 0;
	/* The first to come is the last to go. */
	qsort(list, n, sizeof(*list), from_last);
	run_all(JOB_SHUTDOWN, list, n, &p);
	wait_all(&p);
	return 0;
}
