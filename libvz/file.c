// SPDX-License-Identifier: GPL-2.0-or-later
/* Small files whole, and paths that must stay beneath a root. */
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "libvz/cleanup.h"
#include "libvz/file.h"

#define SMALL	(4 * 1024 * 1024)

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
	cleanup_close int fd = open(path, O_RDONLY | O_CLOEXEC);

	*text = NULL;
	return fd < 0 ? -errno : vz_read_fd(fd, SMALL, text, NULL);
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
	int fd;

	/* EAGAIN: a rename raced with the walk. */
	do
		fd = syscall(SYS_openat2, root, path, &how, sizeof(how));
	while (fd < 0 && errno == EAGAIN);
	return fd < 0 ? -errno : fd;
}

static int fill(int fd, const char *text, const struct stat *old, mode_t mode)
{
	size_t n = strlen(text);

	if (fchown(fd, old ? old->st_uid : 0, old ? old->st_gid : 0) ||
	    fchmod(fd, old ? old->st_mode & 07777 : mode))
		return -errno;
	while (n) {
		ssize_t r = write(fd, text, n);

		if (r < 0)
			return -errno;
		text += r;
		n -= r;
	}
	return fsync(fd) ? -errno : 0;
}

int vz_replace_in_root(int root, const char *dir, const char *name, const char *text, mode_t mode)
{
	cleanup_close int d = vz_open_in_root(root, dir, O_RDONLY | O_DIRECTORY, 0);
	cleanup_close int fd = -1;
	struct stat st;
	bool old;
	char tmp[300];
	int ret;

	if (d < 0)
		return d;
	old = !fstatat(d, name, &st, AT_SYMLINK_NOFOLLOW) && S_ISREG(st.st_mode);
	snprintf(tmp, sizeof(tmp), ".%.200s.vz%d", name, getpid());
	unlinkat(d, tmp, 0);
	fd = openat(d, tmp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	ret = fill(fd, text, old ? &st : NULL, mode);
	if (!ret && renameat(d, tmp, d, name))
		ret = -errno;
	if (ret)
		unlinkat(d, tmp, 0);
	return ret;
}
