// SPDX-License-Identifier: GPL-2.0-or-later
/* Small files whole, and paths that must stay beneath a root. */
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "libvz/cleanup.h"
#include "libvz/err.h"
#include "libvz/file.h"

#define SMALL	(4 * 1024 * 1024)
#define LARGE	(128 * 1024 * 1024)
#define TRIES	32
#define TMP_NAME	300
#define WRITERS	128	/* tries: two for each of half as many names */

#define TO_READ	(O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)

int vz_open_file_stat(const char *path, struct stat *st)
{
	cleanup_close int fd = open(path, TO_READ);

	if (fd < 0 || fstat(fd, st))
		return -errno;
	if (S_ISREG(st->st_mode))
		return vz_take_fd(&fd);
	return S_ISDIR(st->st_mode) ? -EISDIR : -VZ_ENOFILE;
}

int vz_open_file(const char *path)
{
	struct stat st;

	return vz_open_file_stat(path, &st);
}

FILE *vz_fopen_file(const char *path)
{
	cleanup_close int fd = vz_open_file(path);
	FILE *f = fd < 0 ? NULL : fdopen(fd, "r");

	if (fd < 0)
		errno = -fd;
	if (f)
		vz_take_fd(&fd);
	return f;
}

int vz_read_fd(int fd, size_t max, char **text, size_t *len)
{
	size_t room = 4096, n = 0;
	cleanup_free char *buf = malloc(room);

	*text = NULL;
	for (;;) {
		ssize_t r;

		if (!buf)
			return -ENOMEM;
		r = read(fd, buf + n, room - n - 1);
		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0)
			return -errno;
		if (!r)
			break;
		n += r;
		if (n > max)
			return -EFBIG;
		if (room - n < 2048) {
			char *p = realloc(buf, room *= 2);

			if (!p)
				return -ENOMEM;
			buf = p;
		}
	}
	buf[n] = '\0';
	if (len)
		*len = n;
	*text = buf;
	buf = NULL;
	return 0;
}

int vz_read_file(const char *path, char **text)
{
	cleanup_close int fd = open(path, TO_READ);
	size_t len = 0;
	struct stat st;
	int ret;

	*text = NULL;
	ret = fd < 0 ? -errno : vz_read_fd(fd, SMALL, text, &len);
	if (ret && ret != -EAGAIN)
		return ret;
	/* Most are the kernel's and read all the time: only one that has nothing is looked at. */
	if (len || fstat(fd, &st) || S_ISREG(st.st_mode))
		return ret;
	free(*text);
	*text = NULL;
	return -VZ_ENOFILE;
}

int vz_read_at(int dirfd, const char *name, char **text, size_t *len)
{
	cleanup_close int fd = openat(dirfd, name, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	size_t n = 0;
	int ret;

	*text = NULL;
	ret = fd < 0 ? -errno : vz_read_fd(fd, LARGE, text, &n);
	if (ret)
		return ret;
	if (len)
		*len = n;
	else if (n && (*text)[n - 1] == '\n')
		(*text)[n - 1] = '\0';
	return 0;
}

int vz_write_file(const char *path, const char *text)
{
	cleanup_close int fd = open(path, O_WRONLY | O_CLOEXEC);
	size_t n = strlen(text);

	if (fd < 0)
		return -errno;
	return write(fd, text, n) == (ssize_t)n ? 0 : -errno;
}

int vz_open_in_root(int root, const char *path, int flags, mode_t mode)
{
	struct open_how how = {
		.flags = flags | O_CLOEXEC,
		.mode = flags & (O_CREAT | O_TMPFILE) ? mode : 0,
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
	};
	int fd, tries = 0;

	/* EAGAIN: a rename raced with the walk. */
	do
		fd = syscall(SYS_openat2, root, path, &how, sizeof(how));
	while (fd < 0 && errno == EAGAIN && ++tries < TRIES);
	return fd < 0 ? -errno : fd;
}

/* A whole buffer. */
static int write_all(int fd, const char *data, size_t len)
{
	while (len) {
		ssize_t n = write(fd, data, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n ? -errno : -EIO;
		data += n;
		len -= n;
	}
	return 0;
}

int vz_pwrite_all(int fd, const void *data, size_t len, off_t at)
{
	const char *p = data;

	while (len) {
		ssize_t n = pwrite(fd, p, len, at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		p += n;
		at += n;
		len -= n;
	}
	return 0;
}

static int fill(int fd, const void *data, size_t len, const struct stat *old, mode_t mode)
{
	int ret;

	if (fchown(fd, old ? old->st_uid : 0, old ? old->st_gid : 0) ||
	    fchmod(fd, old ? old->st_mode & 07777 : mode))
		return -errno;
	ret = write_all(fd, data, len);
	return ret || !fsync(fd) ? ret : -errno;
}

/* The file of that name is the one that fd holds. */
static bool is_named(int dirfd, const char *name, int fd)
{
	struct stat st, held;

	return !fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) && !fstat(fd, &held) &&
	       st.st_ino == held.st_ino && st.st_dev == held.st_dev;
}

/*
 * A writer holds a lock on its temporary file; who was killed holds none. Only who has the lock of
 * the file that has the name takes the name away.
 */
static void drop_dead(int dirfd, const char *tmp)
{
	cleanup_close int fd = openat(dirfd, tmp, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY |
						  O_CLOEXEC);

	if (fd >= 0 && !flock(fd, LOCK_EX | LOCK_NB) && is_named(dirfd, tmp, fd))
		unlinkat(dirfd, tmp, 0);
}

/*
 * A temporary file of our own, under the first name of a few that nobody alive has: what somebody
 * who was killed has left is found without a look through the folder. The folder may be a VE's.
 */
static int open_tmp(int dirfd, const char *name, char tmp[TMP_NAME])
{
	int fd;

	for (int turn = 0; turn < WRITERS; turn++) {
		snprintf(tmp, TMP_NAME, ".%.200s.vz%d", name, turn / 2);
		fd = openat(dirfd, tmp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
		if (fd < 0 && errno != EEXIST)
			return -errno;
		/* Somebody may have taken it for dead before it was locked. */
		if (fd >= 0 && !flock(fd, LOCK_EX | LOCK_NB) && is_named(dirfd, tmp, fd))
			return fd;
		if (fd >= 0)
			close(fd);
		else
			drop_dead(dirfd, tmp);
	}
	return -EBUSY;
}

int vz_replace_like(int dir, const char *name, const void *data, size_t len,
		    const struct stat *old, mode_t mode)
{
	char tmp[TMP_NAME];
	cleanup_close int fd = open_tmp(dir, name, tmp);
	int ret;

	if (fd < 0)
		return fd;
	ret = fill(fd, data, len, old, mode);
	if (!ret && renameat(dir, tmp, dir, name))
		ret = -errno;
	if (ret)
		unlinkat(dir, tmp, 0);
	else if (fsync(dir))
		ret = -errno;
	return ret;
}

int vz_replace_at(int dirfd, const char *name, const void *data, size_t len, mode_t mode)
{
	return vz_replace_like(dirfd, name, data, len, NULL, mode);
}

int vz_replace_file(const char *path, const void *data, size_t len, mode_t mode)
{
	cleanup_free char *folder = strdup(path);
	cleanup_close int dir = -1;
	char *slash = folder ? strrchr(folder, '/') : NULL;

	if (!slash)
		return folder ? -EINVAL : -ENOMEM;
	*slash = '\0';
	dir = open(*folder ? folder : "/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return dir < 0 ? -errno : vz_replace_at(dir, slash + 1, data, len, mode);
}
