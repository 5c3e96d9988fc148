// SPDX-License-Identifier: GPL-2.0-or-later
/* Names of VEs, layouts and address lists: what create and set share. */
#include <errno.h>
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
#include "libvz/paths.h"
#include "libvz/value.h"
#include "vzctl/name.h"

static void link_path(char *buf, const char *name)
{
	snprintf(buf, PATH_MAX, VZ_NAMES "/%s", name);
}

static int take_name(const struct vz_conf *c, const char *name, struct vz_err *e)
{
	char path[PATH_MAX], conf[PATH_MAX];
	struct vz_err none = { 0 };
	unsigned int id;

	link_path(path, name);
	vz_conf_path(conf, c->id);
	if (!symlink(conf, path))
		return 0;
	if (errno != EEXIST)
		return vz_error_sys(e, VZ_SETNAME, -errno, "Cannot make %s", path);
	if (!vz_conf_resolve(name, &id, &none) && id == c->id)
		return 0;
	vz_error_free(&none);
	/* A link into nowhere belongs to nobody. */
	if (access(path, F_OK) && !unlink(path) && !symlink(conf, path))
		return 0;
	return vz_error(e, VZ_SETNAME, -EEXIST, "Conflict: name %s already used by another CT", name);
}

int set_name(struct vz_conf *c, const char *name, struct vz_err *e)
{
	cleanup_free char *old = c->name ? strdup(c->name) : NULL;
	char path[PATH_MAX];
	unsigned int id;
	int ret;

	if (name && *name) {
		if (!vz_name_valid(name))
			return vz_error(e, VZ_SETNAME, -EINVAL, "Invalid name: %s", name);
		if (mkdir(VZ_NAMES, 0755) && errno != EEXIST)
			return vz_error_sys(e, VZ_SETNAME, -errno, "Cannot make " VZ_NAMES);
		ret = take_name(c, name, e);
		if (ret)
			return ret;
	}
	if (old && vz_name_valid(old) && (!name || strcmp(old, name))) {
		struct vz_err none = { 0 };

		link_path(path, old);
		if (!vz_conf_resolve(old, &id, &none) && id == c->id)
			unlink(path);
		vz_error_free(&none);
	}
	return vz_conf_set(c, "NAME", name && *name ? name : NULL, e);
}

int check_layout(const char *layout, struct vz_err *e)
{
	if (!strcmp(layout, "dir") || !strcmp(layout, "simfs"))
		return 0;
	return vz_error(e, VZ_BADVALUE, -EOPNOTSUPP, "Layout %s is not supported: only dir (simfs) is",
			layout);
}

/* The list without one address; NULL removes all. */
static int rebuild(struct vz_conf *c, const struct vz_ip *without, const char *more, struct vz_err *e)
{
	cleanup_free char *list = NULL;
	const char *p = c->ip_address;
	char word[VZ_IP_TEXT];
	struct vz_ip ip;
	size_t n;
	FILE *out = open_memstream(&list, &n);

	if (!out)
		return vz_error_sys(e, VZ_NOMEM, -ENOMEM, "IP_ADDRESS");
	while (without && vz_word(&p, word, sizeof(word))) {
		if (!vz_ip_parse(word, &ip) && vz_ip_equal(&ip, without))
			continue;
		fprintf(out, "%s%s", ftell(out) ? " " : "", word);
	}
	if (more)
		fprintf(out, "%s%s", ftell(out) ? " " : "", more);
	fclose(out);
	return vz_conf_set(c, "IP_ADDRESS", list, e);
}

int ip_list_add(struct vz_conf *c, const char *arg, struct vz_err *e)
{
	const char *p = arg;
	char word[VZ_IP_TEXT], text[VZ_IP_TEXT];
	struct vz_ip ip;
	int ret = 0;

	if (!arg[strspn(arg, " ,")])
		return vz_error(e, VZ_BADIP, -EINVAL, "Invalid IP address: \"%s\"", arg);
	while (!ret && vz_word(&p, word, sizeof(word))) {
		if (vz_ip_parse(word, &ip))
			return vz_error(e, VZ_BADIP, -EINVAL, "Invalid IP address: %s", word);
		ret = rebuild(c, &ip, vz_ip_text(&ip, text), e);
	}
	return ret;
}

int ip_list_del(struct vz_conf *c, const char *arg, struct vz_err *e)
{
	struct vz_ip ip;

	if (!strcmp(arg, "all"))
		return rebuild(c, NULL, NULL, e);
	if (vz_ip_parse(arg, &ip))
		return vz_error(e, VZ_BADIP, -EINVAL, "Invalid IP address: %s", arg);
	return rebuild(c, &ip, NULL, e);
}
