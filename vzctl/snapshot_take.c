// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A snapshot of a running VE is copied twice: all while it runs, and what has changed
 * while it stands still, for memory between the dump and the thaw. So files and memory
 * are of one instant, and it stands still no longer than that takes.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "checkpoint/dump.h"
#include "checkpoint/gate.h"
#include "libvz/area.h"
#include "libvz/cleanup.h"
#include "libvz/commit.h"
#include "libvz/conf.h"
#include "libvz/err.h"
#include "libvz/state.h"
#include "libvz/tree.h"
#include "vzctl/disk_copy.h"
#include "vzctl/guard.h"
#include "vzctl/snapshot.h"
#include "vzctl/snapshot_take.h"

#define FREEZE_MS	10000

struct take {
	const struct vz_conf *c;
	const char *stage;
	struct disk_copy *k;
	int area;
	struct guard guard;
};

static int open_folder(const char *path, int *fd, struct vz_err *e)
{
	*fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return *fd < 0 ? vz_error_sys(e, VZ_CREATE, -errno, "open %s", path) : 0;
}

/* It may be there already, empty and under a quota. */
static int make_folder(const char *path, int *fd, struct vz_err *e)
{
	if (mkdir(path, 0755) && errno != EEXIST)
		return vz_error_sys(e, errno == ENOSPC ? VZ_NOSPACE : VZ_CREATE, -errno,
				    "make %s", path);
	return open_folder(path, fd, e);
}

int snapshot_copy(const char *from, const char *path, const char *trash, struct vz_err *e)
{
	cleanup_close int in = -1, out = -1, bin = -1;
	struct disk_copy *k = NULL;
	int ret = open_folder(from, &in, e);

	if (!ret)
		ret = make_folder(path, &out, e);
	if (!ret)
		ret = open_folder(trash, &bin, e);
	if (!ret)
		ret = disk_copy_new(out, bin, false, &k, e);
	if (!ret)
		ret = disk_copy_pass(k, in, false, "Copying", e);
	if (!ret)
		ret = disk_copy_end(k, in, e);
	disk_copy_free(k);
	return ret;
}

/* The VE stands still. */
static int second_pass(struct take *t, struct vz_err *e)
{
	int ret = syncfs(t->area) ? vz_error_sys(e, VZ_SYSTEM, -errno, "sync the file system") : 0;

	if (!ret)
		ret = disk_copy_pass(t->k, t->area, false, "Copying what has changed", e);
	return ret ? ret : disk_copy_end(t->k, t->area, e);
}

static int dumped(void *arg, struct vz_err *e)
{
	int ret = second_pass(arg, e);

	return ret ? ret : CKPT_LEAVE_FROZEN;
}

static int with_memory(struct take *t, struct vz_err *e)
{
	const struct ckpt_gate gate = { .dumped = dumped, .arg = t };
	char dump[PATH_MAX], memory[PATH_MAX];
	int ret;

	snprintf(dump, sizeof(dump), "%s/" VZ_COMMIT_DUMP, t->stage);
	snprintf(memory, sizeof(memory), "%s/" SNAPSHOT_MEMORY, t->stage);
	ret = guard_make(&t->guard, t->c, ckpt_resume, e);
	if (ret)
		return ret;
	ret = ckpt_dump(t->c, dump, &gate, NULL, e);
	if (ret != CKPT_LEAVE_FROZEN) {
		/* It runs on, and there is nothing for the guard to do. */
		guard_end(&t->guard);
		return ret;
	}
	vz_error_free(e);
	/* Under its own name it would go with the thaw. */
	ret = rename(dump, memory) ? vz_error_sys(e, VZ_CHKPNT, -errno, "rename %s", dump) : 0;
	if (ckpt_resume(t->c, ret ? NULL : e) && !ret)
		ret = e->err;
	guard_end(&t->guard);
	return ret;
}

static int thaw(const struct vz_conf *c, struct vz_err *e)
{
	return vz_ve_thaw(c->id, e);
}

static int standing_still(struct take *t, struct vz_err *e)
{
	bool was = vz_ve_frozen(t->c->id);
	int ret = was ? 0 : guard_make(&t->guard, t->c, thaw, e);

	if (!ret && !was)
		ret = vz_ve_freeze(t->c->id, FREEZE_MS, e);
	if (!ret)
		ret = second_pass(t, e);
	guard_end(&t->guard);
	return ret;
}

static int copy_area(struct take *t, bool runs, bool memory, struct vz_err *e)
{
	cleanup_close int to = -1, trash = -1;
	char path[PATH_MAX];
	int ret;

	snprintf(path, sizeof(path), "%s/" SNAPSHOT_AREA, t->stage);
	ret = make_folder(path, &to, e);
	snprintf(path, sizeof(path), "%s/" VZ_COMMIT_TRASH, t->stage);
	if (!ret)
		ret = open_folder(path, &trash, e);
	if (!ret)
		ret = disk_copy_new(to, trash, false, &t->k, e);
	if (!ret)
		ret = disk_copy_pass(t->k, t->area, runs, "Copying", e);
	if (!ret && runs)
		ret = memory ? with_memory(t, e) : standing_still(t, e);
	else if (!ret)
		ret = disk_copy_end(t->k, t->area, e);
	disk_copy_free(t->k);
	return ret;
}

int snapshot_copy_live(const struct vz_conf *c, const char *stage, struct vz_err *e)
{
	const bool runs = vz_ve_occupied(c->id);
	cleanup_close int area = -1;
	struct take t = { .c = c, .stage = stage, .guard = GUARD_NONE };
	int ret = vz_area_open(c, &area, e);

	t.area = area;
	return ret ? ret : copy_area(&t, runs, false, e);
}

static int copy_dump(const struct take *t, struct vz_err *e)
{
	char from[PATH_MAX], to[PATH_MAX], trash[PATH_MAX];

	snprintf(to, sizeof(to), "%s/" SNAPSHOT_MEMORY, t->stage);
	snprintf(trash, sizeof(trash), "%s/" VZ_COMMIT_TRASH, t->stage);
	return snapshot_copy(vz_dump_path(from, t->c), to, trash, e);
}

static int move_in(const struct take *t, const char *folder, const char *name, struct vz_err *e)
{
	char from[PATH_MAX], to[PATH_MAX];

	snprintf(from, sizeof(from), "%s/%s", t->stage, name);
	snprintf(to, sizeof(to), "%s/%s", folder, name);
	return rename(from, to) ? vz_error_sys(e, VZ_CREATE, -errno, "rename %s to %s", from, to)
				: 0;
}

/* Complete before it has its name, and becomes the current one with that. */
static int settle(const struct take *t, const struct snapshot *s, struct vz_err *e)
{
	char folder[PATH_MAX], path[PATH_MAX + sizeof(SNAPSHOT_CONFIG)];
	int ret = snapshot_stage(t->stage, s->id, folder, e);

	if (!ret)
		ret = snapshot_save(s, folder, e);
	snprintf(path, sizeof(path), "%s/" SNAPSHOT_CONFIG, folder);
	if (!ret)
		ret = vz_conf_write(t->c, path, e);
	if (!ret)
		ret = move_in(t, folder, SNAPSHOT_AREA, e);
	if (!ret && s->memory)
		ret = move_in(t, folder, SNAPSHOT_MEMORY, e);
	if (!ret)
		ret = snapshot_stage_current(t->stage, s->id, e);
	return ret ? ret : vz_commit_do(t->c, e);
}

int snapshot_take(const struct vz_conf *c, struct snapshot *s, bool memory, struct vz_err *e)
{
	const bool runs = vz_ve_occupied(c->id);
	const bool suspended = !runs && vz_ve_suspended(c);
	cleanup_close int area = -1;
	char stage[PATH_MAX];
	struct take t = { .c = c, .stage = stage, .guard = GUARD_NONE };
	int ret = vz_area_open(c, &area, e);

	if (ret)
		return ret;
	ret = vz_commit_begin(c, stage, e);
	if (ret)
		return ret;
	t.area = area;
	s->memory = suspended || (runs && memory);
	ret = copy_area(&t, runs, memory, e);
	if (!ret && suspended)
		ret = copy_dump(&t, e);
	if (!ret)
		ret = settle(&t, s, e);
	if (ret)
		vz_commit_undo(c);
	return ret;
}
