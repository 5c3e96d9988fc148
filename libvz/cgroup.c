// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Paths and files of the cgroup tree. Layout: docs/architecture.md, 2.1.
 * Nothing is cached: the kernel holds all state.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "libvz/cgroup.h"
#include "libvz/cleanup.h"
#include "libvz/err.h"
#include "libvz/file.h"
#include "libvz/ip.h"
#include "libvz/log.h"
#include "libvz/value.h"

#define BASE	VZ_CGROUP_ROOT "/vz.slice/vz.service"

const char *vz_cgroup_base(void)
{
	return BASE;
}

char *vz_cgroup_path(char *buf, unsigned int id, const char *name)
{
	snprintf(buf, PATH_MAX, BASE "/%u%s%s", id, name && *name ? "/" : "", name ? name : "");
	return buf;
}

int vz_cgroup_write(unsigned int id, const char *file, const char *value, struct vz_err *e)
{
	char path[PATH_MAX];
	int ret = vz_write_file(vz_cgroup_path(path, id, file), value);

	return ret ? vz_error_sys(e, VZ_SYSTEM, ret, "Cannot write \"%s\" to %s", value, path) : 0;
}

int vz_cgroup_read(unsigned int id, const char *file, char **value, struct vz_err *e)
{
	char path[PATH_MAX];
	int ret = vz_read_file(vz_cgroup_path(path, id, file), value);
	size_t n;

	if (ret)
		return vz_error_sys(e, VZ_SYSTEM, ret, "Cannot read %s", path);
	n = strlen(*value);
	if (n && (*value)[n - 1] == '\n')
		(*value)[n - 1] = '\0';
	return 0;
}

static int if_any(int ret, struct vz_err *e)
{
	if (ret != -ENOENT)
		return ret;
	if (e)
		vz_error_free(e);
	return 0;
}

int vz_cgroup_write_if_any(unsigned int id, const char *file, const char *value, struct vz_err *e)
{
	return if_any(vz_cgroup_write(id, file, value, e), e);
}

int vz_cgroup_read_if_any(unsigned int id, const char *file, char **value, struct vz_err *e)
{
	return if_any(vz_cgroup_read(id, file, value, e), e);
}

int vz_cgroup_give_files(int fd, uid_t uid, gid_t gid)
{
	cleanup_free char *list = NULL;
	char *rest, *name;

	if (vz_read_file("/sys/kernel/cgroup/delegate", &list)) {
		list = strdup("cgroup.procs cgroup.threads cgroup.subtree_control");
		if (!list)
			return -ENOMEM;
	}
	for (rest = list; (name = strsep(&rest, " \n"));)
		if (*name && !strchr(name, '/') && fchownat(fd, name, uid, gid, 0) &&
		    errno != ENOENT)
			return -errno;
	return 0;
}

int vz_cgroup_attach(unsigned int id, const char *leaf, pid_t pid, struct vz_err *e)
{
	char file[PATH_MAX], text[16];

	snprintf(file, sizeof(file), "%s%scgroup.procs", leaf, *leaf ? "/" : "");
	snprintf(text, sizeof(text), "%d", pid);
	return vz_cgroup_write(id, file, text, e);
}

int vz_cgroup_of(pid_t pid, char *buf, struct vz_err *e)
{
	cleanup_free char *text = NULL;
	char path[64];
	char *p, *end;
	int ret;

	snprintf(path, sizeof(path), "/proc/%d/cgroup", pid);
	ret = vz_read_file(path, &text);
	if (ret)
		return vz_error_sys(e, VZ_SYSTEM, ret, "Cannot read %s", path);
	p = strstr(text, "0::");
	if (!p)
		return vz_error(e, VZ_SYSTEM, -ENOENT, "%s has no cgroup v2 line", path);
	p += 3;
	end = strchr(p, '\n');
	if (end)
		*end = '\0';
	snprintf(buf, PATH_MAX, "%s", p);
	return 0;
}

/*
 * Switch on in dir what the kernel has of our controllers; ve is a must. One that is on is left
 * alone: a write waits for all cgroups that are just being removed, and walks those that are there.
 */
static int enable(const char *dir, struct vz_err *e)
{
	static const char *const names[] = { "memory", "pids", "cpu", "io", "ve" };
	cleanup_free char *on = NULL;
	char path[PATH_MAX], word[16];
	size_t i;
	int ret;

	snprintf(path, sizeof(path), "%s/cgroup.subtree_control", dir);
	if (!vz_read_file(path, &on))
		on[strcspn(on, "\n")] = '\0';
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (vz_has_word(on, names[i]))
			continue;
		snprintf(word, sizeof(word), "+%s", names[i]);
		ret = vz_write_file(path, word);
		if (!ret)
			continue;
		if (!strcmp(names[i], "ve") || !strcmp(names[i], "memory"))
			return vz_error_sys(e, ret == -ENOENT ? VZ_BADKERNEL : VZ_SYSTEM, ret,
					    "Cannot switch on the %s controller in %s", names[i],
					    path);
		vz_debug("%s: controller %s is not there: %s", path, names[i], strerror(-ret));
	}
	return 0;
}

int vz_cgroup_prepare(struct vz_err *e)
{
	static const char *const dirs[] = { VZ_CGROUP_ROOT, VZ_CGROUP_ROOT "/vz.slice", BASE };
	size_t i;
	int ret;

	for (i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++) {
		if (mkdir(dirs[i], 0755) && errno != EEXIST)
			return vz_error_sys(e, VZ_SYSTEM, -errno, "Cannot make the cgroup %s",
					    dirs[i]);
		ret = enable(dirs[i], e);
		if (ret)
			return ret;
	}
	return 0;
}

bool vz_cgroup_populated(unsigned int id)
{
	cleanup_free char *text = NULL;
	char path[PATH_MAX];

	if (vz_read_file(vz_cgroup_path(path, id, "cgroup.events"), &text))
		return false;
	return strstr(text, "populated 1");
}

size_t vz_cgroup_ids(unsigned int **ids)
{
	cleanup_dir DIR *d = opendir(BASE);
	struct dirent *de;
	size_t n = 0;

	*ids = NULL;
	while (d && (de = readdir(d))) {
		unsigned int id, *p;

		if (de->d_type != DT_DIR || vz_parse_id(de->d_name, &id) || !id)
			continue;
		p = reallocarray(*ids, n + 1, sizeof(*p));
		if (!p)
			break;
		*ids = p;
		p[n++] = id;
	}
	return n;
}

bool vz_ip_is_foreign(unsigned int id, const struct vz_ip *ip)
{
	cleanup_free unsigned int *ids = NULL;
	size_t n = vz_cgroup_ids(&ids), i;

	for (i = 0; i < n; i++) {
		cleanup_free char *text = NULL;
		char *save = NULL, *line;
		struct vz_ip own;

		if (ids[i] == id || vz_cgroup_read(ids[i], "ve.ip", &text, NULL))
			continue;
		for (line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
			if (!vz_ip_parse(line, &own) && vz_ip_equal(&own, ip))
				return true;
	}
	return false;
}
