// SPDX-License-Identifier: GPL-2.0-or-later
/* What vzlist shows, gathered: configurations, kernel state, counters. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "libvz/area.h"
#include "libvz/cgroup.h"
#include "libvz/cleanup.h"
#include "libvz/conf.h"
#include "libvz/conf_list.h"
#include "libvz/err.h"
#include "libvz/file.h"
#include "libvz/ip.h"
#include "libvz/log.h"
#include "libvz/mounted.h"
#include "libvz/setting.h"
#include "libvz/state.h"
#include "libvz/ub.h"
#include "vzctl/list_load.h"

/* What set without --save may have changed. */
static void live_rate(unsigned int id, const char *file, long *rate)
{
	cleanup_free char *text = NULL;

	if (!vz_cgroup_read(id, file, &text, NULL))
		*rate = strcmp(text, "max") ? atol(text) : 0;
}

static void live_addresses(struct list_ve *v)
{
	cleanup_free char *text = NULL;
	char *p;

	if (vz_cgroup_read(v->id, "ve.ip", &text, NULL))
		return;
	for (p = text; *p; p++)
		if (*p == '\n')
			*p = ' ';
	free(v->ip);
	v->ip = *text ? strdup(text) : NULL;
}

/* The init's start, in ticks since the host's boot, is the VE's. */
static double uptime_of(pid_t init)
{
	cleanup_free char *text = NULL;
	char path[64];
	struct timespec now;
	unsigned long long start = 0;
	char *p;
	int i;

	snprintf(path, sizeof(path), "/proc/%d/stat", init);
	if (vz_read_file(path, &text))
		return 0;
	p = strrchr(text, ')');
	/* Field 22; field 3 is behind the name. */
	for (i = 2; p && i < 22; i++)
		p = strchr(p + 1, ' ');
	if (p)
		start = strtoull(p, NULL, 10);
	clock_gettime(CLOCK_BOOTTIME, &now);
	return now.tv_sec + now.tv_nsec / 1e9 - (double)start / sysconf(_SC_CLK_TCK);
}

/* The kernel tells: a path of the VE leads where its root wants it to. */
static void read_load(struct list_ve *v)
{
	cleanup_free char *text = NULL;

	v->has_load = !vz_cgroup_read(v->id, "ve.loadavg", &text, NULL) &&
		      sscanf(text, "%lf %lf %lf", &v->load[0], &v->load[1], &v->load[2]) == 3;
}

unsigned int list_need(const char *field)
{
	static const struct {
		const char *field;
		unsigned int need;
	} needs[] = {
		{ "ip", LIST_IP }, { "iolimit", LIST_RATES }, { "iopslimit", LIST_RATES },
		{ "laverage", LIST_LOAD }, { "uptime", LIST_UPTIME },
		{ "diskspace", LIST_DISK }, { "diskinodes", LIST_DISK },
	};
	size_t i;

	for (i = 0; i < sizeof(needs) / sizeof(needs[0]); i++)
		if (!strcmp(needs[i].field, field))
			return needs[i].need;
	return vz_ub_find(field) >= 0 ? LIST_UB : 0;
}

/* Of a VE that does not run, too: its files are there. */
static void read_quota(struct list_ve *v, bool running)
{
	cleanup_close int area = -1;

	if (vz_area_open(v->c, &area, NULL) || !vz_quota_marked(area, vz_quota_project(v->id)))
		return;
	v->has_quota = !vz_quota_read(area, v->id, &v->quota);
	if (v->has_quota && running) {
		v->c->diskspace = v->quota.space;
		v->c->diskinodes = v->quota.files;
	}
}

static void load_live(struct list_ve *v, unsigned int need)
{
	pid_t init = need & LIST_UPTIME ? vz_ve_init(v->id) : 0;

	if (need & LIST_UB)
		vz_ub_read(v->id, v->ub, NULL);
	if (need & LIST_IP)
		live_addresses(v);
	if (need & LIST_RATES) {
		live_rate(v->id, "ve.ub.iolimit", &v->c->iolimit);
		live_rate(v->id, "ve.ub.iopslimit", &v->c->iopslimit);
	}
	if (init > 0)
		v->uptime = uptime_of(init);
	if (need & LIST_LOAD)
		read_load(v);
}

static void load_one(struct list_ve *v, unsigned int need)
{
	vz_ub_of_conf(v->c, v->ub);
	v->ip = v->c->ip.n ? vz_ips_text(&v->c->ip) : NULL;
	if (vz_ve_answers(v->id))
		v->status = ST_RUNNING;
	if (need & LIST_DISK)
		read_quota(v, v->status == ST_RUNNING);
	if (v->status == ST_RUNNING) {
		load_live(v, need);
		return;
	}
	v->status = vz_ve_suspended(v->c) ? ST_SUSPENDED
		    : vz_ve_mounted(v->c) ? ST_MOUNTED
					  : ST_STOPPED;
}

int list_load(struct list_ve **ves, size_t *n, unsigned int need, struct vz_err *e)
{
	cleanup_free unsigned int *ids = NULL;
	size_t nr, i;
	int ret = vz_conf_list(&ids, &nr, e);

	*n = 0;
	*ves = NULL;
	if (ret)
		return ret;
	*ves = calloc(nr + 1, sizeof(**ves));
	if (!*ves)
		return vz_error_sys(e, VZ_NOMEM, -ENOMEM, "vzlist");
	for (i = 0; i < nr; i++) {
		struct list_ve *v = &(*ves)[*n];
		struct vz_err why = { 0 };

		v->id = ids[i];
		/* A configuration that went away between is no news. */
		ret = vz_conf_load(ids[i], &v->c, &why);
		if (ret && ret != -ENOENT)
			vz_warn("Warning: CT %u is not listed: %s", ids[i], why.msg);
		vz_error_free(&why);
		if (ret)
			continue;
		load_one(v, need);
		(*n)++;
	}
	return 0;
}

void list_free(struct list_ve *ves, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		vz_conf_free(ves[i].c);
		free(ves[i].ip);
	}
	free(ves);
}

const char *list_status_name(enum list_status s)
{
	static const char *const names[] = { "stopped", "mounted", "suspended", "running" };

	return names[s];
}
