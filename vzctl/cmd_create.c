// SPDX-License-Identifier: GPL-2.0-or-later
/* vzctl create. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "libvz/cleanup.h"
#include "libvz/conf.h"
#include "libvz/conf_list.h"
#include "libvz/err.h"
#include "libvz/guest_conf.h"
#include "libvz/log.h"
#include "libvz/lower.h"
#include "libvz/making.h"
#include "libvz/overlay.h"
#include "libvz/paths.h"
#include "libvz/private.h"
#include "libvz/script.h"
#include "libvz/setting_take.h"
#include "libvz/template.h"
#include "libvz/vacant.h"
#include "libvz/value.h"
#include "vzctl/cmd_create.h"
#include "vzctl/ctx.h"
#include "vzctl/name.h"
#include "vzctl/options.h"
#include "vzctl/row_words.h"

/* Options of its own; the others are rows with VZ_S_CREATE, above all that getopt says itself. */
enum { CONFIG = 1, LOCAL_UID, LOCAL_GID, DRY_RUN };

static const struct option own[] = {
	{ "config", required_argument, NULL, CONFIG },
	{ "local_uid", required_argument, NULL, LOCAL_UID },
	{ "local_gid", required_argument, NULL, LOCAL_GID },
	{ "dry-run", no_argument, NULL, DRY_RUN },
};

#define NR_OWN		(sizeof(own) / sizeof(own[0]))

struct args {
	const char *config, *uid, *gid;
	bool dry_run;
	struct row_words rows;
};

static int parse(int argc, char **argv, struct args *a, struct vz_err *e)
{
	struct option opts[NR_OWN + ROW_OPTIONS_MAX + 1] = { 0 };
	char names[ROW_OPTIONS_MAX][32];
	int c;

	memcpy(opts, own, sizeof(own));
	row_options(opts + NR_OWN, names, VZ_S_CREATE);
	while ((c = next_option(argc, argv, opts, VZ_BADVALUE, e)) != -1) {
		switch (c) {
		case '?': return e->err;
		case CONFIG: a->config = optarg; break;
		case LOCAL_UID: a->uid = optarg; break;
		case LOCAL_GID: a->gid = optarg; break;
		case DRY_RUN: a->dry_run = true; break;
		default:
			if (row_words_keep(&a->rows, c, optarg, e))
				return e->err;
		}
	}
	if (a->gid && (!a->uid || strcmp(a->uid, a->gid)))
		return vz_error(e, VZ_BADVALUE, -EINVAL, "--local_gid must equal --local_uid");
	return no_more_words(argc, argv, e);
}

/* An existing configuration is used; else that of the sample. */
static int base_config(struct ctx *x, const char *sample, struct vz_err *e)
{
	char path[PATH_MAX];
	int ret;

	if (!access(vz_conf_path(path, x->id), F_OK)) {
		if (sample)
			vz_warn("Warning: CT config file already exists, will be used instead of sample %s",
				sample);
		return vz_conf_load(x->id, &x->c, e);
	}
	ret = vz_conf_new(x->id, &x->c, e);
	if (ret)
		return ret;
	if (!sample)
		sample = x->c->config_sample ? strdupa(x->c->config_sample) : NULL;
	if (!sample)
		return 0;
	if (strchr(sample, '/'))
		return vz_error(e, VZ_COPYCONF, -EINVAL, "Bad name of a sample: %s", sample);
	snprintf(path, sizeof(path), VZ_CONFDIR "/ve-%s.conf-sample", sample);
	if (access(path, R_OK))
		return vz_error_sys(e, VZ_COPYCONF, -errno,
				    "Sample configuration %s cannot be read", path);
	vz_conf_free(x->c);
	x->c = NULL;
	ret = vz_conf_load_path(x->id, path, &x->c, e);
	return ret ? ret : vz_conf_set(x->c, "ORIGIN_SAMPLE", sample, e);
}

/* Old hosts have VE_LAYOUT=ploop for all; only who asks for one by its name is refused. */
static int check_layout(struct vz_conf *c, bool asked, struct vz_err *e)
{
	struct vz_word word = { 0 };
	struct vz_take t = { .s = &vz_settings[VZ_SET_VE_LAYOUT], .c = c, .word = &word, .n = 1 };
	int ret;

	if (!c->layout)
		return 0;
	/* The word outlives the field that it comes from. From here on it is the VE's own. */
	word.arg = strdupa(c->layout);
	ret = vz_setting_take(&t, e);
	if (!ret || asked)
		return ret;
	vz_error_free(e);
	vz_warn("Warning: there is no layout %s here, as VE_LAYOUT in the configuration has it: the "
		"CT gets layout dir", word.arg);
	word.arg = "dir";
	return vz_setting_take(&t, e);
}

static int given_range(struct vz_conf *c, const char *uid, struct vz_err *e)
{
	int ret = vz_conf_set(c, "LOCAL_UID", uid, e);

	if (!ret)
		ret = vz_conf_set(c, "LOCAL_GID", uid, e);
	return ret ? ret : vz_conf_check_range(c->id, c->uid_base, e);
}

static int own_range(struct vz_conf *c, const struct args *a, struct vz_err *e)
{
	if (a->uid)
		return of_option(given_range(c, a->uid, e), "--local_uid", e);
	if (c->uid_base)
		return vz_conf_check_range(c->id, c->uid_base, e);
	return vz_conf_choose_range(c, e);
}

/*
 * The configuration is written first: it takes the id range. Two creates at
 * a time must not choose the same, hence the lock on the folder.
 */
static int reserve(struct vz_conf *c, const struct args *a, struct vz_err *e)
{
	cleanup_close int dir = -1;
	int ret = vz_conf_list_lock(&dir, e);

	if (ret)
		return ret;
	ret = own_range(c, a, e);
	if (!ret && row_words_last(&a->rows, VZ_SET_NAME))
		ret = set_name(c, row_words_last(&a->rows, VZ_SET_NAME), e);
	return ret ? ret : vz_conf_save(c, e);
}

/* existed: the configuration was there before, and stays whatever happens. */
static int make(struct ctx *x, const struct args *a, const char *ostemplate, bool existed,
		struct vz_err *e)
{
	int ret = existed ? 0 : vz_making_begin(x->c, "create", e);

	if (!ret)
		ret = of_option(vz_conf_set(x->c, "OSTEMPLATE", ostemplate, e), "--ostemplate", e);
	if (!ret && vz_is_overlay(x->c))
		ret = vz_lower_choose(x->c, ostemplate, e);
	if (ret)
		return ret;
	ret = reserve(x->c, a, e);
	if (ret)
		return ret;
	vz_say("Creating container private area (%s)", ostemplate);
	ret = vz_private_create(x->c, ostemplate, e);
	if (ret)
		return ret;
	vz_say("Performing postcreate actions");
	ret = vz_guest_hostname(x->c, e);
	if (!ret)
		ret = vz_making_end(x->c, e);
	if (ret)
		vz_private_remove(x->c, NULL);
	return ret;
}

static int tell(const struct ctx *x, const struct args *a, const char *ostemplate, const char *conf,
		struct vz_err *e)
{
	const char *name = row_words_last(&a->rows, VZ_SET_NAME);
	char path[PATH_MAX];
	int ret = vz_template_find(x->c, ostemplate, path, e);

	if (!ret)
		ret = own_range(x->c, a, e);
	if (!ret && name)
		ret = name_check(x->c, name, e);
	if (ret)
		return ret;
	vz_say("%s would be %s %s, for user ids from %u", path,
	       vz_is_overlay(x->c) ? "shared by" : "unpacked into", x->c->private, x->c->uid_base);
	vz_say("%s would be written", conf);
	vz_say("Nothing was changed");
	return 0;
}

static int create(struct ctx *x, const struct args *a, struct vz_err *e)
{
	const char *ostemplate, *name;
	char path[PATH_MAX];
	struct stat st;
	bool existed;
	int ret;

	name = row_words_last(&a->rows, VZ_SET_NAME);
	if (name && !vz_name_valid(name))
		return vz_error(e, VZ_SETNAME, -EINVAL, "Invalid --name: %s", name);
	existed = !access(vz_conf_path(path, x->id), F_OK);
	ret = base_config(x, a->config, e);
	if (ret)
		return ret;
	ret = row_words_take(&a->rows, x->c, e);
	if (ret)
		return ret;
	ret = check_layout(x->c, row_words_has(&a->rows, VZ_SET_VE_LAYOUT), e);
	if (ret)
		return ret;
	if (x->c->private && !lstat(x->c->private, &st))
		return vz_error(e, VZ_PRIVATEEXISTS, -EEXIST, "Private area already exists in %s",
				x->c->private);
	ret = x->dry_run || a->dry_run ? vz_vacant_check(x->c, false, e)
				   : vz_vacant_take(x->c, false, e);
	if (ret)
		return ret;
	ostemplate = row_words_last(&a->rows, VZ_SET_OSTEMPLATE);
	if (!ostemplate)
		ostemplate = x->c->ostemplate ? x->c->ostemplate : x->c->def_ostemplate;
	if (!ostemplate)
		return vz_error(e, VZ_NOOSTEMPLATE, -EINVAL,
				"OS template is not given: use --ostemplate");
	/* The word outlives the field it may come from. */
	ostemplate = strdupa(ostemplate);
	if (x->dry_run || a->dry_run)
		return tell(x, a, ostemplate, path, e);
	ret = make(x, a, ostemplate, existed, e);
	if (ret) {
		if (existed && name)
			set_name(x->c, NULL, NULL);
		else if (!existed)
			vz_making_undo(x->c, NULL);
		return ret;
	}
	vz_say("CT configuration saved to %s", path);
	vz_say("Container private area was created");
	return vz_action_script(x->c, "create", e);
}

int cmd_create(struct ctx *x, int argc, char **argv, struct vz_err *e)
{
	struct args a = { 0 };
	int ret = parse(argc, argv, &a, e);

	if (!ret)
		ret = create(x, &a, e);
	row_words_free(&a.rows);
	return ret;
}
