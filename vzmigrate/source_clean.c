// SPDX-License-Identifier: GPL-2.0-or-later
/* What the source does with its own of a VE at the end of a hand-over, either end. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "libvz/conf.h"
#include "libvz/err.h"
#include "libvz/journal.h"
#include "libvz/log.h"
#include "libvz/paths.h"
#include "libvz/quota.h"
#include "libvz/script_path.h"
#include "libvz/state.h"
#include "libvz/stop.h"
#include "libvz/tree.h"
#include "libvz/tree_flags.h"
#include "vzmigrate/place.h"
#include "vzmigrate/place_images.h"
#include "vzmigrate/source_clean.h"

int src_undo_grant(struct vz_conf *c, const struct journal *j, struct vz_err *e)
{
	int ret;

	if (j->state < JOURNAL_GRANTED || j->disabled)
		return 0;
	ret = vz_conf_set(c, "DISABLED", NULL, e);
	return ret ? ret : vz_conf_save(c, e);
}

static void put_aside(const char *from, const char *end)
{
	char to[PATH_MAX];

	snprintf(to, sizeof(to), "%s%s", from, end);
	if (rename(from, to) && errno != ENOENT)
		vz_warn("rename %s to %s: %s", from, to, strerror(errno));
}

static void drop_name(const struct vz_conf *c)
{
	char path[PATH_MAX], conf[PATH_MAX], target[PATH_MAX];
	ssize_t n;

	if (!c->name)
		return;
	snprintf(path, sizeof(path), VZ_NAMES "/%s", c->name);
	n = readlink(path, target, sizeof(target) - 1);
	if (n <= 0)
		return;
	target[n] = 0;
	if (!strcmp(target, vz_conf_path(conf, c->id)))
		unlink(path);
}

int src_clean_up(struct vz_conf *c, const struct journal *j, bool keep_private, struct vz_err *e)
{
	const char *end = keep_private ? ".migrated" : ".destroyed";
	char path[PATH_MAX], aside[PATH_MAX];
	struct vz_err scripts = { 0 };
	int ret = vz_ve_cleanup(c, e);

	if (ret)
		return ret;
	if (keep_private) {
		snprintf(aside, sizeof(aside), "%s.migrated", c->private);
		ret = vz_path_remove(aside, e);
		vz_tree_flags_soften(AT_FDCWD, c->private);
		if (!ret && rename(c->private, aside) && errno != ENOENT)
			ret = vz_error_sys(e, VZ_SYSTEM, -errno, "rename %s to %s", c->private,
					   aside);
	} else {
		ret = vz_path_remove(c->private, e);
	}
	if (ret)
		return ret;
	if (!keep_private)
		vz_quota_forget(c);
	drop_name(c);
	if (vz_scripts_aside(c->id, end, &scripts) < 0)
		vz_warn("%s", scripts.msg ? scripts.msg : "out of memory");
	vz_error_free(&scripts);
	put_aside(vz_conf_path(path, c->id), end);
	ret = place_images_remove(c, e);
	if (!ret)
		ret = vz_path_remove(vz_dump_path(path, c), e);
	return ret ? ret : journal_remove(c->id, e);
}
