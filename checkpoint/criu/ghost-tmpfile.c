// SPDX-License-Identifier: GPL-2.0-only
/*
 * Files of O_TMPFILE. A ghost, which is a file that had a name, gets none any more; so the first
 * task that opens such a file makes one of O_TMPFILE with the ghost's content, and keeps it in
 * the store of descriptors, whose number the others find in shared memory.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/sendfile.h>
#include <unistd.h>

#include "fdstore.h"
#include "ghost-tmpfile.h"
#include "log.h"
#include "mount.h"
#include "rst-malloc.h"
#include "util.h"

#undef LOG_PREFIX
#define LOG_PREFIX "tmpfile: "

/* The kernel names it by its inode. */
bool is_tmpfile(const char *path, const struct stat *st)
{
	const char *name = strrchr(path, '/');
	char want[32];

	snprintf(want, sizeof(want), "#%lu", (unsigned long)st->st_ino);
	return S_ISREG(st->st_mode) && !st->st_nlink && !strcmp(name ? name + 1 : path, want);
}

int *note_tmpfile(void)
{
	int *store = shmalloc(sizeof(*store));

	if (store)
		*store = -1;
	return store;
}

static int copy_content(int from, int to, off_t size)
{
	off_t at = 0, end;

	if (ftruncate(to, size))
		return -1;
	while (at < size && (at = lseek(from, at, SEEK_DATA)) >= 0) {
		end = lseek(from, at, SEEK_HOLE);
		if (end < 0 || lseek(to, at, SEEK_SET) < 0)
			return -1;
		while (at < end)
			if (sendfile(to, from, &at, end - at) <= 0)
				return -1;
	}
	/* No data behind the last. */
	return at < 0 && errno != ENXIO ? -1 : 0;
}

static int copy_ghost(int from, int to)
{
	struct timespec times[2];
	struct stat st;

	if (fstat(from, &st) || copy_content(from, to, st.st_size))
		return -1;
	times[0] = st.st_atim;
	times[1] = st.st_mtim;
	return fchown(to, st.st_uid, st.st_gid) || fchmod(to, st.st_mode & 07777) ||
			       futimens(to, times) ?
		       -1 :
		       0;
}

static int make_tmpfile(struct reg_file_info *rfi)
{
	int root = mntns_get_root_by_mnt_id(rfi->rfe->mnt_id), from, to = -1;
	char folder[PATH_MAX], *last;

	snprintf(folder, sizeof(folder), "./%s", rfi->path);
	last = strrchr(folder, '/');
	*last = '\0';
	from = openat(root, rfi->remap->rpath, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (from >= 0)
		to = openat(root, folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (to >= 0 && copy_ghost(from, to))
		close_safe(&to);
	if (to < 0)
		pr_warn("%s becomes a deleted file, which gets no name any more: %s\n", rfi->path,
			strerror(errno));
	close_safe(&from);
	return to;
}

int open_tmpfile(struct reg_file_info *rfi)
{
	int *store = rfi->remap->tmpfile, fd;

	if (*store >= 0)
		return fdstore_get(*store);
	fd = make_tmpfile(rfi);
	if (fd < 0)
		return -1;
	*store = fdstore_add(fd);
	if (*store < 0)
		close_safe(&fd);
	return fd;
}
