// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vzctl unregister leaves the configuration beside the private area, as <private>.conf;
 * register makes a VE of the two, under any number, on this host or on another that
 * has the disk. Files are not touched: they have the VE's own ids.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "libvz/cleanup.h"
#include "libvz/conf.h"
#include "libvz/conf_foreign.h"
#include "libvz/conf_list.h"
#include "libvz/conf_room.h"
#include "libvz/err.h"
#include "libvz/lock.h"
#include "libvz/log.h"
#include "libvz/look.h"
#include "libvz/lower.h"
#include "libvz/overlay.h"
#include "libvz/report.h"
#include "libvz/owner.h"
#include "libvz/paths.h"
#include "libvz/private.h"
#include "libvz/script_path.h"
#include "libvz/quota.h"
#include "libvz/state.h"
#include "libvz/vacant.h"
#include "libvz/ve_cgroup.h"
#include "vzctl/at_rest.h"
#include "vzctl/cmd_register.h"
#include "vzctl/name.h"
#include "vzctl/options.h"

#define KEPT	".conf"		/* behind the private area's name */
#define ASIDE	".unregistered"	/* behind those of action scripts */

/* ---- unregister ---- */

static int check_idle(const struct vz_conf *c, struct vz_err *e)
{
	int ret = at_rest_check(c, e);

	if (ret)
		return ret;
	if (vz_ve_suspended(c))
		return vz_error(e, VZ_RUNNING, -EBUSY, "Container is suspended: its memory would "
				"stay behind; resume and stop it first");
	return vz_owner_check(c, VZ_CLAIM_DESTROY, e);
}

int cmd_unregister(struct ctx *x, int argc, char **argv, struct vz_err *e)
{
	static const struct option options[] = {
		{ "force", no_argument, NULL, 'f' }, { NULL, 0, NULL, 0 },
	};
	char kept[PATH_MAX], path[PATH_MAX];
	int c, ret, scripts;

	while ((c = next_option(argc, argv, options, VZ_BADSYNTAX, e)) != -1)
		if (c == '?')
			return e->err;
	ret = no_more_words(argc, argv, e);
	if (!ret && !x->c->private)
		ret = vz_error(e, VZ_NOPRIVATE, -EINVAL, "VE_PRIVATE is not set");
	if (ret)
		return ret;
	ret = check_idle(x->c, e);
	if (ret)
		return ret;
	/* Its counters would be those of the next VE of this number. */
	ret = vz_ve_cgroup_remove(x->id, e);
	if (ret)
		return ret;
	/* With its name, which may be free when it comes again. */
	snprintf(kept, sizeof(kept), "%s" KEPT, x->c->private);
	ret = vz_conf_write(x->c, kept, e);
	if (ret)
		return ret;
	/* They run as the host's root: they stay here, no VE has them until somebody says so. */
	scripts = vz_scripts_aside(x->id, ASIDE, e);
	if (scripts < 0)
		return scripts;
	if (x->c->name)
		ret = set_name(x->c, NULL, e);
	if (!ret && unlink(vz_conf_path(path, x->id)))
		ret = vz_error_sys(e, VZ_SAVECONF, -errno, "remove %s", path);
	if (ret)
		return ret;
	vz_quota_forget(x->c);
	vz_look_forget(x->id);
	vz_say("Container was unregistered; %s and %s are what is left of it", x->c->private, kept);
	if (scripts)
		vz_say("Its action scripts are now " VZ_CONFDIR "/%u.*" ASIDE
		       ": rename them once it is registered again", x->id);
	return 0;
}

/* ---- register ---- */

static int settle_name(struct vz_conf *c, struct vz_err *e)
{
	cleanup_free char *name = c->name ? strdup(c->name) : NULL;
	struct vz_err taken = { 0 };
	int ret = name ? vz_conf_set(c, "NAME", NULL, e) : 0;

	if (ret || !name)
		return ret;
	if (set_name(c, name, &taken))
		vz_warn("The name %s is not kept: %s", name, taken.msg ? taken.msg : "not valid");
	vz_error_free(&taken);
	return 0;
}

/* Its own range, where that is free here; it is no property of the files. */
static int settle_range(struct vz_conf *c, struct vz_err *e)
{
	struct vz_err taken = { 0 };
	int ret;

	if (c->uid_base && !vz_conf_check_range(c->id, c->uid_base, &taken))
		return 0;
	vz_error_free(&taken);
	ret = vz_conf_set(c, "LOCAL_UID", NULL, e);
	if (!ret)
		ret = vz_conf_set(c, "LOCAL_GID", NULL, e);
	return ret ? ret : vz_conf_choose_range(c, e);
}

static int reserve(struct vz_conf *c, struct vz_err *e)
{
	cleanup_close int dir = -1;
	int ret = vz_conf_list_lock(&dir, e);

	if (ret)
		return ret;
	ret = settle_range(c, e);
	if (!ret)
		ret = settle_name(c, e);
	return ret ? ret : vz_conf_save(c, e);
}

/* No two VEs have one private area. */
static int check_free(const struct vz_conf *c, struct vz_err *e)
{
	unsigned int *ids = NULL;
	size_t n = 0;
	int ret = vz_conf_list(&ids, &n, e);

	for (size_t i = 0; !ret && i < n; i++) {
		cleanup_conf struct vz_conf *other = NULL;

		if (!vz_conf_load(ids[i], &other, NULL) && other->private &&
		    !strcmp(other->private, c->private))
			ret = vz_error(e, VZ_PRIVATEEXISTS, -EEXIST, "%s is that of CT %u",
				       c->private, ids[i]);
	}
	free(ids);
	return ret;
}

/* Files cannot leave the count of one project for another's but as copies. */
static int check_counted(unsigned int id, const char *area, struct vz_err *e)
{
	cleanup_close int fd = open(area, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	unsigned int owner = fd < 0 ? 0 : vz_quota_owner(fd);

	if (fd < 0)
		return vz_error_sys(e, VZ_PRIVATEMISSING, -errno, "open %s", area);
	return owner && owner != id ?
	       vz_error(e, VZ_BADVALUE, -EXDEV, "The file system counts %s as CT %u's: register it "
			"under that number, and clone it to another", area, owner) : 0;
}

static int load(unsigned int id, const char *area, struct vz_conf **c, struct vz_err *e)
{
	char kept[PATH_MAX], lower[PATH_MAX];
	struct stat st;
	int ret;

	if (lstat(area, &st) || !S_ISDIR(st.st_mode))
		return vz_error(e, VZ_PRIVATEMISSING, -ENOENT, "%s is no private area", area);
	snprintf(kept, sizeof(kept), "%s" KEPT, area);
	if (access(kept, R_OK))
		return vz_error(e, VZ_NOVECONFIG, -errno, "The configuration of the CT, %s: %s "
				"(vzctl unregister leaves it there; vztmpl import takes the folder "
				"of a system)", kept, strerror(errno));
	ret = vz_conf_foreign_load(id, kept, c, e);
	if (!ret)
		ret = vz_conf_set(*c, "VE_ROOT", NULL, e);
	if (!ret)
		ret = vz_conf_set(*c, "VE_PRIVATE", area, e);
	if (!ret)
		ret = vz_private_closed(*c, e);
	if (!ret)
		ret = check_free(*c, e);
	if (!ret)
		ret = check_counted(id, area, e);
	if (!ret && vz_is_overlay(*c))
		ret = vz_lower_ready(*c, lower, e);
	return ret;
}

/* Where the configuration is that is taken from there. */
static int check_above(const char *area, struct vz_err *e)
{
	char above[PATH_MAX];

	snprintf(above, sizeof(above), "%.*s", (int)(strrchr(area, '/') - area), area);
	return access(*above ? above : "/", W_OK) ?
	       vz_error_sys(e, VZ_SAVECONF, -errno, "Cannot write in %s", above) : 0;
}

/* A register before this one was killed when all but that was done. */
static void drop_kept(unsigned int id, const char *area, const char *kept)
{
	cleanup_conf struct vz_conf *c = NULL;
	struct vz_err none = { 0 };

	if (!vz_conf_load(id, &c, &none) && c->private && !strcmp(c->private, area))
		unlink(kept);
	vz_error_free(&none);
}

static int take(unsigned int id, const char *area, struct vz_err *e)
{
	cleanup_conf struct vz_conf *none = NULL, *c = NULL;
	char path[PATH_MAX], kept[PATH_MAX];
	int ret = vz_conf_new(id, &none, e);

	vz_catch_signals();
	if (ret)
		return ret;
	ret = vz_lock(none, "register", e);
	if (ret)
		return ret;
	snprintf(kept, sizeof(kept), "%s" KEPT, area);
	if (!access(vz_conf_path(path, id), F_OK)) {
		drop_kept(id, area, kept);
		ret = vz_error(e, VZ_PRIVATEEXISTS, -EEXIST, "CT %u is there already", id);
	}
	if (!ret)
		ret = load(id, area, &c, e);
	if (!ret)
		ret = vz_vacant_take(c, true, e);
	if (!ret)
		ret = vz_conf_has_room(id, e);
	if (!ret)
		ret = check_above(area, e);
	if (!ret)
		ret = reserve(c, e);
	/* The next call removes it. */
	if (!ret && unlink(kept) && errno != ENOENT)
		ret = vz_error_sys(e, VZ_SAVECONF, -errno, "The CT is registered; remove %s", kept);
	vz_unlock(none);
	return ret;
}

int cmd_register(struct ctx *x, int argc, char **argv, struct vz_err *e)
{
	static const struct option options[] = {
		{ "force", no_argument, NULL, 'f' }, { NULL, 0, NULL, 0 },
	};
	const char *area;
	unsigned int id;
	int c;

	while ((c = next_option(argc, argv, options, VZ_BADSYNTAX, e)) != -1)
		if (c == '?')
			return e->err;
	if (optind + 2 != argc)
		return vz_error(e, VZ_BADSYNTAX, -EINVAL,
				"register needs a private area and the id of the CT to be");
	area = argv[optind];
	if (*area != '/' || strlen(area) > PATH_MAX - 64 || area[strlen(area) - 1] == '/')
		return vz_error(e, VZ_BADVALUE, -EINVAL, "Not an absolute path: %s", area);
	if (vz_parse_id(argv[optind + 1], &id) || !id)
		return vz_error(e, VZ_BADVALUE, -EINVAL, "Bad CT ID %s", argv[optind + 1]);
	if (take(id, area, e))
		return e->err;
	vz_say("Container %u was registered", id);
	return 0;
}
