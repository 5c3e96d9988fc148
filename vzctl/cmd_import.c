// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vzctl import: a VE from the archive of vzctl export, or from one and its increments, under
 * this number. It has
 * its names only when all of it is there; what fails before leaves nothing.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include "checkpoint/state_devices.h"
#include "libvz/cleanup.h"
#include "libvz/conf.h"
#include "libvz/conf_foreign.h"
#include "libvz/conf_list.h"
#include "libvz/err.h"
#include "libvz/log.h"
#include "libvz/making.h"
#include "libvz/private.h"
#include "libvz/quota.h"
#include "libvz/state.h"
#include "libvz/tree.h"
#include "libvz/vacant.h"
#include "vzctl/backup_archive.h"
#include "vzctl/backup_chain.h"
#include "vzctl/cmd_import.h"
#include "vzctl/name.h"
#include "vzctl/options.h"

/* The archive's configuration for this number, with what is another host's taken out. */
static int load_config(unsigned int id, const struct backup_head *h, struct vz_conf **c,
		       struct vz_err *e)
{
	static const char *const own[] = {
		"LOCAL_UID", "LOCAL_GID", "DISABLED", "GENERATION", "UUID", VZ_MAKING,
	};
	int ret = vz_conf_foreign_parse(id, (const uint8_t *)h->config, h->config_len, c, e);

	for (size_t i = 0; !ret && i < sizeof(own) / sizeof(own[0]); i++)
		if (vz_conf_get_own(*c, own[i]))
			ret = vz_conf_set(*c, own[i], NULL, e);
	return ret;
}

/* A name stands for one VE; the archive's may be another's by now. */
static int settle_name(struct vz_conf *c, struct vz_err *e)
{
	cleanup_free char *name = c->name ? strdup(c->name) : NULL;
	struct vz_err taken = { 0 };
	int ret = c->name ? vz_conf_set(c, "NAME", NULL, e) : 0;

	if (ret || !name)
		return ret;
	if (!vz_name_valid(name) || set_name(c, name, &taken)) {
		vz_warn("The name %s is not kept: %s", name,
			taken.msg ? taken.msg : "it is not valid");
		vz_error_free(&taken);
	}
	return 0;
}

/* All files of the VE are in the archive, those of a template that it shared too. */
static int settle_layout(struct vz_conf *c, struct vz_err *e)
{
	int ret;

	if (!vz_conf_get_own(c, "VE_LOWER"))
		return 0;
	ret = vz_conf_set(c, "VE_LOWER", NULL, e);
	if (!ret)
		ret = vz_conf_set(c, "VE_LAYOUT", "dir", e);
	if (!ret)
		vz_say("It had layout overlay, and has layout dir now");
	return ret;
}

/* Two at a time must not choose the same range of ids: hence the lock on the folder. */
static int reserve(struct vz_conf *c, struct vz_err *e)
{
	cleanup_close int dir = -1;
	int ret = vz_conf_list_lock(&dir, e);

	if (ret)
		return ret;
	ret = vz_conf_choose_range(c, e);
	if (!ret)
		ret = settle_name(c, e);
	if (!ret)
		ret = vz_making_begin(c, "import", e);
	return ret ? ret : vz_conf_save(c, e);
}

/* What may be opened from the memory that came along is this host's to say. */
static int check_dump(const char *dump, struct vz_err *e)
{
	cleanup_conf struct vz_conf *host = NULL;
	int ret = vz_conf_global(&host, e);

	return ret ? ret : ckpt_devices_check(dump, vz_conf_get(host, "MIGRATE_DEVICES"), e);
}

static int place(const struct vz_conf *c, const char *area, const char *dump, bool suspended,
		 struct vz_err *e)
{
	char to[PATH_MAX];
	int ret = suspended ? check_dump(dump, e) : 0;

	if (ret)
		return ret;
	vz_dump_path(to, c);
	if (suspended) {
		ret = vz_path_remove(to, e);
		if (!ret && rename(dump, to))
			ret = vz_error_sys(e, VZ_CREATE, -errno, "rename %s to %s", dump, to);
	}
	if (ret)
		return ret;
	return vz_private_settle(c, area, e);
}

static int unpack(struct backup_chain *in, const struct vz_conf *c, struct vz_err *e)
{
	char stage[PATH_MAX], area[PATH_MAX + 16], dump[PATH_MAX + 16];
	int ret = vz_private_place(c, e);

	if (ret)
		return ret;
	snprintf(stage, sizeof(stage), "%s.tmp", c->private);
	snprintf(area, sizeof(area), "%s/" BACKUP_ROOT, stage);
	snprintf(dump, sizeof(dump), "%s/" BACKUP_DUMP, stage);
	ret = vz_path_remove(stage, e);
	if (!ret && mkdir(stage, 0700))
		ret = vz_error_sys(e, VZ_CREATE, -errno, "make %s", stage);
	if (!ret)
		ret = vz_private_make(c, area, e);
	if (!ret)
		ret = backup_chain_unpack(in, stage, e);
	if (!ret)
		ret = place(c, area, dump, in->head.suspended, e);
	vz_path_remove(stage, NULL);
	return ret;
}

/* All that can be known before anything is written. */
static int check(struct ctx *x, struct backup_chain *in, struct vz_err *e)
{
	const struct backup_head *h = &in->head;
	int ret;

	if (h->suspended && h->ctid != x->id)
		return vz_error(e, VZ_BADVALUE, -EINVAL,
				"The memory in the archive is that of CT %u, and goes on as no other: "
				"import it under that number", h->ctid);
	if (load_config(x->id, h, &x->c, e))
		return backup_chain_blame(in, e);
	ret = vz_vacant_take(x->c, false, e);
	return ret ? ret : settle_layout(x->c, e);
}

static int make(struct ctx *x, struct backup_chain *in, struct vz_err *e)
{
	int ret = reserve(x->c, e);

	if (!ret) {
		vz_say("Importing container %u of %s", in->head.ctid, in->head.created);
		ret = unpack(in, x->c, e);
	}
	if (!ret)
		return vz_making_end(x->c, e);
	vz_making_undo(x->c, NULL);
	return e->cause == VZ_NOSPACE ? ret : backup_chain_blame(in, e);
}

int cmd_import(struct ctx *x, int argc, char **argv, struct vz_err *e)
{
	static const struct option none[] = { { NULL, 0, NULL, 0 } };
	struct backup_chain in;
	char path[PATH_MAX];
	int ret;

	if (next_option(argc, argv, none, VZ_BADSYNTAX, e) == '?')
		return e->err;
	if (optind == argc)
		return vz_error(e, VZ_BADSYNTAX, -EINVAL, "import needs a file to read, - for "
				"standard input, and behind it the increments on it");
	if (!access(vz_conf_path(path, x->id), F_OK))
		return vz_error(e, VZ_PRIVATEEXISTS, -EEXIST,
				"CT %u is there already: destroy it, or take another number",
				x->id);
	ret = backup_chain_open(argv + optind, argc - optind, &in, e);
	if (!ret)
		ret = check(x, &in, e);
	if (!ret)
		ret = make(x, &in, e);
	if (!ret)
		vz_say("Container was imported%s",
		       in.head.suspended ? "; its processes go on with vzctl resume" : "");
	backup_chain_close(&in);
	return ret;
}
