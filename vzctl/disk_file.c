// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Copies of single files. Where the file system can, content is shared until one of
 * both is written (FICLONE); holes stay holes. All attributes are kept, those of
 * overlayfs too: both trees are on this host.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/xattr.h>
#include <unistd.h>
#include "libvz/cleanup.h"
#include "libvz/file.h"
#include "vzctl/disk_file.h"

#define CHUNK	(1U << 20)

/* ---- content ---- */

static int copy_range(int in, int out, off_t at, off_t end, char *buf, uint64_t *bytes)
{
	while (at < end) {
		size_t want = end - at < CHUNK ? end - at : CHUNK;
		ssize_t n = pread(in, buf, want, at);
		int ret;

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n ? -errno : 0;
		ret = vz_pwrite_all(out, buf, n, at);
		if (ret)
			return ret;
		at += n;
		*bytes += n;
	}
	return 0;
}

static int copy_data(int in, int out, off_t size, uint64_t *bytes)
{
	cleanup_free char *buf = malloc(CHUNK);
	off_t at = 0, end;
	int ret = buf ? 0 : -ENOMEM;

	while (!ret && at < size) {
		at = lseek(in, at, SEEK_DATA);
		if (at < 0)
			break;
		end = lseek(in, at, SEEK_HOLE);
		if (end < 0)
			return -errno;
		ret = copy_range(in, out, at, end < size ? end : size, buf, bytes);
		at = end;
	}
	if (ret || (at < 0 && errno != ENXIO))
		return ret ? ret : -errno;
	return ftruncate(out, size) ? -errno : 0;
}

static int open_file(int dir, const char *name)
{
	int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

static int copy_regular(int from, int to, const char *name, uint64_t *bytes)
{
	cleanup_close int in = open_file(from, name), out = -1;
	struct stat st;

	if (in < 0)
		return in;
	if (fstat(in, &st))
		return -errno;
	/* It has become another since it was looked at. */
	if (!S_ISREG(st.st_mode))
		return -ENOENT;
	out = openat(to, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (out < 0)
		return -errno;
	if (!st.st_size || !ioctl(out, FICLONE, in))
		return 0;
	return copy_data(in, out, st.st_size, bytes);
}

static int copy_link(int from, int to, const char *name)
{
	char text[PATH_MAX];
	ssize_t n = readlinkat(from, name, text, sizeof(text) - 1);

	if (n < 0)
		return errno == EINVAL ? -ENOENT : -errno;
	text[n] = '\0';
	return symlinkat(text, to, name) ? -errno : 0;
}

static int make(int from, int to, const char *name, const struct stat *st, uint64_t *bytes)
{
	switch (st->st_mode & S_IFMT) {
	case S_IFREG:
		return copy_regular(from, to, name, bytes);
	case S_IFLNK:
		return copy_link(from, to, name);
	case S_IFDIR:
		return mkdirat(to, name, 0700) && errno != EEXIST ? -errno : 0;
	default:
		return mknodat(to, name, (st->st_mode & S_IFMT) | 0600, st->st_rdev) ? -errno : 0;
	}
}

int disk_file_copy(int from, int to, const char *name, const struct stat *st, uint64_t *bytes)
{
	int ret = make(from, to, name, st, bytes);

	return ret ? ret : disk_file_meta(from, to, name, st);
}

/* ---- metadata ---- */

struct attrs {
	char *names;
	ssize_t len;
};

static char *proc_path(char *buf, int dir, const char *name)
{
	snprintf(buf, PATH_MAX, "/proc/self/fd/%d/%s", dir, *name ? name : ".");
	return buf;
}

static int list(const char *path, struct attrs *a)
{
	a->names = NULL;
	a->len = llistxattr(path, NULL, 0);
	if (a->len <= 0)
		return a->len && errno != EOPNOTSUPP ? -errno : 0;
	a->names = malloc(a->len);
	if (!a->names)
		return -ENOMEM;
	a->len = llistxattr(path, a->names, a->len);
	return a->len < 0 ? -errno : 0;
}

/* Malloc'ed; NULL with errno. */
static void *value(const char *path, const char *name, ssize_t *len)
{
	char *v;

	*len = lgetxattr(path, name, NULL, 0);
	v = *len < 0 ? NULL : malloc(*len + 1);
	if (!v)
		return NULL;
	*len = lgetxattr(path, name, v, *len);
	if (*len >= 0)
		return v;
	free(v);
	return NULL;
}

#define FOR_EACH(a, s) \
	for (const char *s = (a)->names; s && s < (a)->names + (a)->len; s += strlen(s) + 1)

static bool has(const struct attrs *a, const char *name)
{
	FOR_EACH(a, s)
		if (!strcmp(s, name))
			return true;
	return false;
}

static int copy_attrs(const char *from, const char *to)
{
	struct attrs mine, old;
	int ret = list(from, &mine);

	if (!ret)
		ret = list(to, &old);
	else
		old = (struct attrs){ 0 };
	FOR_EACH(&old, s)
		if (!ret && !has(&mine, s) && lremovexattr(to, s) && errno != ENODATA)
			ret = -errno;
	FOR_EACH(&mine, s) {
		cleanup_free void *v = NULL;
		ssize_t len;

		if (ret)
			break;
		v = value(from, s, &len);
		if (!v && errno == ENODATA)
			continue;
		if (!v || lsetxattr(to, s, v, len, 0))
			ret = -errno;
	}
	free(mine.names);
	free(old.names);
	return ret;
}

int disk_file_times(int to, const char *name, const struct stat *st)
{
	const struct timespec t[2] = { st->st_atim, st->st_mtim };
	char path[PATH_MAX];

	if (*name)
		return utimensat(to, name, t, AT_SYMLINK_NOFOLLOW) ? -errno : 0;
	return utimensat(AT_FDCWD, proc_path(path, to, name), t, 0) ? -errno : 0;
}

int disk_file_meta(int from, int to, const char *name, const struct stat *st)
{
	char in[PATH_MAX], out[PATH_MAX];
	int ret;

	proc_path(in, from, name);
	proc_path(out, to, name);
	if (lchown(out, st->st_uid, st->st_gid))
		return -errno;
	if (!S_ISLNK(st->st_mode) && chmod(out, st->st_mode & 07777))
		return -errno;
	ret = copy_attrs(in, out);
	return ret ? ret : disk_file_times(to, name, st);
}

/* ---- comparison ---- */

static bool same_attrs(const char *from, const char *to)
{
	struct attrs a = { 0 }, b = { 0 };
	bool same = !list(from, &a) && !list(to, &b) && a.len == b.len;

	FOR_EACH(&a, s) {
		cleanup_free void *v = NULL, *w = NULL;
		ssize_t n, m;

		if (!same)
			break;
		v = value(from, s, &n);
		w = value(to, s, &m);
		same = v && w && n == m && !memcmp(v, w, n);
	}
	free(a.names);
	free(b.names);
	return same;
}

static bool same_content(int from, int to, const char *name)
{
	cleanup_close int a = open_file(from, name), b = open_file(to, name);
	cleanup_free char *buf = malloc(2 * CHUNK);
	ssize_t n, m;

	if (a < 0 || b < 0 || !buf)
		return false;
	do {
		n = read(a, buf, CHUNK);
		m = read(b, buf + CHUNK, CHUNK);
	} while (n > 0 && n == m && !memcmp(buf, buf + CHUNK, n));
	return !n && !m;
}

static bool same_target(int from, int to, const char *name)
{
	char a[PATH_MAX], b[PATH_MAX];
	ssize_t n = readlinkat(from, name, a, sizeof(a));

	return n > 0 && n == readlinkat(to, name, b, sizeof(b)) && !memcmp(a, b, n);
}

bool disk_file_equal(int from, int to, const char *name, const struct stat *st,
		     const struct stat *there)
{
	char in[PATH_MAX], out[PATH_MAX];

	if (st->st_mode != there->st_mode || st->st_uid != there->st_uid ||
	    st->st_gid != there->st_gid || st->st_rdev != there->st_rdev)
		return false;
	if (!S_ISDIR(st->st_mode) &&
	    (st->st_size != there->st_size || st->st_mtim.tv_sec != there->st_mtim.tv_sec ||
	     st->st_mtim.tv_nsec != there->st_mtim.tv_nsec))
		return false;
	if (S_ISREG(st->st_mode) && !same_content(from, to, name))
		return false;
	if (S_ISLNK(st->st_mode) && !same_target(from, to, name))
		return false;
	return same_attrs(proc_path(in, from, name), proc_path(out, to, name));
}
