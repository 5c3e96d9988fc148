// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Files that a frozen VE may have changed without their times telling: open
 * for writing, or mapped shared and writable by one of its tasks. Found by
 * /proc of each task of the VE's cgroup; the tree is frozen, so nothing moves.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>
#include "libvz/cgroup.h"
#include "libvz/cgtree.h"
#include "libvz/cleanup.h"
#include "libvz/err.h"
#include "libvz/file.h"
#include "vzmigrate/source_busy.h"

struct busy {
	dev_t dev;
	uint64_t *ino;
	size_t n, cap;
};

static int add(struct busy *b, uint64_t ino)
{
	if (b->n == b->cap) {
		size_t cap = (b->cap + 64) * 2;
		uint64_t *p = realloc(b->ino, cap * sizeof(*p));

		if (!p)
			return -ENOMEM;
		b->ino = p;
		b->cap = cap;
	}
	b->ino[b->n++] = ino;
	return 0;
}

static bool open_for_writing(int pid, const char *fd)
{
	char path[64], line[128];
	cleanup_file FILE *f = NULL;
	unsigned int flags;

	snprintf(path, sizeof(path), "/proc/%d/fdinfo/%s", pid, fd);
	f = fopen(path, "re");
	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "flags: %o", &flags) == 1)
			return (flags & O_ACCMODE) != O_RDONLY;
	return false;
}

static int task_fds(struct busy *b, int pid)
{
	cleanup_dir DIR *d = NULL;
	struct dirent *de;
	char path[64];
	int ret = 0;

	snprintf(path, sizeof(path), "/proc/%d/fd", pid);
	d = opendir(path);
	while (!ret && d && (de = readdir(d))) {
		struct stat st;

		if (de->d_name[0] == '.' || fstatat(dirfd(d), de->d_name, &st, 0))
			continue;
		if (S_ISREG(st.st_mode) && st.st_dev == b->dev && open_for_writing(pid, de->d_name))
			ret = add(b, st.st_ino);
	}
	return ret;
}

static int task_maps(struct busy *b, int pid)
{
	cleanup_file FILE *f = NULL;
	cleanup_free char *line = NULL;
	size_t cap = 0;
	char path[64];
	int ret = 0;

	snprintf(path, sizeof(path), "/proc/%d/maps", pid);
	f = fopen(path, "re");
	while (!ret && f && getline(&line, &cap, f) > 0) {
		unsigned int maj, min;
		uint64_t ino;
		char perm[5];

		if (sscanf(line, "%*x-%*x %4s %*x %x:%x %" SCNu64, perm, &maj, &min, &ino) != 4)
			continue;
		if (perm[1] == 'w' && perm[3] == 's' && ino && makedev(maj, min) == b->dev)
			ret = add(b, ino);
	}
	return ret;
}

/* Threads share files and memory with their leader, so processes are enough. */
static int cgroup_tasks(void *arg, int fd, const char *path)
{
	cleanup_free char *list = NULL;
	char *save = NULL, *line;
	int ret = vz_read_at(fd, "cgroup.procs", &list, NULL);

	/* EOPNOTSUPP: a threaded cgroup, whose processes its domain root lists. */
	if (ret)
		return ret == -EOPNOTSUPP || ret == -ENODEV ? 0 : ret;
	for (line = strtok_r(list, "\n", &save); line && !ret; line = strtok_r(NULL, "\n", &save)) {
		ret = task_fds(arg, atoi(line));
		if (!ret)
			ret = task_maps(arg, atoi(line));
	}
	return ret;
}

static int compare(const void *x, const void *y)
{
	uint64_t a = *(const uint64_t *)x, b = *(const uint64_t *)y;

	return a < b ? -1 : a > b;
}

int src_busy_files(unsigned int id, int root, uint64_t **ino, size_t *n, struct vz_err *e)
{
	struct busy b = { 0 };
	char path[PATH_MAX];
	struct stat st;
	int ret = fstat(root, &st) ? -errno : 0;

	b.dev = st.st_dev;
	if (!ret)
		ret = vz_cgtree_walk(AT_FDCWD, vz_cgroup_path(path, id, "payload"), cgroup_tasks,
				     &b);
	if (ret) {
		free(b.ino);
		return vz_error_sys(e, VZ_COPY, ret, "look at open files of VE %u", id);
	}
	if (b.n)
		qsort(b.ino, b.n, sizeof(*b.ino), compare);
	*ino = b.ino;
	*n = b.n;
	return 0;
}
