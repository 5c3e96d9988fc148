// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A VE in transit on its destination: temporary names, taking over, removal.
 * The caller holds the VE's lock. Nothing is kept in memory.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "checkpoint/dump.h"
#include "libvz/cleanup.h"
#include "libvz/conf.h"
#include "libvz/conf_file.h"
#include "libvz/conf_foreign.h"
#include "libvz/err.h"
#include "libvz/file.h"
#include "libvz/log.h"
#include "libvz/paths.h"
#include "libvz/quota.h"
#include "libvz/setting.h"
#include "libvz/script_path.h"
#include "libvz/state.h"
#include "libvz/stop.h"
#include "libvz/tree.h"
#include "libvz/journal.h"
#include "vzmigrate/handover.h"
#include "vzmigrate/mode.h"
#include "vzmigrate/place.h"
#include "vzmigrate/place_images.h"

#define TRANSIT	VZ_STATEDIR "/migrate"

char *place_incoming(char *buf, const struct vz_conf *c)
{
	snprintf(buf, PATH_MAX, "%s.incoming", c->private);
	return buf;
}

char *place_stage(char *buf, const struct vz_conf *c)
{
	snprintf(buf, PATH_MAX, "%s.staging", c->private);
	return buf;
}

static char *transit_path(char *buf, unsigned int id, const char *what)
{
	snprintf(buf, PATH_MAX, TRANSIT "/%u.%s", id, what);
	return buf;
}

/* ---- configuration and scripts ------------------------------------------------ */

static int write_file(const char *path, unsigned int mode, const uint8_t *text, size_t len,
		      struct vz_err *e)
{
	int ret;

	mkdir(VZ_STATEDIR, 0755);
	mkdir(TRANSIT, 0700);
	ret = vz_replace_file(path, text, len, mode);
	return ret ? vz_error_sys(e, VZ_BADCONF, ret, "write %s", path) : 0;
}

static int foreign_write(const char *path, const uint8_t *text, size_t len, struct vz_err *e)
{
	mkdir(VZ_STATEDIR, 0755);
	mkdir(TRANSIT, 0700);
	return vz_conf_foreign_write(path, text, len, e);
}

int place_conf_write(unsigned int id, const uint8_t *text, size_t len, struct vz_err *e)
{
	char path[PATH_MAX];

	return foreign_write(transit_path(path, id, "conf"), text, len, e);
}

int place_conf_load(unsigned int id, struct vz_conf **c, struct vz_err *e)
{
	char path[PATH_MAX];

	return vz_conf_foreign_load(id, transit_path(path, id, "conf"), c, e);
}

int place_conf_parse(unsigned int id, const uint8_t *text, size_t len, struct vz_conf **c,
		     struct vz_err *e)
{
	char path[PATH_MAX];
	int ret;

	*c = NULL;
	snprintf(path, sizeof(path), TRANSIT "/.%u.hello.%d", id, getpid());
	ret = foreign_write(path, text, len, e);
	if (!ret)
		ret = vz_conf_foreign_load(id, path, c, e);
	unlink(path);
	return ret;
}

int place_script_write(unsigned int id, const char *suffix, unsigned int mode,
		       const uint8_t *text, size_t len, struct vz_err *e)
{
	char path[PATH_MAX];

	for (int i = 0; vz_script_ends[i]; i++)
		if (!strcmp(vz_script_ends[i], suffix))
			return write_file(transit_path(path, id, suffix), mode & 0777, text, len,
					  e);
	return vz_error(e, VZ_BADCONF, -EPROTO, "unknown action script %.20s", suffix);
}

/* ---- taking over ------------------------------------------------------------------ */

static int give_name(const char *from, const char *to, struct vz_err *e)
{
	if (!renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE))
		return 0;
	return vz_error_sys(e, VZ_VEEXISTS, -errno, "rename %s to %s", from, to);
}

/* The images of a suspended VE, all of them, where vzctl looks for them. */
static int place_suspended(const struct vz_conf *c, struct vz_err *e)
{
	char images[PATH_MAX], dump[PATH_MAX];
	int ret = 0;

	if (!ckpt_complete(place_images(images, c), c->id))
		return vz_error(e, VZ_COPY, -ENODATA,
				"the images of the suspended VE %u did not come whole", c->id);
	/* What a dump has left that came to no end. Complete ones are somebody's. */
	if (!ckpt_complete(vz_dump_path(dump, c), c->id))
		ret = vz_path_remove(dump, e);
	return ret ? ret : give_name(images, dump, e);
}

int place_private(struct journal *j, const struct vz_conf *c, bool suspended, struct vz_err *e)
{
	char incoming[PATH_MAX], images[PATH_MAX], dump[PATH_MAX];
	struct vz_err ignored = { 0 };
	struct hand_step step;
	int ret;

	step = hand_step(hand_of_journal(j), HAND_EV_PREPARE);
	ret = hand_enter(&step, j, e);
	if (ret)
		return ret;
	ret = suspended ? place_suspended(c, e) : 0;
	if (!ret) {
		ret = give_name(place_incoming(incoming, c), c->private, e);
		if (!ret)
			return 0;
		if (suspended && rename(vz_dump_path(dump, c), place_images(images, c)))
			vz_warn("rename %s to %s: %s", dump, images, strerror(errno));
	}
	/* What has that name is not ours: nobody may take it for ours later. */
	j->state = JOURNAL_INCOMING;
	journal_write(j, &ignored);
	vz_error_free(&ignored);
	return ret;
}

static char *name_path(char *buf, const char *name)
{
	snprintf(buf, PATH_MAX, VZ_NAMES "/%s", name);
	return buf;
}

int place_own(const struct vz_conf *c, struct vz_err *e)
{
	char from[PATH_MAX], to[PATH_MAX];
	int ret = vz_conf_save(c, e);

	if (ret)
		return ret;
	for (int i = 0; vz_script_ends[i]; i++) {
		if (rename(transit_path(from, c->id, vz_script_ends[i]),
			   vz_script_path(to, c->id, vz_script_ends[i])) && errno != ENOENT)
			vz_warn("VE %u: action script %s: %s", c->id, to, strerror(errno));
	}
	if (c->name && symlink(vz_conf_path(from, c->id), name_path(to, c->name)) &&
	    errno != EEXIST)
		vz_warn("VE %u: name %s: %s", c->id, c->name, strerror(errno));
	return 0;
}

void place_disown(const struct vz_conf *c)
{
	char path[PATH_MAX], conf[PATH_MAX], target[PATH_MAX];
	ssize_t n;

	unlink(vz_conf_path(conf, c->id));
	for (int i = 0; vz_script_ends[i]; i++)
		unlink(vz_script_path(path, c->id, vz_script_ends[i]));
	if (!c->name)
		return;
	n = readlink(name_path(path, c->name), target, sizeof(target) - 1);
	if (n > 0 && !strncmp(target, conf, n) && !conf[n])
		unlink(path);
}

static int remove_transit(const struct vz_conf *c, struct vz_err *e)
{
	char path[PATH_MAX];
	int ret = vz_path_remove(place_stage(path, c), e);

	if (ret)
		return ret;
	ret = place_images_remove(c, e);
	if (ret)
		return ret;
	for (int i = 0; vz_script_ends[i]; i++)
		unlink(transit_path(path, c->id, vz_script_ends[i]));
	unlink(transit_path(path, c->id, "conf"));
	return journal_remove(c->id, e);
}

int place_finish(const struct vz_conf *c, struct vz_err *e)
{
	return remove_transit(c, e);
}

int place_discard(struct journal *j, const struct vz_conf *c, bool keep, struct vz_err *e)
{
	char incoming[PATH_MAX], half[PATH_MAX], dump[PATH_MAX];
	int ret = 0;

	place_incoming(incoming, c);
	if (vz_ve_occupied(c->id))
		ret = vz_ve_kill(c->id, e);
	if (ret)
		return ret;
	ret = vz_ve_cleanup(c, e);
	if (ret)
		return ret;
	if (j->state >= JOURNAL_PLACED && renameat2(AT_FDCWD, c->private, AT_FDCWD, incoming,
						    RENAME_NOREPLACE) && errno != ENOENT)
		return vz_error_sys(e, VZ_SYSTEM, -errno, "rename %s to %s", c->private, incoming);
	/* A suspended VE's; with others there is none, or it was not let in. */
	if (j->state >= JOURNAL_PLACED && j->mode == MIG_COLD)
		ret = vz_path_remove(vz_dump_path(dump, c), e);
	if (!ret && !keep)
		ret = vz_path_remove(incoming, e);
	/* Of a template that was being unpacked. */
	snprintf(half, sizeof(half), "%s.tmp", incoming);
	if (!ret)
		ret = vz_path_remove(half, e);
	if (!ret && !keep)
		vz_quota_forget(c);
	return ret ? ret : remove_transit(c, e);
}
