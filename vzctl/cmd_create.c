// SPDX-License-Identifier: GPL-2.0-or-later
/* vzctl create. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include "libvz/cleanup.h"
#include "libvz/conf.h"
#include "libvz/conf_list.h"
#include "libvz/err.h"
#include "libvz/guest_conf.h"
#include "libvz/log.h"
#include "libvz/paths.h"
#include "libvz/private.h"
#include "libvz/value.h"
#include "vzctl/cmd_create.h"
#include "vzctl/ctx.h"
#include "vzctl/name.h"
#include "vzctl/options.h"

enum {
	OSTEMPLATE = 1, CONFIG, LAYOUT, PRIVATE, ROOT, IPADD, HOSTNAME, NAME, DESCRIPTION,
	LOCAL_UID, LOCAL_GID,
};

static const struct option options[] = {
	{ "ostemplate", required_argument, NULL, OSTEMPLATE },
	{ "config", required_argument, NULL, CONFIG }, { "layout", required_argument, NULL, LAYOUT },
	{ "ve_layout", required_argument, NULL, LAYOUT }, { "velayout", required_argument, NULL, LAYOUT },
	{ "private", required_argument, NULL, PRIVATE }, { "root", required_argument, NULL, ROOT },
	{ "ipadd", required_argument, NULL, IPADD }, { "ip", required_argument, NULL, IPADD },
	{ "hostname", required_argument, NULL, HOSTNAME }, { "name", required_argument, NULL, NAME },
	{ "description", required_argument, NULL, DESCRIPTION },
	{ "local_uid", required_argument, NULL, LOCAL_UID },
	{ "local_gid", required_argument, NULL, LOCAL_GID }, { NULL, 0, NULL, 0 },
};

struct args {
	const char *ostemplate, *config, *name, *hostname, *layout, *private, *root, *description;
	const char *uid, *gid;
	const char *ip[32];
	size_t nr_ip;
};

static int parse(int argc, char **argv, struct args *a, struct vz_err *e)
{
	int c;

	memset(a, 0, sizeof(*a));
	while ((c = next_option(argc, argv, options, VZ_BADVALUE, e)) != -1) {
		switch (c) {
		case OSTEMPLATE: a->ostemplate = optarg; break;
		case CONFIG: a->config = optarg; break;
		case LAYOUT: a->layout = optarg; break;
		case PRIVATE: a->private = optarg; break;
		case ROOT: a->root = optarg; break;
		case HOSTNAME: a->hostname = optarg; break;
		case NAME: a->name = optarg; break;
		case DESCRIPTION: a->description = optarg; break;
		case LOCAL_UID: a->uid = optarg; break;
		case LOCAL_GID: a->gid = optarg; break;
		case IPADD:
			if (a->nr_ip == sizeof(a->ip) / sizeof(a->ip[0]))
				return vz_error(e, VZ_BADVALUE, -E2BIG, "Too many --ipadd");
			a->ip[a->nr_ip++] = optarg;
			break;
		default:
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
		return vz_error_sys(e, VZ_COPYCONF, -errno, "Sample configuration %s cannot be read", path);
	vz_conf_free(x->c);
	x->c = NULL;
	ret = vz_conf_load_path(x->id, path, &x->c, e);
	return ret ? ret : vz_conf_set(x->c, "ORIGIN_SAMPLE", sample, e);
}

static int fill(struct vz_conf *c, const struct args *a, struct vz_err *e)
{
	size_t i;
	int ret = 0;

	if (a->private)
		ret = vz_conf_set(c, "VE_PRIVATE", a->private, e);
	if (!ret && a->root)
		ret = vz_conf_set(c, "VE_ROOT", a->root, e);
	if (!ret && a->hostname && !vz_hostname_valid(a->hostname))
		return vz_error(e, VZ_HOSTNAME, -EINVAL, "Invalid host name: %s", a->hostname);
	if (!ret && a->hostname)
		ret = vz_conf_set(c, "HOSTNAME", a->hostname, e);
	if (!ret && a->description)
		ret = vz_conf_set(c, "DESCRIPTION", a->description, e);
	if (!ret && a->layout)
		ret = vz_conf_set(c, "VE_LAYOUT", a->layout, e);
	for (i = 0; !ret && i < a->nr_ip; i++)
		ret = ip_list_add(c, a->ip[i], e);
	return ret;
}

static int own_range(struct vz_conf *c, const struct args *a, struct vz_err *e)
{
	int ret;

	if (a->uid) {
		ret = vz_conf_set(c, "LOCAL_UID", a->uid, e);
		if (!ret)
			ret = vz_conf_set(c, "LOCAL_GID", a->uid, e);
		return ret ? ret : vz_conf_check_range(c->id, c->uid_base, e);
	}
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
	cleanup_close int dir = open(VZ_CONFDIR, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int ret;

	if (dir < 0 || flock(dir, LOCK_EX))
		return vz_error_sys(e, VZ_SAVECONF, -errno, "Cannot lock " VZ_CONFDIR);
	ret = own_range(c, a, e);
	return ret ? ret : vz_conf_save(c, e);
}

static int make(struct ctx *x, const struct args *a, const char *ostemplate, struct vz_err *e)
{
	int ret;

	ret = vz_conf_set(x->c, "OSTEMPLATE", ostemplate, e);
	if (!ret)
		ret = reserve(x->c, a, e);
	if (ret)
		return ret;
	vz_say("Creating container private area (%s)", ostemplate);
	ret = vz_private_create(x->c, ostemplate, e);
	if (ret)
		return ret;
	vz_say("Performing postcreate actions");
	ret = vz_guest_hostname(x->c, e);
	if (!ret && a->name)
		ret = set_name(x->c, a->name, e);
	if (!ret && a->name)
		ret = vz_conf_save(x->c, e);
	if (ret)
		vz_private_remove(x->c, NULL);
	return ret;
}

int cmd_create(struct ctx *x, int argc, char **argv, struct vz_err *e)
{
	const char *ostemplate;
	char path[PATH_MAX];
	struct stat st;
	struct args a;
	bool existed;
	int ret;

	ret = parse(argc, argv, &a, e);
	if (!ret && a.layout)
		ret = check_layout(a.layout, e);
	if (!ret && a.name && !vz_name_valid(a.name))
		ret = vz_error(e, VZ_SETNAME, -EINVAL, "Invalid name: %s", a.name);
	if (ret)
		return ret;
	existed = !access(vz_conf_path(path, x->id), F_OK);
	ret = base_config(x, a.config, e);
	if (!ret)
		ret = fill(x->c, &a, e);
	if (!ret && x->c->layout)
		ret = check_layout(x->c->layout, e);
	if (ret)
		return ret;
	if (x->c->private && !lstat(x->c->private, &st))
		return vz_error(e, VZ_PRIVATEEXISTS, -EEXIST, "Private area already exists in %s",
				x->c->private);
	ostemplate = a.ostemplate ? a.ostemplate :
		     x->c->ostemplate ? x->c->ostemplate : x->c->def_ostemplate;
	if (!ostemplate)
		return vz_error(e, VZ_NOOSTEMPLATE, -EINVAL, "OS template is not given: use --ostemplate");
	/* The word outlives the field it may come from. */
	ostemplate = strdupa(ostemplate);
	ret = make(x, &a, ostemplate, e);
	if (ret) {
		if (!existed)
			unlink(path);
		return ret;
	}
	vz_say("CT configuration saved to %s", path);
	vz_say("Container private area was created");
	return 0;
}
