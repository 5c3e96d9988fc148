// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vzctl rename: a stopped VE gets another number, and keeps its files, its name, its ids and its
 * settings. All is checked before; then one rename decides (libvz/renumber.h).
 */
#include <errno.h>
#include <limits.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "libvz/area.h"
#include "libvz/cleanup.h"
#include "libvz/commit.h"
#include "libvz/conf.h"
#include "libvz/err.h"
#include "libvz/lock.h"
#include "libvz/log.h"
#include "libvz/look.h"
#include "libvz/owner.h"
#include "libvz/private.h"
#include "libvz/quota_area.h"
#include "libvz/renumber.h"
#include "libvz/script_path.h"
#include "libvz/state.h"
#include "libvz/vacant.h"
#include "libvz/ve_cgroup.h"
#include "vzctl/at_rest.h"
#include "vzctl/cmd_rename.h"
#include "vzctl/options.h"
#include "vzctl/snapshot.h"

static int check_old(const struct vz_conf *c, struct vz_err *e)
{
	char path[PATH_MAX];
	cleanup_close int area = -1;
	int ret = vz_owner_check(c, VZ_CLAIM_DESTROY, e);

	if (ret)
		return ret;
	ret = at_rest_check(c, e);
	if (ret)
		return ret;
	ret = vz_area_open(c, &area, e);
	if (ret)
		return ret;
	if (vz_ve_suspended(c))
		return vz_error(e, VZ_RUNNING, -EBUSY, "Container is suspended, and its memory has "
				"its number: resume and stop it first");
	if (!access(snapshot_path(path, c, NULL, ""), F_OK))
		return vz_error(e, VZ_BADVALUE, -EOPNOTSUPP, "Container has snapshots in %s: "
				"delete them first", path);
	return 0;
}

static int check_scripts(unsigned int old, unsigned int new, struct vz_err *e)
{
	char from[PATH_MAX], to[PATH_MAX];

	for (const char *const *end = vz_script_ends; *end; end++) {
		vz_script_path(from, old, *end);
		vz_script_path(to, new, *end);
		if (!access(from, F_OK) && !access(to, F_OK))
			return vz_error(e, VZ_BADVALUE, -EEXIST, "%s is there already: remove it, "
					"or %s", to, from);
	}
	return 0;
}

static dev_t device_of(const char *path)
{
	char above[PATH_MAX];
	struct stat st;
	char *slash;

	snprintf(above, sizeof(above), "%s", path);
	slash = strrchr(above, '/');
	if (slash)
		slash[slash == above] = '\0';
	return stat(above, &st) ? 0 : st.st_dev;
}

static int check_new(const struct vz_conf *c, const struct vz_conf *new, struct vz_err *e)
{
	char path[PATH_MAX];
	bool done;
	int ret = vz_commit_finish(new, &done, e);

	if (ret)
		return ret;
	if (!access(vz_conf_path(path, new->id), F_OK))
		return vz_error(e, VZ_PRIVATEEXISTS, -EEXIST, "CT %u is there already", new->id);
	ret = vz_vacant_take(new, false, e);
	if (ret)
		return ret;
	ret = check_scripts(c->id, new->id, e);
	if (ret)
		return ret;
	if (!strcmp(c->private, new->private))
		return 0;
	ret = vz_private_place(new, e);
	if (!ret && device_of(c->private) != device_of(new->private))
		ret = vz_error(e, VZ_BADVALUE, -EXDEV, "%s and %s are in two file systems: vzctl "
			       "move it first", c->private, new->private);
	return ret;
}

/* A path of its own that ends in the old number. */
static int renumber_path(struct vz_conf *new, unsigned int old, const char *name,
			 struct vz_err *e)
{
	const char *path = vz_conf_get_own(new, name);
	const char *slash = path ? strrchr(path, '/') : NULL;
	char number[16], text[PATH_MAX];

	snprintf(number, sizeof(number), "%u", old);
	if (!slash || strcmp(slash + 1, number))
		return 0;
	snprintf(text, sizeof(text), "%.*s/%u", (int)(slash - path), path, new->id);
	return vz_conf_set(new, name, text, e);
}

/* The host's ends of its devices, as far as they were named by its number and have room. */
static int renumber_devices(struct vz_conf *new, unsigned int old, struct vz_err *e)
{
	const char *rest = vz_conf_get_own(new, "NETIF"), *hit;
	cleanup_free char *text = NULL;
	char was[40], is[40];
	size_t len;
	FILE *out;

	snprintf(was, sizeof(was), "host_ifname=veth%u.", old);
	snprintf(is, sizeof(is), "host_ifname=veth%u.", new->id);
	if (!rest || !strstr(rest, was))
		return 0;
	out = open_memstream(&text, &len);
	if (!out)
		return vz_error_sys(e, VZ_NOMEM, -ENOMEM, "NETIF");
	for (; (hit = strstr(rest, was)); rest = hit + strlen(was)) {
		size_t end = strcspn(hit + strlen(was), ",;");

		fprintf(out, "%.*s%s", (int)(hit - rest), rest,
			strlen(is) - strlen("host_ifname=") + end < IFNAMSIZ ? is : was);
	}
	fputs(rest, out);
	if (fclose(out))
		return vz_error_sys(e, VZ_NOMEM, -ENOMEM, "NETIF");
	return vz_conf_set(new, "NETIF", text, e);
}

static int new_config(const struct vz_conf *c, unsigned int id, struct vz_conf **new,
		      struct vz_err *e)
{
	char path[PATH_MAX];
	int ret = vz_conf_load_path(id, vz_conf_path(path, c->id), new, e);

	if (!ret)
		ret = renumber_path(*new, c->id, "VE_PRIVATE", e);
	if (!ret)
		ret = renumber_path(*new, c->id, "VE_ROOT", e);
	return ret ? ret : renumber_devices(*new, c->id, e);
}

static int rename_locked(const struct vz_conf *c, const struct vz_conf *new, struct vz_err *e)
{
	char stage[PATH_MAX];
	int ret = check_new(c, new, e);

	if (ret)
		return ret;
	ret = vz_ve_cgroup_remove(c->id, e);
	if (ret)
		return ret;
	ret = vz_commit_begin(c, stage, e);
	if (ret)
		return ret;
	ret = vz_renumber_put(c, new, stage, e);
	if (ret)
		vz_commit_undo(c);
	return ret ? ret : vz_commit_do(c, e);
}

static int parse(int argc, char **argv, unsigned int old, unsigned int *id, struct vz_err *e)
{
	static const struct option none[] = { { NULL, 0, NULL, 0 } };

	if (next_option(argc, argv, none, VZ_BADSYNTAX, e) == '?')
		return e->err;
	if (optind + 1 != argc)
		return vz_error(e, VZ_BADSYNTAX, -EINVAL, "rename needs the new id of the CT");
	if (vz_parse_id(argv[optind], id) || !*id)
		return vz_error(e, VZ_BADVALUE, -EINVAL, "Bad CT ID %s. A name is given with vzctl "
				"set %u --name NAME --save", argv[optind], old);
	return *id == old ? vz_error(e, VZ_BADVALUE, -EEXIST, "%u is its number already", old) : 0;
}

int cmd_rename(struct ctx *x, int argc, char **argv, struct vz_err *e)
{
	cleanup_conf struct vz_conf *new = NULL;
	struct vz_err later = { 0 };
	unsigned int id;
	int ret = parse(argc, argv, x->id, &id, e);

	if (ret)
		return ret;
	ret = check_old(x->c, e);
	if (ret)
		return ret;
	ret = new_config(x->c, id, &new, e);
	if (ret)
		return ret;
	ret = vz_lock(new, "rename", e);
	if (ret)
		return ret;
	ret = rename_locked(x->c, new, e);
	if (!ret) {
		if (x->c->root && strcmp(x->c->root, new->root))
			rmdir(x->c->root);
		vz_look_forget(x->id);
		/* What is not done now is done at its start. */
		if (vz_quota_ready(new, &later))
			vz_warn("%s", later.msg);
		vz_error_free(&later);
	}
	vz_unlock(new);
	return ret;
}
