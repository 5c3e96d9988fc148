// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A VE's cgroup: <id> is bound while it is empty, limits and identity are set,
 * then payload (the root the VE sees, owned by the VE's root) and criu are made.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "include/vz/abi.h"
#include "libvz/cgroup.h"
#include "libvz/cgtree.h"
#include "libvz/cleanup.h"
#include "libvz/conf.h"
#include "libvz/conf_list.h"
#include "libvz/device_conf.h"
#include "libvz/err.h"
#include "libvz/file.h"
#include "libvz/ip.h"
#include "libvz/limits.h"
#include "libvz/log.h"
#include "libvz/setting.h"
#include "libvz/state.h"
#include "libvz/value.h"
#include "libvz/ve_cgroup.h"

static int bind_id(const struct vz_conf *c, struct vz_err *e)
{
	cleanup_free char *old = NULL;
	char path[PATH_MAX], text[16];
	int ret;

	if (!vz_read_file(vz_cgroup_path(path, c->id, "ve.id"), &old) &&
	    (unsigned int)atoi(old) == c->id)
		return 0;
	snprintf(text, sizeof(text), "%u", c->id);
	ret = vz_write_file(path, text);
	if (ret == -ENOENT)
		return vz_error(e, VZ_BADKERNEL, ret, "%s is missing: the ve controller is not on",
				path);
	return ret ? vz_error_sys(e, VZ_SYSTEM, ret, "Cannot bind CT %u to its cgroup", c->id) : 0;
}

int vz_cgroup_add_ip(unsigned int id, const struct vz_ip *ip, struct vz_err *e)
{
	char path[PATH_MAX], text[VZ_IP_TEXT], line[VZ_IP_TEXT + 1];
	int ret;

	snprintf(line, sizeof(line), "+%s", vz_ip_text(ip, text));
	ret = vz_write_file(vz_cgroup_path(path, id, "ve.ip"), line);
	if (ret == -EADDRINUSE)
		return vz_error(e, VZ_IPUSED, ret,
				"IP address already used: %s belongs to another CT", text);
	return ret ? vz_error_sys(e, VZ_ADDIP, ret, "Unable to add IP %s", text) : 0;
}

int vz_cgroup_del_ip(unsigned int id, const struct vz_ip *ip, struct vz_err *e)
{
	char path[PATH_MAX], text[VZ_IP_TEXT], line[VZ_IP_TEXT + 1];
	int ret;

	snprintf(line, sizeof(line), "-%s", vz_ip_text(ip, text));
	ret = vz_write_file(vz_cgroup_path(path, id, "ve.ip"), line);
	if (ret == -EADDRNOTAVAIL)
		return 0;
	return ret ? vz_error_sys(e, VZ_ADDIP, ret, "Unable to remove IP %s", text) : 0;
}

/* Owned addresses become exactly those of the configuration. */
static int set_addresses(const struct vz_conf *c, struct vz_err *e)
{
	char path[PATH_MAX];
	size_t i;
	int ret;

	/* Nothing is owned: that is an error of some kernels and no news. */
	ret = vz_write_file(vz_cgroup_path(path, c->id, "ve.ip"), "-all");
	if (ret && ret != -EADDRNOTAVAIL && ret != -ENOENT)
		return vz_error_sys(e, VZ_ADDIP, ret, "Cannot clear the addresses of CT %u", c->id);
	for (i = 0; i < c->ip.n; i++) {
		ret = vz_cgroup_add_ip(c->id, &c->ip.ip[i], e);
		if (ret)
			return ret;
	}
	return 0;
}

static bool known_feature(const char *name)
{
	static const char *const known[] = {
#define FEATURE(bit, word)	word,
		VE_FEATURES(FEATURE)
#undef FEATURE
	};
	size_t i;

	for (i = 0; i < VE_NR_FEATURES; i++)
		if (!strcmp(known[i], name))
			return true;
	return false;
}

bool vz_feature_is_on(const struct vz_conf *c, const char *name)
{
	const char *p = c->features;
	char word[64];
	bool on = false;

	while (vz_word(&p, word, sizeof(word))) {
		char *colon = strchr(word, ':');

		if (colon)
			*colon = '\0';
		if (!strcmp(word, name))
			on = !colon || !strcmp(colon + 1, "on");
	}
	return on;
}

/* Configuration: "nesting:on,bpf:off" or blanks; ve.features: names that are on. */
static int set_features(const struct vz_conf *c, struct vz_err *e)
{
	const char *p = c->features;
	char word[64], list[512] = "";
	size_t n = 0;

	while (vz_word(&p, word, sizeof(word))) {
		char *colon = strchr(word, ':');

		if (colon) {
			*colon = '\0';
			if (strcmp(colon + 1, "on"))
				continue;
		}
		if (vz_feature_is_free(word))
			continue;
		if (!known_feature(word)) {
			vz_warn("Warning: feature %s is not known and ignored", word);
			continue;
		}
		if (n + strlen(word) + 2 > sizeof(list))
			return vz_error(e, VZ_BADVALUE, -EINVAL, "Too many features");
		n += sprintf(list + n, "%s%s", n ? " " : "", word);
	}
	sprintf(list + n, "\n");
	return vz_cgroup_write(c->id, "ve.features", list, e);
}

/* An older kernel has no such file, and each VE has all of it. */
static int set_netfilter(const struct vz_conf *c, struct vz_err *e)
{
	const char *level = c->netfilter ? c->netfilter : "full";
	char path[PATH_MAX];
	int ret = vz_write_file(vz_cgroup_path(path, c->id, "ve.netfilter"), level);

	if (ret != -ENOENT)
		return ret ? vz_error_sys(e, VZ_SYSTEM, ret, "Cannot set netfilter of CT %u to %s",
					  c->id, level)
			   : 0;
	if (!c->netfilter || !strcmp(c->netfilter, "full"))
		return 0;
	return vz_error(e, VZ_BADKERNEL, ret, "This kernel cannot keep packet filters from CT %u: "
			"take NETFILTER=\"%s\" from its configuration", c->id, level);
}

/* The VE's root owns what cgroup delegation gives away, nothing more. */
static int make_payload(const struct vz_conf *c, struct vz_err *e)
{
	static const char *const ctl[] = { "+cpu", "+io", "+memory", "+pids" };
	cleanup_close int fd = -1;
	char path[PATH_MAX];
	size_t i;
	int ret;

	vz_cgroup_path(path, c->id, "cgroup.subtree_control");
	for (i = 0; i < sizeof(ctl) / sizeof(ctl[0]); i++)
		vz_write_file(path, ctl[i]);
	if (mkdir(vz_cgroup_path(path, c->id, "criu"), 0755) && errno != EEXIST)
		return vz_error_sys(e, VZ_SYSTEM, -errno, "Cannot make %s", path);
	if (mkdir(vz_cgroup_path(path, c->id, "payload"), 0755) && errno != EEXIST)
		return vz_error_sys(e, VZ_SYSTEM, -errno, "Cannot make %s", path);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || fchown(fd, c->uid_base, c->uid_base))
		return vz_error_sys(e, VZ_SYSTEM, -errno, "Cannot give away %s", path);
	ret = vz_cgroup_give_files(fd, c->uid_base, c->uid_base);
	return ret ? vz_error_sys(e, VZ_SYSTEM, ret, "Cannot give away files of %s", path) : 0;
}

int vz_ve_cgroup_create(const struct vz_conf *c, struct vz_err *e)
{
	char path[PATH_MAX], uid[12];
	bool made;
	int ret;

	if (!c->uid_base)
		return vz_error(e, VZ_BADCONF, -EINVAL, "CT %u has no range of user ids: "
				"LOCAL_UID is not in its configuration", c->id);
	ret = vz_conf_check_range(c->id, c->uid_base, e);
	if (ret)
		return ret;
	ret = vz_cgroup_prepare(e);
	if (ret)
		return ret;
	made = !mkdir(vz_cgroup_path(path, c->id, ""), 0755);
	if (!made && errno != EEXIST)
		return vz_error_sys(e, VZ_SYSTEM, -errno, "Cannot make the cgroup %s", path);
	ret = bind_id(c, e);
	snprintf(uid, sizeof(uid), "%u", c->uid_base);
	if (!ret)
		ret = vz_cgroup_write(c->id, "ve.uid", uid, e);
	if (!ret)
		ret = vz_ve_apply_limits(c, e);
	if (!ret)
		ret = set_features(c, e);
	if (!ret)
		ret = set_netfilter(c, e);
	if (!ret)
		ret = set_addresses(c, e);
	if (!ret)
		ret = vz_device_conf_apply(c, NULL, e);
	if (!ret)
		ret = make_payload(c, e);
	if (ret && made)
		vz_ve_cgroup_remove(c->id, NULL);
	return ret;
}

int vz_ve_cgroup_remove(unsigned int id, struct vz_err *e)
{
	char path[PATH_MAX];
	int ret;

	if (access(vz_cgroup_path(path, id, ""), F_OK))
		return 0;
	ret = vz_ve_kill(id, e);
	if (ret)
		return ret;
	ret = vz_cgtree_remove(AT_FDCWD, path);
	return ret ? vz_error_sys(e, VZ_SYSTEM, ret, "Cannot remove the cgroup %s", path) : 0;
}
