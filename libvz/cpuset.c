// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * CPUMASK and NODEMASK. The cpuset controller makes the kernel's page
 * allocator a little slower for all, so it is switched on with the first VE
 * that asks for it.
 */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "libvz/cgroup.h"
#include "libvz/cleanup.h"
#include "libvz/conf.h"
#include "libvz/cpuset.h"
#include "libvz/err.h"
#include "libvz/file.h"

#define MAX_NR	8191

/* Leaves *s behind the number; -1 when there is none. */
static long number(const char **s)
{
	char *end;
	long v;

	if (!isdigit((unsigned char)**s))
		return -1;
	v = strtol(*s, &end, 10);
	*s = end;
	return v > MAX_NR ? -1 : v;
}

/* One "N" or "N-M". */
static bool range(const char **s, long *from, long *to)
{
	*from = *to = number(s);
	if (*from >= 0 && **s == '-') {
		++*s;
		*to = number(s);
	}
	return *from >= 0 && *to >= *from;
}

bool vz_cpulist_valid(const char *s)
{
	long from, to;

	for (;; s++) {
		if (!range(&s, &from, &to))
			return false;
		if (*s != ',')
			return !*s;
	}
}

static bool has_number(const char *s, long nr)
{
	long from, to;

	for (; range(&s, &from, &to); s++) {
		if (nr >= from && nr <= to)
			return true;
		if (*s != ',')
			break;
	}
	return false;
}

bool vz_cpulist_within(const char *list, const char *all)
{
	long from, to;

	if (!vz_cpulist_valid(list) || !vz_cpulist_valid(all))
		return false;
	for (; range(&list, &from, &to); list++) {
		for (; from <= to; from++)
			if (!has_number(all, from))
				return false;
		if (*list != ',')
			break;
	}
	return true;
}

/* The CPUs of the nodes in a list, joined. */
static int cpus_of_nodes(const char *nodes, char *list, size_t size, struct vz_err *e)
{
	long from, to;
	size_t n = 0;

	list[0] = '\0';
	for (; range(&nodes, &from, &to); nodes++) {
		for (; from <= to; from++) {
			cleanup_free char *text = NULL;
			char path[64];
			int ret;

			snprintf(path, sizeof(path), "/sys/devices/system/node/node%ld/cpulist",
				 from);
			ret = vz_read_file(path, &text);
			if (ret)
				return vz_error_sys(e, VZ_BADVALUE, ret,
						    "Cannot read the CPUs of node %ld", from);
			text[strcspn(text, "\n")] = '\0';
			if (n + strlen(text) + 2 > size)
				return vz_error(e, VZ_BADVALUE, -E2BIG,
						"Too many CPUs in NODEMASK");
			if (*text)
				n += sprintf(list + n, "%s%s", n ? "," : "", text);
		}
		if (*nodes != ',')
			break;
	}
	return 0;
}

static bool is_set(const char *mask)
{
	return mask && strcmp(mask, "all");
}

static int switch_on(struct vz_err *e)
{
	static const char *const dirs[] = { VZ_CGROUP_ROOT, VZ_CGROUP_ROOT "/vz.slice" };
	char path[PATH_MAX];
	size_t i;
	int ret = 0;

	for (i = 0; !ret && i < sizeof(dirs) / sizeof(dirs[0]); i++) {
		snprintf(path, sizeof(path), "%s/cgroup.subtree_control", dirs[i]);
		ret = vz_write_file(path, "+cpuset");
	}
	snprintf(path, sizeof(path), "%s/cgroup.subtree_control", vz_cgroup_base());
	if (!ret)
		ret = vz_write_file(path, "+cpuset");
	return ret ? vz_error_sys(e, VZ_SYSTEM, ret, "Cannot switch on the cpuset controller in %s",
				  path)
		   : 0;
}

/*
 * Write @file of the VE: @list, or with NULL all that there may ever be. The
 * kernel does not make a set empty while it has tasks, so all is a list then.
 */
static int set_list(unsigned int id, const char *file, const char *list, const char *possible,
		    struct vz_err *e)
{
	cleanup_free char *now = NULL, *all = NULL;
	char path[PATH_MAX];
	int ret;

	if (list)
		return vz_cgroup_write(id, file, list, e);
	ret = vz_read_file(vz_cgroup_path(path, id, file), &now);
	if (ret)
		return vz_error_sys(e, VZ_SYSTEM, ret, "Cannot read %s", path);
	if (!now[strspn(now, "\n")])
		return 0;
	ret = vz_read_file(possible, &all);
	if (ret == -ENOENT)	/* a kernel that knows one memory node */
		return vz_cgroup_write(id, file, "0", e);
	if (ret)
		return vz_error_sys(e, VZ_SYSTEM, ret, "Cannot read %s", possible);
	return vz_cgroup_write(id, file, all, e);
}

int vz_apply_cpuset(const struct vz_conf *c, struct vz_err *e)
{
	const char *cpus = is_set(c->cpumask) ? c->cpumask : NULL;
	const char *mems = is_set(c->nodemask) ? c->nodemask : NULL;
	char path[PATH_MAX], list[4096];
	int ret;

	if (access(vz_cgroup_path(path, c->id, "cpuset.cpus"), F_OK)) {
		if (!is_set(c->cpumask) && !is_set(c->nodemask))
			return 0;
		ret = switch_on(e);
		if (ret)
			return ret;
	}
	if (c->cpumask && !strcmp(c->cpumask, "auto")) {
		cpus = NULL;
		if (is_set(c->nodemask)) {
			ret = cpus_of_nodes(c->nodemask, list, sizeof(list), e);
			if (ret)
				return ret;
			cpus = list;
		}
	}
	ret = set_list(c->id, "cpuset.cpus", cpus, "/sys/devices/system/cpu/possible", e);
	return ret ? ret
		   : set_list(c->id, "cpuset.mems", mems, "/sys/devices/system/node/possible", e);
}
