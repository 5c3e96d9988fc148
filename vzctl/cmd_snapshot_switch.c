// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vzctl snapshot-switch: the VE goes on from a snapshot. Its files, configuration and
 * memory are copied first; only then is the VE that runs ended, and all takes its place
 * at once (libvz/commit.h).
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "checkpoint/dump.h"
#include "checkpoint/gate.h"
#include "checkpoint/restore.h"
#include "libvz/cleanup.h"
#include "libvz/commit.h"
#include "libvz/conf.h"
#include "libvz/err.h"
#include "libvz/log.h"
#include "libvz/mount.h"
#include "libvz/private.h"
#include "libvz/state.h"
#include "libvz/stop.h"
#include "vzctl/cmd_snapshot_switch.h"
#include "vzctl/options.h"
#include "vzctl/snapshot.h"
#include "vzctl/snapshot_take.h"

struct args {
	char id[SNAPSHOT_ID];
	bool skip_resume, must_resume, skip_config;
};

static int parse(int argc, char **argv, struct args *a, struct vz_err *e)
{
	static const struct option options[] = {
		{ "id", required_argument, NULL, 'i' }, { "uuid", required_argument, NULL, 'i' },
		{ "skip-resume", no_argument, NULL, 'r' },
		{ "must-resume", no_argument, NULL, 'm' },
		{ "skip-config", no_argument, NULL, 'c' },
		{ "skip_arpdetect", no_argument, NULL, 'a' }, { NULL, 0, NULL, 0 },
	};
	int c, ret;

	*a = (struct args){ 0 };
	while ((c = next_option(argc, argv, options, VZ_BADSYNTAX, e)) != -1) {
		switch (c) {
		case 'i':
			if (snapshot_id_parse(optarg, a->id, e))
				return e->err;
			break;
		case 'r': a->skip_resume = true; break;
		case 'm': a->must_resume = true; break;
		case 'c': a->skip_config = true; break;
		case 'a': break;
		default: return e->err;
		}
	}
	ret = no_more_words(argc, argv, e);
	if (!ret && !*a->id)
		ret = vz_error(e, VZ_BADSYNTAX, -EINVAL, "--id is not given");
	return ret;
}

static int take_over(struct vz_conf *to, const struct vz_conf *from, const char *const *names,
		     size_t n, struct vz_err *e)
{
	int ret = 0;

	for (size_t i = 0; !ret && i < n; i++)
		ret = vz_conf_set(to, names[i], vz_conf_get_own(from, names[i]), e);
	return ret;
}

/* The configuration to be: where the VE is and who it is are as now, how its files lie as then. */
static int new_config(const struct vz_conf *c, const struct snapshot *s, bool skip,
		      struct vz_conf **new, struct vz_err *e)
{
	static const char *const now[] = {
		"VE_PRIVATE", "VE_ROOT", "LOCAL_UID", "LOCAL_GID", "UUID", "GENERATION", "NAME",
		"DISABLED",
	};
	static const char *const then[] = { "VE_LAYOUT", "VE_LOWER" };
	cleanup_conf struct vz_conf *old = NULL;
	char path[PATH_MAX];
	int ret = vz_conf_load_path(c->id, snapshot_path(path, c, s->id, SNAPSHOT_CONFIG), &old, e);

	if (ret)
		return ret;
	if (skip || !s->config) {
		ret = vz_conf_load(c->id, new, e);
		return ret ? ret : take_over(*new, old, then, 2, e);
	}
	ret = take_over(old, c, now, sizeof(now) / sizeof(now[0]), e);
	if (ret)
		return ret;
	*new = old;
	old = NULL;
	return 0;
}

static int put_memory(const struct vz_conf *c, const char *id, const char *stage, bool memory,
		      struct vz_err *e)
{
	char from[PATH_MAX], to[PATH_MAX], trash[PATH_MAX];
	cleanup_close int fd = -1;

	if (memory) {
		snprintf(to, sizeof(to), "%s/" VZ_COMMIT_DUMP, stage);
		snprintf(trash, sizeof(trash), "%s/" VZ_COMMIT_TRASH, stage);
		return snapshot_copy(snapshot_path(from, c, id, SNAPSHOT_MEMORY), to, trash, e);
	}
	snprintf(to, sizeof(to), "%s/" VZ_COMMIT_NO_DUMP, stage);
	fd = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	return fd < 0 ? vz_error_sys(e, VZ_CREATE, -errno, "make %s", to) : 0;
}

static int build(const struct vz_conf *new, const char *id, const char *stage, bool memory,
		 struct vz_err *e)
{
	char from[PATH_MAX], to[PATH_MAX], trash[PATH_MAX];
	int ret;

	snprintf(to, sizeof(to), "%s/" VZ_COMMIT_AREA, stage);
	snprintf(trash, sizeof(trash), "%s/" VZ_COMMIT_TRASH, stage);
	ret = vz_private_make(new, to, e);
	if (!ret)
		ret = snapshot_copy(snapshot_path(from, new, id, SNAPSHOT_AREA), to, trash, e);
	if (!ret)
		ret = put_memory(new, id, stage, memory, e);
	snprintf(to, sizeof(to), "%s/" VZ_COMMIT_CONFIG, stage);
	return ret ? ret : vz_conf_write(new, to, e);
}

static int end_ve(const struct vz_conf *c, struct vz_err *e)
{
	int ret = 0;

	if (vz_ve_occupied(c->id)) {
		ret = ckpt_discard(c, e);
		if (ret == -ESRCH) {
			vz_error_free(e);
			ret = vz_ve_kill(c->id, e);
		}
		if (!ret)
			ret = vz_ve_wait_state(c->id, VE_STOPPED, 10000, e);
		if (!ret)
			ret = vz_ve_cleanup(c, e);
	}
	return ret ? ret : vz_ve_umount(c, e);
}

static int resume(const struct vz_conf *c, struct vz_err *e)
{
	struct ckpt_stats st = { 0 };
	char dump[PATH_MAX];
	int ret;

	vz_say("Restoring container ...");
	ret = ckpt_restore(c, vz_dump_path(dump, c), NULL, &st, e);
	if (!ret)
		ckpt_remove(dump, NULL);
	return ret;
}

static int change(struct ctx *x, const struct snapshot *s, const struct args *a, struct vz_err *e)
{
	const bool memory = s->memory && !a->skip_resume;
	cleanup_conf struct vz_conf *new = NULL;
	char stage[PATH_MAX];
	int ret = new_config(x->c, s, a->skip_config, &new, e);

	if (ret)
		return ret;
	ret = vz_commit_begin(x->c, stage, e);
	if (ret)
		return ret;
	ret = build(new, s->id, stage, memory, e);
	if (!ret)
		ret = snapshot_stage_current(stage, s->id, e);
	if (!ret)
		ret = end_ve(x->c, e);
	if (ret) {
		vz_commit_undo(x->c);
		return ret;
	}
	ret = vz_commit_do(new, e);
	if (ret || !memory)
		return ret;
	ret = resume(new, e);
	if (ret && !a->must_resume) {
		vz_warn("The container's memory cannot be restored (it stays suspended): %s",
			e->msg);
		vz_error_free(e);
		ret = 0;
	}
	return ret;
}

int cmd_snapshot_switch(struct ctx *x, int argc, char **argv, struct vz_err *e)
{
	struct snapshot s = { 0 };
	struct args a;
	int ret = parse(argc, argv, &a, e);

	if (!ret)
		ret = snapshot_load(x->c, a.id, &s, e);
	if (!ret && a.must_resume && (!s.memory || a.skip_resume))
		ret = vz_error(e, VZ_BADVALUE, -EINVAL, "Snapshot %s has no memory to resume",
			       s.id);
	if (!ret) {
		vz_say("Switching to snapshot %s", s.id);
		ret = change(x, &s, &a, e);
		if (ret && e->cause != VZ_NOSPACE)
			e->cause = VZ_SNAPSHOT_SWITCH;
	}
	if (!ret)
		vz_say("Container has been successfully switched to snapshot %s", s.id);
	snapshot_free(&s);
	return ret;
}
