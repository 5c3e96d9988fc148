// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The old configuration goes last: as long as it is there, as it was, whoever takes the VE's lock
 * by the old number does what is left to do. By the new number there is no VE before all else is
 * done. The files' project id is not changed here: the next start sees that it is another one.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "libvz/area.h"
#include "libvz/cleanup.h"
#include "libvz/conf.h"
#include "libvz/err.h"
#include "libvz/file.h"
#include "libvz/log.h"
#include "libvz/paths.h"
#include "libvz/quota.h"
#include "libvz/renumber.h"
#include "libvz/script_path.h"

#define NOTE	"becomes"	/* a link to: number, identity of the old configuration, area */

struct note {
	unsigned int id;
	unsigned long inode;
	long sec, nsec;
	char area[PATH_MAX];
};

static bool is_there(const char *path)
{
	struct stat st;

	return !lstat(path, &st);
}

static char *beside(char *buf, const char *dir, const char *name)
{
	snprintf(buf, PATH_MAX, "%s/%s", dir, name);
	return buf;
}

int vz_renumber_put(const struct vz_conf *c, const struct vz_conf *new, const char *stage,
		    struct vz_err *e)
{
	char path[PATH_MAX], text[PATH_MAX + 100];
	struct stat st;
	int ret;

	if (stat(vz_conf_path(path, c->id), &st))
		return vz_error_sys(e, VZ_NOVECONFIG, -errno, "Cannot read %s", path);
	ret = vz_conf_write(new, beside(path, stage, VZ_RENUMBER_CONFIG), e);
	if (ret)
		return ret;
	snprintf(text, sizeof(text), "%u %lu %ld %ld %s", new->id, (unsigned long)st.st_ino,
		 (long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec, new->private);
	/* A note, which nobody follows. */
	if (strlen(text) >= PATH_MAX || symlink(text, beside(path, stage, NOTE)))
		return vz_error_sys(e, VZ_CREATE, strlen(text) >= PATH_MAX ? -ENAMETOOLONG : -errno,
				    "Cannot make %s", path);
	return 0;
}

/* false: the commit is about something else. */
static bool read_note(const char *decided, struct note *n)
{
	char path[PATH_MAX], text[PATH_MAX];
	ssize_t len = readlink(beside(path, decided, NOTE), text, sizeof(text) - 1);
	int at = 0;

	if (len <= 0)
		return false;
	text[len] = '\0';
	if (sscanf(text, "%u %lu %ld %ld %n", &n->id, &n->inode, &n->sec, &n->nsec, &at) != 4 ||
	    !at || text[at] != '/')
		return false;
	snprintf(n->area, sizeof(n->area), "%s", text + at);
	return true;
}

static bool is_same_config(const struct vz_conf *c, const struct note *n)
{
	char path[PATH_MAX];
	struct stat st;

	return !stat(vz_conf_path(path, c->id), &st) && st.st_ino == n->inode &&
	       st.st_mtim.tv_sec == n->sec && st.st_mtim.tv_nsec == n->nsec;
}

/* Its area has not moved, and one of the two numbers is another VE by now. */
static bool is_void(const struct vz_conf *c, const struct note *n)
{
	char path[PATH_MAX];
	bool taken = is_there(vz_conf_path(path, n->id));
	bool same = is_same_config(c, n);

	if (!strcmp(c->private, n->area))
		return !same;
	if (is_there(c->private))
		return taken || !same || is_there(n->area);
	return taken && !same;
}

static int move_scripts(const struct vz_conf *c, const struct note *n, struct vz_err *e)
{
	char from[PATH_MAX], to[PATH_MAX];

	for (const char *const *end = vz_script_ends; *end; end++) {
		vz_script_path(from, c->id, *end);
		vz_script_path(to, n->id, *end);
		if (rename(from, to) && errno != ENOENT)
			return vz_error_sys(e, VZ_SAVECONF, -errno, "Cannot rename %s to %s", from,
					    to);
	}
	return 0;
}

static int put_config(const struct note *n, const char *decided, struct vz_err *e)
{
	char from[PATH_MAX], to[PATH_MAX];
	cleanup_free char *text = NULL;
	int ret;

	/* It may have been changed since. */
	if (is_there(vz_conf_path(to, n->id)))
		return 0;
	ret = vz_read_file(beside(from, decided, VZ_RENUMBER_CONFIG), &text);
	if (!ret)
		ret = vz_replace_file(to, text, strlen(text), 0644);
	return ret ? vz_error_sys(e, VZ_SAVECONF, ret, "Cannot write %s", to) : 0;
}

/* Its name leads to the new configuration, if it leads to the old one. */
static int move_name(const struct vz_conf *c, const struct note *n, struct vz_err *e)
{
	char link[PATH_MAX], new[PATH_MAX], conf[PATH_MAX], target[PATH_MAX];
	ssize_t len;

	if (!c->name || !vz_name_valid(c->name))
		return 0;
	len = readlink(beside(link, VZ_NAMES, c->name), target, sizeof(target) - 1);
	if (len <= 0)
		return 0;
	target[len] = '\0';
	if (strcmp(target, vz_conf_path(conf, c->id)))
		return 0;
	/* No VE has such a name: it is a number. */
	snprintf(new, sizeof(new), VZ_NAMES "/%u", n->id);
	unlink(new);
	if (symlink(vz_conf_path(conf, n->id), new) || rename(new, link))
		return vz_error_sys(e, VZ_SETNAME, -errno, "Cannot make %s", link);
	return 0;
}

int vz_renumber_finish(const struct vz_conf *c, const char *decided, struct vz_err *e)
{
	char path[PATH_MAX];
	struct note n;
	int ret;

	/* The old configuration goes last. */
	if (!read_note(decided, &n) || !is_there(vz_conf_path(path, c->id)))
		return 0;
	if (is_void(c, &n)) {
		vz_warn("CT %u does not become CT %u: the number was taken meanwhile", c->id, n.id);
		return 0;
	}
	ret = vz_area_rename(c, n.area, e);
	if (!ret)
		ret = move_scripts(c, &n, e);
	if (!ret)
		ret = put_config(&n, decided, e);
	if (!ret)
		ret = move_name(c, &n, e);
	if (!ret && unlink(vz_conf_path(path, c->id)) && errno != ENOENT)
		ret = vz_error_sys(e, VZ_SAVECONF, -errno, "Cannot remove %s", path);
	if (ret)
		return ret;
	vz_quota_forget(c);
	vz_say("Container %u is container %u now", c->id, n.id);
	return 0;
}
