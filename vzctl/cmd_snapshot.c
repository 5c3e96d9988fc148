// SPDX-License-Identifier: GPL-2.0-or-later
/* vzctl snapshot, and what is done with one but a switch to it. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "libvz/cleanup.h"
#include "libvz/conf.h"
#include "libvz/err.h"
#include "libvz/log.h"
#include "libvz/plain.h"
#include "libvz/overlay.h"
#include "libvz/tree.h"
#include "vzctl/cmd_snapshot.h"
#include "vzctl/options.h"
#include "vzctl/snapshot.h"
#include "vzctl/snapshot_take.h"

/* Scripts look at the number; what was wrong with their words or the disk is told as ever. */
static int as(struct vz_err *e, enum vz_cause cause)
{
	if (e->cause != VZ_BADVALUE && e->cause != VZ_BADSYNTAX && e->cause != VZ_NOSPACE &&
	    e->cause != VZ_CHKPNT)
		e->cause = cause;
	return e->err;
}

/* ---- snapshot ---- */

static int keep_text(char **to, const char *option, struct vz_err *e)
{
	if (!vz_plain_line(optarg))
		return vz_error(e, VZ_BADVALUE, -EINVAL, "Invalid value for %s: %s (one line of "
				"UTF-8 text)", option, optarg);
	free(*to);
	*to = strdup(optarg);
	return *to ? 0 : vz_error_sys(e, VZ_NOMEM, -ENOMEM, "%s", option);
}

static int parse_new(int argc, char **argv, struct snapshot *s, bool *memory, struct vz_err *e)
{
	static const struct option options[] = {
		{ "id", required_argument, NULL, 'i' }, { "uuid", required_argument, NULL, 'i' },
		{ "name", required_argument, NULL, 'n' },
		{ "description", required_argument, NULL, 'd' },
		{ "skip-suspend", no_argument, NULL, 's' },
		{ "skip-config", no_argument, NULL, 'c' }, { NULL, 0, NULL, 0 },
	};
	int c, ret = 0;

	*memory = s->config = true;
	while (!ret && (c = next_option(argc, argv, options, VZ_BADSYNTAX, e)) != -1) {
		switch (c) {
		case 'i': ret = snapshot_id_parse(optarg, s->id, e); break;
		case 'n': ret = keep_text(&s->name, "--name", e); break;
		case 'd': ret = keep_text(&s->description, "--description", e); break;
		case 's': *memory = false; break;
		case 'c': s->config = false; break;
		default: return e->err;
		}
	}
	ret = ret ? ret : no_more_words(argc, argv, e);
	return ret || *s->id ? ret : snapshot_id_new(s->id, e);
}

static int take(struct ctx *x, struct snapshot *s, bool memory, struct vz_err *e)
{
	char path[PATH_MAX];
	time_t now = time(NULL);
	struct tm tm;
	struct stat st;

	if (!lstat(snapshot_path(path, x->c, s->id, ""), &st))
		return vz_error(e, VZ_BADVALUE, -EEXIST, "Snapshot %s is there already", s->id);
	strftime(s->date, sizeof(s->date), "%Y-%m-%d %H:%M:%S", localtime_r(&now, &tm));
	snapshot_current(x->c, s->parent);
	vz_say("Creating snapshot %s", s->id);
	return snapshot_take(x->c, s, memory, e);
}

int cmd_snapshot(struct ctx *x, int argc, char **argv, struct vz_err *e)
{
	struct snapshot s = { 0 };
	bool memory;
	int ret = parse_new(argc, argv, &s, &memory, e);

	if (!ret && take(x, &s, memory, e))
		ret = as(e, VZ_SNAPSHOT);
	if (!ret)
		vz_say("Snapshot %s has been successfully created", s.id);
	snapshot_free(&s);
	return ret;
}

/* ---- one that is there ---- */

/* --id, and --target where it may be given. */
static int parse_id(const struct ctx *x, int argc, char **argv, const char **target,
		    struct snapshot *s, struct vz_err *e)
{
	static const struct option options[] = {
		{ "id", required_argument, NULL, 'i' }, { "uuid", required_argument, NULL, 'i' },
		{ "target", required_argument, NULL, 't' }, { NULL, 0, NULL, 0 },
	};
	char id[SNAPSHOT_ID] = "";
	int c, ret;

	while ((c = next_option(argc, argv, options, VZ_BADSYNTAX, e)) != -1) {
		if (c == '?')
			return e->err;
		if (c == 't' && !target)
			return vz_error(e, VZ_BADSYNTAX, -EINVAL, "There is no --target here");
		if (c == 't')
			*target = optarg;
		if (c == 'i' && snapshot_id_parse(optarg, id, e))
			return e->err;
	}
	ret = no_more_words(argc, argv, e);
	if (!ret && !*id)
		ret = vz_error(e, VZ_BADSYNTAX, -EINVAL, "--id is not given");
	return ret ? ret : snapshot_load(x->c, id, s, e);
}

/* Those that were made after it are now made after what was before it. */
static int hand_on(const struct vz_conf *c, const struct snapshot *gone, struct vz_err *e)
{
	struct snapshot *list = NULL;
	char path[PATH_MAX];
	size_t n = 0;
	int ret = snapshot_list(c, &list, &n, e);

	for (size_t i = 0; i < n; i++) {
		if (!ret && !strcmp(list[i].parent, gone->id)) {
			strcpy(list[i].parent, gone->parent);
			ret = snapshot_save(&list[i], snapshot_path(path, c, list[i].id, ""), e);
		}
		snapshot_free(&list[i]);
	}
	free(list);
	return ret;
}

static int remove_one(const struct vz_conf *c, const struct snapshot *s, struct vz_err *e)
{
	char path[PATH_MAX], current[SNAPSHOT_ID], target[PATH_MAX];
	int ret;

	if (snapshot_mounted(c, s->id, target))
		return vz_error(e, VZ_MOUNTED, -EBUSY, "Snapshot %s is mounted on %s: "
				"vzctl snapshot-umount first", s->id, target);
	ret = hand_on(c, s, e);
	snapshot_current(c, current);
	if (!ret && !strcmp(current, s->id))
		ret = snapshot_set_current(c, s->parent, e);
	if (!ret)
		ret = vz_path_remove(snapshot_path(path, c, s->id, ""), e);
	/* The last one takes the folder along. */
	rmdir(snapshot_path(path, c, NULL, ""));
	return ret;
}

int cmd_snapshot_delete(struct ctx *x, int argc, char **argv, struct vz_err *e)
{
	struct snapshot s = { 0 };
	int ret = parse_id(x, argc, argv, NULL, &s, e);

	if (!ret && remove_one(x->c, &s, e))
		ret = as(e, VZ_SNAPSHOT_DELETE);
	if (!ret)
		vz_say("Snapshot %s has been successfully deleted", s.id);
	snapshot_free(&s);
	return ret;
}

/* ---- mount ---- */

static int open_mount(const struct vz_conf *c, int *mnt, struct vz_err *e)
{
	struct mount_attr a = { .attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID |
				MOUNT_ATTR_NODEV, .propagation = MS_PRIVATE };

	if (vz_is_overlay(c))
		return vz_overlay_view_mount(c, mnt, e);
	*mnt = open_tree(AT_FDCWD, c->private, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC |
			 AT_SYMLINK_NOFOLLOW);
	if (*mnt < 0 || mount_setattr(*mnt, "", AT_EMPTY_PATH, &a, sizeof(a)))
		return vz_error_sys(e, VZ_MOUNT, -errno, "mount %s", c->private);
	return 0;
}

static int mount_on(const struct vz_conf *c, const char *id, const char *target, struct vz_err *e)
{
	char area[PATH_MAX], path[PATH_MAX], real[PATH_MAX];
	cleanup_conf struct vz_conf *snap = NULL;
	cleanup_close int mnt = -1;
	int ret;

	if (!realpath(target, real))
		return vz_error_sys(e, VZ_BADVALUE, -errno, "--target: %s", target);
	if (snapshot_mounted(c, id, path))
		return vz_error(e, VZ_MOUNTED, -EBUSY, "Snapshot %s is mounted on %s", id, path);
	ret = vz_conf_load_path(c->id, snapshot_path(path, c, id, SNAPSHOT_CONFIG), &snap, e);
	if (ret)
		return ret;
	ret = vz_conf_set(snap, "VE_PRIVATE", snapshot_path(area, c, id, SNAPSHOT_AREA), e);
	if (ret)
		return ret;
	ret = open_mount(snap, &mnt, e);
	if (ret)
		return ret;
	snapshot_path(path, c, id, SNAPSHOT_TARGET);
	unlink(path);
	if (symlink(real, path))
		return vz_error_sys(e, VZ_SYSTEM, -errno, "write %s", path);
	if (!move_mount(mnt, "", AT_FDCWD, real, MOVE_MOUNT_F_EMPTY_PATH))
		return 0;
	ret = vz_error_sys(e, VZ_MOUNT, -errno, "--target: mount on %s", real);
	unlink(path);
	return ret;
}

int cmd_snapshot_mount(struct ctx *x, int argc, char **argv, struct vz_err *e)
{
	const char *target = NULL;
	struct snapshot s = { 0 };
	int ret = parse_id(x, argc, argv, &target, &s, e);

	if (!ret && !target)
		ret = vz_error(e, VZ_BADSYNTAX, -EINVAL, "--target is not given");
	else if (!ret && mount_on(x->c, s.id, target, e))
		ret = as(e, VZ_SNAPSHOT_MOUNT);
	if (!ret)
		vz_say("Snapshot %s is mounted on %s, read-only", s.id, target);
	snapshot_free(&s);
	return ret;
}

static int umount_it(const struct vz_conf *c, const char *id, struct vz_err *e)
{
	char target[PATH_MAX], path[PATH_MAX];

	if (!snapshot_mounted(c, id, target))
		return vz_error(e, VZ_NOTMOUNTED, -EINVAL, "Snapshot %s is not mounted", id);
	if (umount2(target, UMOUNT_NOFOLLOW))
		return vz_error_sys(e, VZ_UMOUNT, -errno, "unmount %s", target);
	unlink(snapshot_path(path, c, id, SNAPSHOT_TARGET));
	return 0;
}

int cmd_snapshot_umount(struct ctx *x, int argc, char **argv, struct vz_err *e)
{
	struct snapshot s = { 0 };
	int ret = parse_id(x, argc, argv, NULL, &s, e);

	if (!ret && umount_it(x->c, s.id, e))
		ret = as(e, VZ_SNAPSHOT_UMOUNT);
	if (!ret)
		vz_say("Snapshot %s is unmounted", s.id);
	snapshot_free(&s);
	return ret;
}
