// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vzctl events: what happens to VEs, a line of JSON each, until a signal or
 * nobody reads any more. Notifications only say when to look: what is told is
 * the difference between two looks, so none that is merged or lost matters. Only
 * limits of disk space are told as the kernel tells them.
 * Takes no lock, needs no daemon.
 */
#include <errno.h>
#include <jansson.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>
#include "libvz/cgroup.h"
#include "libvz/cleanup.h"
#include "libvz/conf.h"
#include "libvz/conf_list.h"
#include "libvz/err.h"
#include "libvz/paths.h"
#include "libvz/quota_watch.h"
#include "libvz/report.h"
#include "libvz/state.h"
#include "vzctl/cmd_events.h"
#include "vzctl/ctx.h"
#include "vzctl/ids.h"
#include "vzctl/look_diff.h"
#include "vzctl/options.h"

#define LOOK_MS	2000

static int by_number(const void *a, const void *b)
{
	unsigned int x = *(const unsigned int *)a, y = *(const unsigned int *)b;

	return x < y ? -1 : x > y;
}

static void look_at(struct seen *s)
{
	char path[PATH_MAX];
	struct stat st;

	if (!stat(vz_conf_path(path, s->id), &st)) {
		s->conf = true;
		s->inode = st.st_ino;
		s->changed = st.st_mtim;
	}
	s->state = vz_ve_state(s->id);
	s->frozen = s->state == VE_RUNNING && vz_ve_frozen(s->id);
	s->cgroup = !access(vz_cgroup_path(path, s->id, ""), F_OK);
	if (s->state == VE_STOPPED && s->cgroup)
		vz_ve_exit_word(s->id, s->exit);
}

/* All that has a configuration or a cgroup, sorted; malloc'ed. */
static int look(struct seen **list, size_t *n, struct vz_err *e)
{
	cleanup_free unsigned int *conf = NULL, *cg = NULL, *all = NULL;
	size_t nr_conf = 0, nr_cg, i, k = 0;
	int ret = vz_conf_list(&conf, &nr_conf, e);

	if (ret)
		return ret;
	nr_cg = vz_cgroup_ids(&cg);
	all = calloc(nr_conf + nr_cg + 1, sizeof(*all));
	*list = calloc(nr_conf + nr_cg + 1, sizeof(**list));
	if (!all || !*list) {
		free(*list);
		return vz_error_sys(e, VZ_NOMEM, -ENOMEM, "vzctl events");
	}
	if (nr_conf)
		memcpy(all, conf, nr_conf * sizeof(*all));
	if (nr_cg)
		memcpy(all + nr_conf, cg, nr_cg * sizeof(*all));
	qsort(all, nr_conf + nr_cg, sizeof(*all), by_number);
	for (i = 0; i < nr_conf + nr_cg; i++) {
		if (i && all[i] == all[i - 1])
			continue;
		(*list)[k].id = all[i];
		look_at(&(*list)[k++]);
	}
	*n = k;
	return 0;
}

static void put(unsigned int id, const char *event, const char *exit)
{
	struct timeval now;
	char stamp[40], text[64];
	struct tm tm;
	json_t *o;

	gettimeofday(&now, NULL);
	strftime(stamp, sizeof(stamp), "%Y-%m-%dT%H:%M:%S", gmtime_r(&now.tv_sec, &tm));
	snprintf(text, sizeof(text), "%s.%03ldZ", stamp, (long)now.tv_usec / 1000);
	o = json_pack("{s:s, s:s}", "time", text, "event", event);
	if (id)
		json_object_set_new(o, "ctid", json_integer(id));
	if (exit)
		json_object_set_new(o, "exit", json_string(exit));
	json_dumpf(o, stdout, JSON_COMPACT);
	putchar('\n');
	json_decref(o);
}

static void told_of_disk(void *arg, const struct vz_quota_news *news)
{
	const struct ids *wanted = arg;
	char path[PATH_MAX];

	if (!news->again && ids_has(wanted, news->id) &&
	    !access(vz_conf_path(path, news->id), F_OK))
		put(news->id, news->event, NULL);
}

static void told(void *arg, unsigned int id, const char *event, const char *exit)
{
	const struct ids *wanted = arg;

	if (ids_has(wanted, id))
		put(id, event, exit);
}

static void watch(int ino)
{
	cleanup_free unsigned int *ids = NULL;
	char path[PATH_MAX];
	size_t n, i;

	inotify_add_watch(ino, VZ_CONFDIR,
			  IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE);
	inotify_add_watch(ino, vz_cgroup_base(), IN_CREATE | IN_DELETE | IN_ONLYDIR);
	n = vz_cgroup_ids(&ids);
	for (i = 0; i < n; i++)
		inotify_add_watch(ino, vz_cgroup_path(path, ids[i], "ve.state"), IN_MODIFY);
}

/* false: it is over. */
static bool wait_for_news(int ino, int quota, struct ids *wanted)
{
	/* Nobody reads any more: that is told without asking. */
	struct pollfd p[3] = {
		{ .fd = ino, .events = POLLIN }, { .fd = STDOUT_FILENO },
		{ .fd = quota, .events = POLLIN },
	};
	char buf[4096];

	poll(p, 3, LOOK_MS);
	if (p[0].revents)
		while (read(ino, buf, sizeof(buf)) > 0)
			;
	if (p[2].revents)
		vz_quota_watch_read(quota, told_of_disk, wanted);
	return !(p[1].revents & (POLLERR | POLLHUP)) && !vz_interrupted();
}

static int follow(struct ids *wanted, int ino, int quota, struct vz_err *e)
{
	struct seen *before = NULL, *now;
	size_t nr_before = 0, nr_now;
	int ret;

	watch(ino);
	ret = look(&before, &nr_before, e);
	if (!ret)
		put(0, "watching", NULL);
	while (!ret && !fflush(stdout) && wait_for_news(ino, quota, wanted)) {
		watch(ino);
		ret = look(&now, &nr_now, e);
		if (ret)
			break;
		look_diff(before, nr_before, now, nr_now, told, wanted);
		free(before);
		before = now;
		nr_before = nr_now;
	}
	free(before);
	return ret;
}

int cmd_events(struct ctx *x, int argc, char **argv, struct vz_err *e)
{
	static const struct option none[] = { { NULL, 0, NULL, 0 } };
	cleanup_close int ino = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	cleanup_close int quota = vz_quota_watch_open();	/* none: a kernel without quota */
	struct ids wanted = { 0 };
	int ret = ids_take(argc, argv, none, NULL, NULL, &wanted, e);

	if (!ret && ino < 0)
		ret = vz_error_sys(e, VZ_SYSTEM, -errno, "inotify");
	vz_catch_signals();
	if (!ret)
		ret = follow(&wanted, ino, quota, e);
	free(wanted.id);
	return ret;
}
