// SPDX-License-Identifier: GPL-2.0-or-later
/* Each step can be done again: what is done is not in the folder any more. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "libvz/cleanup.h"
#include "libvz/commit.h"
#include "libvz/conf.h"
#include "libvz/conf_room.h"
#include "libvz/err.h"
#include "libvz/file.h"
#include "libvz/log.h"
#include "libvz/paths.h"
#include "libvz/renumber.h"
#include "libvz/state.h"
#include "libvz/tree.h"
#include "libvz/value.h"

#define OLD	"old"	/* the area that was */

static char *stage_path(char *buf, const struct vz_conf *c)
{
	snprintf(buf, PATH_MAX, "%s.tmp", c->private);
	return buf;
}

static char *decided_path(char *buf, const struct vz_conf *c, const char *name)
{
	snprintf(buf, PATH_MAX, "%s.commit%s%s", c->private, *name ? "/" : "", name);
	return buf;
}

static bool is_there(const char *path)
{
	struct stat st;

	return !lstat(path, &st);
}

static bool is_in(int dir, const char *name)
{
	return !faccessat(dir, name, F_OK, 0);
}

int vz_commit_begin(const struct vz_conf *c, char *path, struct vz_err *e)
{
	char trash[PATH_MAX + 8];
	int ret;

	if (!c->private)
		return vz_error(e, VZ_NOPRIVATE, -EINVAL, "VE_PRIVATE is not set");
	ret = vz_path_remove(stage_path(path, c), e);
	snprintf(trash, sizeof(trash), "%s/" VZ_COMMIT_TRASH, path);
	if (!ret && (mkdir(path, 0700) || mkdir(trash, 0700)))
		ret = vz_error_sys(e, errno == ENOSPC ? VZ_NOSPACE : VZ_CREATE, -errno,
				   "Cannot make %s", trash);
	return ret;
}

void vz_commit_undo(const struct vz_conf *c)
{
	char path[PATH_MAX];

	vz_path_remove(stage_path(path, c), NULL);
}

/* Never for what is not on disk, or could not be done. */
static int decide(const struct vz_conf *c, struct vz_err *e)
{
	char stage[PATH_MAX], decided[PATH_MAX];
	cleanup_close int fd = open(stage_path(stage, c), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int ret = 0;

	if (fd < 0 || syncfs(fd))
		return vz_error_sys(e, VZ_CREATE, -errno, "Cannot write %s", stage);
	if (is_in(fd, VZ_COMMIT_CONFIG) || is_in(fd, VZ_RENUMBER_CONFIG))
		ret = vz_conf_has_room(c->id, e);
	if (!ret && rename(stage, decided_path(decided, c, "")))
		ret = vz_error_sys(e, VZ_CREATE, -errno, "Cannot rename %s to %s", stage, decided);
	return ret;
}

int vz_commit_do(const struct vz_conf *c, struct vz_err *e)
{
	int ret = decide(c, e);
	bool done;

	if (!ret)
		return vz_commit_finish(c, &done, e);
	vz_commit_undo(c);
	return ret;
}

static int move(const char *from, const char *to, struct vz_err *e)
{
	if (rename(from, to))
		return vz_error_sys(e, VZ_CREATE, -errno, "Cannot rename %s to %s", from, to);
	return 0;
}

static int finish_area(const struct vz_conf *c, struct vz_err *e)
{
	char area[PATH_MAX], old[PATH_MAX];
	int ret = 0;

	if (!is_there(decided_path(area, c, VZ_COMMIT_AREA)))
		return 0;
	if (is_there(c->private))
		ret = move(c->private, decided_path(old, c, OLD), e);
	return ret ? ret : move(area, c->private, e);
}

static int finish_dump(const struct vz_conf *c, struct vz_err *e)
{
	char dump[PATH_MAX], none[PATH_MAX], to[PATH_MAX];
	int ret;

	vz_dump_path(to, c);
	if (is_there(decided_path(none, c, VZ_COMMIT_NO_DUMP))) {
		ret = vz_path_remove(to, e);
		if (!ret)
			unlink(none);
		return ret;
	}
	if (!is_there(decided_path(dump, c, VZ_COMMIT_DUMP)))
		return 0;
	ret = vz_path_remove(to, e);
	return ret ? ret : move(dump, to, e);
}

/* That of a new VE. Who took it meanwhile has it, and the VE does without. */
static int finish_name(const struct vz_conf *c, const char *conf, struct vz_err *e)
{
	cleanup_conf struct vz_conf *new = NULL;
	char link[PATH_MAX], target[PATH_MAX] = "";
	int ret = vz_conf_load_path(c->id, conf, &new, e);

	if (ret || !new->name || !vz_name_valid(new->name))
		return ret;
	snprintf(link, sizeof(link), VZ_NAMES "/%s", new->name);
	mkdir(VZ_NAMES, 0755);
	if (!symlink(conf, link))
		return 0;
	if (errno != EEXIST)
		return vz_error_sys(e, VZ_SETNAME, -errno, "Cannot make %s", link);
	if (readlink(link, target, sizeof(target) - 1) > 0 && !strcmp(target, conf))
		return 0;
	vz_warn("CT %u: the name %s leads to %s", c->id, new->name, target);
	return 0;
}

static int finish_config(const struct vz_conf *c, struct vz_err *e)
{
	char from[PATH_MAX], to[PATH_MAX];
	cleanup_free char *text = NULL;
	int ret;

	if (!is_there(decided_path(from, c, VZ_COMMIT_CONFIG)))
		return 0;
	ret = vz_read_file(from, &text);
	if (!ret)
		ret = vz_replace_file(vz_conf_path(to, c->id), text, strlen(text), 0644);
	if (ret)
		return vz_error_sys(e, VZ_SAVECONF, ret, "Cannot write %s", to);
	return finish_name(c, to, e);
}

static char *snapshots_path(char *buf, const struct vz_conf *c, const char *name)
{
	snprintf(buf, PATH_MAX, "%s.snapshots%s%s", c->private, *name ? "/" : "", name);
	return buf;
}

static int finish_snapshots(const struct vz_conf *c, struct vz_err *e)
{
	char from[PATH_MAX], to[PATH_MAX];
	cleanup_dir DIR *d = opendir(decided_path(from, c, VZ_COMMIT_SNAPSHOTS));
	struct dirent *de;
	int ret = 0;

	if (!d)
		return 0;
	if (mkdir(snapshots_path(to, c, ""), 0700) && errno != EEXIST)
		return vz_error_sys(e, errno == ENOSPC ? VZ_NOSPACE : VZ_CREATE, -errno,
				    "Cannot make %s", to);
	while (!ret && (de = readdir(d))) {
		if (!strcmp(de->d_name, ".") || !strcmp(de->d_name, ".."))
			continue;
		snprintf(from, sizeof(from), "%s.commit/" VZ_COMMIT_SNAPSHOTS "/%s", c->private,
			 de->d_name);
		ret = move(from, snapshots_path(to, c, de->d_name), e);
	}
	return ret;
}

/* Never before the configuration names the new one. */
static int finish_leaves(const struct vz_conf *c, struct vz_err *e)
{
	char link[PATH_MAX], area[PATH_MAX];
	ssize_t n = readlink(decided_path(link, c, VZ_COMMIT_LEAVES), area, sizeof(area) - 1);

	if (n <= 0)
		return 0;
	area[n] = '\0';
	return strcmp(area, c->private) ? vz_path_remove(area, e) : 0;
}

/* Snapshots that were being removed. */
static int clean_snapshots(const struct vz_conf *c, struct vz_err *e)
{
	char path[PATH_MAX];
	cleanup_dir DIR *d = opendir(snapshots_path(path, c, ""));
	struct dirent *de;
	int ret = 0;

	while (d && !ret && (de = readdir(d))) {
		const char *end = strstr(de->d_name, ".trash");

		if (!end || end[strlen(".trash")])
			continue;
		snapshots_path(path, c, de->d_name);
		path[strlen(path) - strlen(".trash")] = '\0';
		ret = vz_path_remove(path, e);
	}
	/* The last one takes the folder along. */
	if (d)
		rmdir(snapshots_path(path, c, ""));
	return ret;
}

/* What was not decided, or is done, and was being removed. */
static int clean_up(const struct vz_conf *c, struct vz_err *e)
{
	static const char *const ends[] = { ".tmp", ".commit" };
	char path[PATH_MAX], trash[PATH_MAX + 8];
	int ret = 0;

	for (size_t i = 0; !ret && i < sizeof(ends) / sizeof(ends[0]); i++) {
		snprintf(path, sizeof(path), "%s%s", c->private, ends[i]);
		snprintf(trash, sizeof(trash), "%s.trash", path);
		if (is_there(path) || is_there(trash))
			ret = vz_path_remove(path, e);
	}
	return ret ? ret : clean_snapshots(c, e);
}

int vz_commit_finish(const struct vz_conf *c, bool *done, struct vz_err *e)
{
	char decided[PATH_MAX];
	int ret;

	*done = false;
	if (!c->private)
		return 0;
	if (!is_there(decided_path(decided, c, "")))
		return clean_up(c, e);
	ret = finish_area(c, e);
	if (!ret)
		ret = finish_dump(c, e);
	if (!ret)
		ret = finish_config(c, e);
	if (!ret)
		ret = finish_snapshots(c, e);
	if (!ret)
		ret = finish_leaves(c, e);
	if (!ret)
		ret = vz_renumber_finish(c, decided, e);
	if (!ret) {
		*done = true;
		ret = vz_path_remove(decided, e);
	}
	return ret;
}
