// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vzctl convert. The new area is made beside the old one, and takes its place, with
 * the configuration, at the end: until then the VE is what it was.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>
#include "libvz/cleanup.h"
#include "libvz/commit.h"
#include "libvz/conf.h"
#include "libvz/err.h"
#include "libvz/guest.h"
#include "libvz/log.h"
#include "libvz/lower.h"
#include "libvz/overlay.h"
#include "libvz/private.h"
#include "libvz/quota.h"
#include "libvz/state.h"
#include "vzctl/at_rest.h"
#include "vzctl/cmd_convert.h"
#include "vzctl/disk_copy.h"
#include "vzctl/options.h"

#define TRASH	".openve-trash"		/* in the overlay that is filled */

static int check_idle(const struct ctx *x, struct vz_err *e)
{
	int ret = at_rest_check(x->c, e);

	if (ret)
		return ret;
	if (vz_ve_suspended(x->c))
		return vz_error(e, VZ_RUNNING, -EBUSY, "Container is suspended, and its memory "
				"would not fit to its new files: resume and stop it first");
	return 0;
}

/* The trash of an overlay is in it, and gone before times of folders are set. */
static int copy(int from, int to, int trash, bool overlay, struct vz_err *e)
{
	struct disk_copy *k = NULL;
	int ret = disk_copy_new(to, trash, overlay, &k, e);

	if (!ret)
		ret = disk_copy_pass(k, from, false, "Converting", e);
	if (!ret && overlay && unlinkat(to, TRASH, AT_REMOVEDIR))
		ret = vz_error_sys(e, VZ_CREATE, -errno, "remove a folder of the overlay");
	if (!ret)
		ret = disk_copy_end(k, from, e);
	disk_copy_free(k);
	return ret;
}

static int open_at(const char *stage, const char *name, int *fd, struct vz_err *e)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", stage, name);
	*fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return *fd < 0 ? vz_error_sys(e, VZ_CREATE, -errno, "open %s", path) : 0;
}

static int to_dir(const struct vz_conf *c, const char *stage, int from, struct vz_err *e)
{
	cleanup_close int area = -1, trash = -1;
	int ret = open_at(stage, VZ_COMMIT_AREA, &area, e);

	if (!ret)
		ret = open_at(stage, VZ_COMMIT_TRASH, &trash, e);
	return ret ? ret : copy(from, area, trash, false, e);
}

/* Into an overlay of the new area: what is as in the template stays there. */
static int to_overlay(const struct vz_conf *c, const char *stage, int from, struct vz_err *e)
{
	cleanup_close int area = -1, top = -1, trash = -1;
	int ret = open_at(stage, VZ_COMMIT_AREA, &area, e);

	if (ret)
		return ret;
	ret = vz_overlay_make(area, e);
	if (ret)
		return ret;
	ret = vz_overlay_fill(c, area, &top, e);
	if (ret)
		return ret;
	if (mkdirat(top, TRASH, 0700))
		return vz_error_sys(e, VZ_CREATE, -errno, "make a folder in the overlay");
	trash = openat(top, TRASH, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (trash < 0)
		return vz_error_sys(e, VZ_CREATE, -errno, "open a folder in the overlay");
	return copy(from, top, trash, true, e);
}

/* c: with the new layout, from: the files as they are. */
static int build(const struct vz_conf *c, bool overlay, const char *stage, int from,
		 struct vz_err *e)
{
	char path[PATH_MAX];
	int ret;

	snprintf(path, sizeof(path), "%s/" VZ_COMMIT_AREA, stage);
	ret = vz_private_make(c, path, e);
	if (!ret)
		ret = overlay ? to_overlay(c, stage, from, e) : to_dir(c, stage, from, e);
	snprintf(path, sizeof(path), "%s/" VZ_COMMIT_CONFIG, stage);
	return ret ? ret : vz_conf_write(c, path, e);
}

static int set_layout(struct vz_conf *c, bool overlay, struct vz_err *e)
{
	cleanup_free char *template = c->ostemplate ? strdup(c->ostemplate) : NULL;
	int ret;

	if (overlay && !template)
		return vz_error(e, VZ_NOOSTEMPLATE, -EINVAL, "OSTEMPLATE is not set: it names the "
				"template whose files the CT is to share");
	ret = overlay ? vz_lower_choose(c, template, e) : vz_conf_set(c, "VE_LOWER", NULL, e);
	return ret ? ret : vz_conf_set(c, "VE_LAYOUT", overlay ? "overlay" : "dir", e);
}

static int convert(struct ctx *x, bool overlay, struct vz_err *e)
{
	cleanup_guest struct vz_guest g = VZ_GUEST_NONE;
	cleanup_close int from = -1;
	char stage[PATH_MAX];
	int ret = vz_guest_open_disk(x->c, &g, e);

	if (ret)
		return ret;
	from = vz_guest_folder(&g, "");
	if (from < 0)
		return vz_error_sys(e, VZ_NOPRIVATE, from, "open the private area");
	ret = set_layout(x->c, overlay, e);
	if (ret)
		return ret;
	ret = vz_commit_begin(x->c, stage, e);
	if (ret)
		return ret;
	ret = build(x->c, overlay, stage, from, e);
	if (!ret)
		return vz_commit_do(x->c, e);
	vz_commit_undo(x->c);
	return ret;
}

int cmd_convert(struct ctx *x, int argc, char **argv, struct vz_err *e)
{
	static const struct option options[] = {
		{ "layout", required_argument, NULL, 'l' },
		{ "velayout", required_argument, NULL, 'l' }, { NULL, 0, NULL, 0 },
	};
	const char *layout = NULL;
	bool overlay;
	int c, ret;

	while ((c = next_option(argc, argv, options, VZ_BADSYNTAX, e)) != -1) {
		if (c == '?')
			return e->err;
		layout = optarg;
	}
	ret = no_more_words(argc, argv, e);
	if (ret)
		return ret;
	overlay = layout && !strcmp(layout, "overlay");
	if (!layout || (!overlay && strcmp(layout, "dir") && strcmp(layout, "simfs")))
		return vz_error(e, VZ_BADVALUE, -EINVAL, "convert needs --layout dir or "
				"--layout overlay");
	ret = check_idle(x, e);
	if (ret)
		return ret;
	if (overlay == vz_is_overlay(x->c)) {
		vz_say("Container has this layout already");
		return 0;
	}
	ret = convert(x, overlay, e);
	if (!ret)
		vz_say("Container was converted to layout %s", overlay ? "overlay" : "dir");
	return ret;
}
