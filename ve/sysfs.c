// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a VE sees of /sys: one table, and the hooks of fs/kernfs/dir.c that use it.
 *
 * The viewer is the mount's VE, never current: dentries are cached by superblock,
 * and a mount of a VE has one of its own. What the table does not name is not
 * there, so nothing that a driver adds shows up by itself. Folders that programs
 * take for a sign that sysfs is there stay, empty.
 *
 * The table is constant; names and parents are read under the root's rwsem, which
 * the callers hold.
 */
#include <linux/array_size.h>
#include <linux/fs.h>
#include <linux/kernfs.h>
#include <linux/kstrtox.h>
#include <linux/string.h>
#include <net/net_namespace.h>
#include <vz/object.h>
#include <vz/sysfs.h>

#include "cpus.h"
#include "sysfs.h"

/* The path itself; with a star behind it also all that is below. */
static const char *const shown[] = {
	"block",
	"bus",
	"class",
	"class/net*",
	"dev",
	"dev/block",
	"dev/char",
	"devices",
	"devices/system",
	"devices/system/cpu*",
	"devices/virtual",
	"devices/virtual/net*",
	"fs",
	"fs/cgroup",
	"fs/fuse",
	"fs/fuse/connections",
	"kernel",
	"kernel/cgroup*",
	"kernel/mm",
	"kernel/mm/transparent_hugepage*",
	"module",
};

/* Of CPUs: frequencies, power and microcode are the host's. */
static const char *const hidden[] = {
	"cpufreq", "cpuidle", "microcode", "power", "hotplug", "intel_pstate", "uevent",
	"crash_hotplug", "thermal_throttle", "firmware_node", "node0", "smt", "probe", "release",
};

/**
 * ve_sysfs_path_shown - does the table name a path
 * @path: below /sys
 */
bool ve_sysfs_path_shown(const char *path)
{
	size_t i, len;

	for (i = 0; i < ARRAY_SIZE(shown); i++) {
		len = strlen(shown[i]);
		if (shown[i][len - 1] != '*') {
			if (!strcmp(path, shown[i]))
				return true;
			continue;
		}
		len--;
		if (!strncmp(path, shown[i], len) && (!path[len] || path[len] == '/'))
			return true;
	}
	return false;
}

/* Path below the root, in @buf; NULL when it does not fit. */
static const char *path_of(const struct kernfs_node *kn, char *buf, size_t size)
{
	char *p = buf + size - 1;
	size_t len;

	*p = '\0';
	for (; kn->parent; kn = kn->parent) {
		len = strlen(kn->name);
		if (p - buf <= len)
			return NULL;
		if (*p)
			*--p = '/';
		p -= len;
		memcpy(p, kn->name, len);
	}
	return p;
}

static bool shown_to(const struct kernfs_node *kn)
{
	static const char cpus[] = "devices/system/cpu/";
	const char *path;
	char buf[256];

	path = path_of(kn, buf, sizeof(buf));
	if (!path || !ve_sysfs_path_shown(path))
		return false;
	return strncmp(path, cpus, sizeof(cpus) - 1) ||
	       match_string(hidden, ARRAY_SIZE(hidden), kn->name) < 0;
}

/* A mount of sysfs belongs to a net namespace; its user namespace is always the first. */
static struct ve *sysfs_ve(const struct super_block *sb)
{
	const struct net *net;

	if (strcmp(sb->s_type->name, "sysfs"))
		return NULL;
	net = kernfs_super_ns((struct super_block *)sb);
	return net ? user_ns_ve(net->user_ns) : NULL;
}

bool __ve_sysfs_shown(const struct super_block *sb, const struct kernfs_node *kn)
{
	return !sysfs_ve(sb) || shown_to(kn);
}

/*
 * Of the CPUs as many as the VE has. That number may change, and a name that was
 * not found is remembered: so they are left out of the list only.
 */
bool __ve_sysfs_listed(const struct super_block *sb, const struct kernfs_node *kn)
{
	const struct ve *ve = sysfs_ve(sb);
	unsigned int cpu;

	if (!ve)
		return true;
	if (!shown_to(kn))
		return false;
	return strcmp(kn->parent->name, "cpu") || strncmp(kn->name, "cpu", 3) ||
	       kstrtouint(kn->name + 3, 10, &cpu) || cpu < ve_nr_cpus(ve);
}
