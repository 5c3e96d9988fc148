// SPDX-License-Identifier: GPL-2.0-or-later
/* What is kept by number outlives a VE whose files were removed by hand, or came from a backup. */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "libvz/cleanup.h"
#include "libvz/conf.h"
#include "libvz/err.h"
#include "libvz/journal.h"
#include "libvz/mounted.h"
#include "libvz/paths.h"
#include "libvz/state.h"
#include "libvz/vacant.h"

static int check_alive(const struct vz_conf *c, struct vz_err *e)
{
	if (vz_ve_occupied(c->id))
		return vz_error(e, VZ_RUNNING, -EBUSY, "CT %u is running", c->id);
	if (vz_ve_mounted(c))
		return vz_error(e, VZ_MOUNTED, -EBUSY, "%s is mounted, of another CT %u: umount it",
				c->root, c->id);
	return 0;
}

static int check_journal(const struct vz_conf *c, struct vz_err *e)
{
	struct journal j;
	int ret = journal_read(c->id, &j, e);

	if (ret == -ENOENT)
		return 0;
	if (ret)
		return ret;
	return vz_error(e, VZ_BADVALUE, -EEXIST, "A migration of another CT %u is open: see "
			"vzmigrate --status %u", c->id, c->id);
}

static int check_files(const struct vz_conf *c, bool own_area, struct vz_err *e)
{
	char path[PATH_MAX];
	struct stat st;

	if (vz_ve_suspended(c))
		return vz_error(e, VZ_BADVALUE, -EEXIST, "%s is there, the memory of another CT: "
				"remove it", vz_dump_path(path, c));
	if (own_area || !c->private)
		return 0;
	snprintf(path, sizeof(path), "%s.snapshots", c->private);
	if (lstat(path, &st))
		return 0;
	return vz_error(e, VZ_BADVALUE, -EEXIST, "%s is there, the snapshots of another CT: "
			"remove it", path);
}

/* A link into nowhere belongs to nobody; it must not begin to lead to this one. */
static int free_names(const struct vz_conf *c, struct vz_err *e)
{
	char conf[PATH_MAX], target[PATH_MAX];
	cleanup_dir DIR *d = NULL;
	struct dirent *de;

	if (!access(vz_conf_path(conf, c->id), F_OK))
		return 0;
	d = opendir(VZ_NAMES);
	while (d && (de = readdir(d))) {
		ssize_t n = readlinkat(dirfd(d), de->d_name, target, sizeof(target) - 1);

		target[n > 0 ? n : 0] = '\0';
		if (!strcmp(target, conf) && unlinkat(dirfd(d), de->d_name, 0))
			return vz_error_sys(e, VZ_SETNAME, -errno, "Cannot remove " VZ_NAMES "/%s",
					    de->d_name);
	}
	return 0;
}

int vz_vacant_check(const struct vz_conf *c, bool own_area, struct vz_err *e)
{
	int ret = check_alive(c, e);

	if (!ret)
		ret = check_journal(c, e);
	return ret ? ret : check_files(c, own_area, e);
}

int vz_vacant_take(const struct vz_conf *c, bool own_area, struct vz_err *e)
{
	int ret = vz_vacant_check(c, own_area, e);

	return ret ? ret : free_names(c, e);
}
