// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What lies in a mount that no namespace has: its files are open, but no path leads there, so
 * CRIU finds no mount for them. Files of the kernel's own mounts (memfd, shared memory, message
 * queues) are in none either; CRIU knows these by their kind.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>
#include "checkpoint/lost_detached.h"
#include "libvz/alive.h"
#include "libvz/cleanup.h"
#include "libvz/err.h"
#include "libvz/file.h"
#include "libvz/state.h"

#ifndef MQUEUE_MAGIC
#define MQUEUE_MAGIC	0x19800202
#endif

struct known {
	unsigned int *id;
	size_t n;
	dev_t memory;	/* of the mount that the kernel has for files without a name */
};

static int by_number(const void *a, const void *b)
{
	const unsigned int x = *(const unsigned int *)a, y = *(const unsigned int *)b;

	return x < y ? -1 : x > y;
}

/* Of the mount that a descriptor of process pid lies in. */
static bool mount_of(const char *pid, const char *fd, unsigned int *mnt)
{
	char path[320];
	cleanup_free char *info = NULL;
	const char *at;

	snprintf(path, sizeof(path), "/proc/%s/fdinfo/%s", pid, fd);
	if (vz_read_at(AT_FDCWD, path, &info, NULL))
		return false;
	at = strstr(info, "mnt_id:");
	return at && sscanf(at, "mnt_id: %u", mnt) == 1;
}

/* Only asked of the few that are in no mount of the VE. */
static bool is_kernels(const struct known *known, int file)
{
	struct statfs fs;
	struct stat st;

	return fstat(file, &st) || st.st_dev == known->memory || fstatfs(file, &fs) ||
	       fs.f_type == MQUEUE_MAGIC || fs.f_type == HUGETLBFS_MAGIC;
}

/* With O_PATH nothing of the file is touched, whatever it is. */
static bool is_detached(const struct known *known, int dir, const char *name)
{
	cleanup_close int file = openat(dir, name, O_PATH | O_CLOEXEC);
	char fd[16];
	unsigned int mnt;

	if (file < 0)
		return false;
	snprintf(fd, sizeof(fd), "%d", file);
	return mount_of("self", fd, &mnt) &&
	       !bsearch(&mnt, known->id, known->n, sizeof(mnt), by_number) &&
	       !is_kernels(known, file);
}

static int tell(unsigned int id, pid_t pid, const char *what, const char *link, struct vz_err *e)
{
	char comm[VZ_PROCESS_NAME];

	vz_process_name(pid, comm);
	return vz_error(e, VZ_CHKPNT, -EOPNOTSUPP,
			"process %d %s of VE %u has %.200s as %s in a mount that was detached (umount -l), which CRIU cannot dump: end it first, or move the VE stopped",
			pid, comm, id, link, what);
}

/* 1 when there is such a link and it leads to a path; that is in link then. */
static bool leads_to_path(int dir, const char *name, char link[256])
{
	const ssize_t len = readlinkat(dir, name, link, 255);

	link[len > 0 ? len : 0] = '\0';
	return len > 0 && *link == '/';
}

static int check_process(unsigned int id, const struct known *known, pid_t pid, struct vz_err *e)
{
	static const struct {
		const char *name, *what;
	} links[] = {
		{ "cwd", "its working directory" },
		{ "root", "its root" },
		{ "exe", "its program" },
	};
	cleanup_close int proc = -1;
	cleanup_dir DIR *d = NULL;
	char path[64], number[16], link[256], what[300];
	struct dirent *n;
	unsigned int mnt;

	snprintf(number, sizeof(number), "%d", pid);
	snprintf(path, sizeof(path), "/proc/%d", pid);
	proc = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	for (size_t i = 0; proc >= 0 && i < sizeof(links) / sizeof(*links); i++)
		if (leads_to_path(proc, links[i].name, link) &&
		    is_detached(known, proc, links[i].name))
			return tell(id, pid, links[i].what, link, e);
	strcat(path, "/fd");
	d = opendir(path);
	while (d && (n = readdir(d))) {
		/* What is in a mount of the VE is not opened. */
		if (!leads_to_path(dirfd(d), n->d_name, link) ||
		    (mount_of(number, n->d_name, &mnt) &&
		     bsearch(&mnt, known->id, known->n, sizeof(mnt), by_number)) ||
		    !is_detached(known, dirfd(d), n->d_name))
			continue;
		snprintf(what, sizeof(what), "descriptor %s", n->d_name);
		return tell(id, pid, what, link, e);
	}
	return 0;
}

int ckpt_check_detached(unsigned int id, const pid_t *pid, size_t n, unsigned int *mnt,
			size_t n_mnt, struct vz_err *e)
{
	struct known known = { .id = mnt, .n = n_mnt };
	cleanup_close int memory = memfd_create("openve", MFD_CLOEXEC);
	struct stat st;
	int err = 0;

	if (memory >= 0 && !fstat(memory, &st))
		known.memory = st.st_dev;
	qsort(mnt, n_mnt, sizeof(*mnt), by_number);
	for (size_t i = 0; i < n && !err; i++)
		err = check_process(id, &known, pid[i], e);
	return err;
}
