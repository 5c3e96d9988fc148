// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unpacks what tmpfs-pack.c has packed, and nothing else. The archive may come
 * from another host: each length is held to what is there, and each name is
 * looked up beneath the tmpfs, through no link.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "log.h"
#include "tmpfs-pack.h"
#include "tmpfs-sum.h"
#include "util.h"
#include "xmalloc.h"

#undef LOG_PREFIX
#define LOG_PREFIX "tmpfs: "

#define HEAD_LEN (10 + sizeof(TMPFS_PACK_MARK))

/* A folder whose time is set when its files are there. */
struct late {
	char *path;
	struct timespec mtime;
};

struct unpack {
	const char *buf;
	size_t n, at;
	int root;
	struct late *late;
	size_t nlate;
};

struct one {
	char path[PATH_MAX], target[PATH_MAX];
	struct timespec mtime;
	unsigned long mode, uid, gid, size, major, minor;
	char type;
};

static int bad(void)
{
	pr_err("The archive of a tmpfs is damaged\n");
	return -1;
}

/* Takes the blocks of gzip away, in place; 0 or -1. */
static int join_stored(char *buf, size_t len, size_t *n)
{
	size_t from = HEAD_LEN, to = 0;
	bool last = false;
	uint32_t end[2];

	while (!last) {
		const unsigned char *b = (unsigned char *)buf + from;
		size_t part;

		if (len - from < 5)
			return bad();
		part = b[1] | b[2] << 8;
		if (b[0] > 1 || (b[3] | b[4] << 8) != (~part & 0xffff) || len - from - 5 < part)
			return bad();
		last = b[0];
		memmove(buf + to, buf + from + 5, part);
		to += part;
		from += 5 + part;
	}
	if (len - from != sizeof(end))
		return bad();
	memcpy(end, buf + from, sizeof(end));
	if (le32toh(end[0]) != tmpfs_sum(buf, to) || le32toh(end[1]) != to)
		return bad();
	*n = to;
	return 0;
}

static unsigned long get_octal(const char *field, size_t len)
{
	unsigned long value = 0;

	for (size_t i = 0; i < len && field[i] >= '0' && field[i] <= '7'; i++)
		value = value << 3 | (field[i] - '0');
	return value;
}

static const char *take(struct unpack *u, size_t len)
{
	const char *p = u->buf + u->at;
	size_t whole = (len + TMPFS_PACK_BLOCK - 1) / TMPFS_PACK_BLOCK * TMPFS_PACK_BLOCK;

	if (len > u->n || whole > u->n - u->at)
		return NULL;
	u->at += whole;
	return p;
}

/* One "LEN KEY=VALUE\n" of text; *text and *len go on behind it. */
static int take_record(const char **text, size_t *len, struct one *o)
{
	char line[PATH_MAX + 64], *key, *value, *end;
	size_t n = strtoul(*text, NULL, 10);

	if (!n || n > *len || n >= sizeof(line) || (*text)[n - 1] != '\n')
		return bad();
	memcpy(line, *text, n - 1);
	line[n - 1] = '\0';
	*text += n;
	*len -= n;
	key = strchr(line, ' ');
	value = key ? strchr(++key, '=') : NULL;
	if (!value)
		return bad();
	*value++ = '\0';
	if (strlen(value) >= PATH_MAX)
		return bad();
	if (!strcmp(key, "path")) {
		strcpy(o->path, value);
	} else if (!strcmp(key, "linkpath")) {
		strcpy(o->target, value);
	} else if (!strcmp(key, "mtime")) {
		o->mtime.tv_sec = strtoll(value, &end, 10);
		o->mtime.tv_nsec = *end == '.' ? strtol(end + 1, NULL, 10) : 0;
		if (o->mtime.tv_nsec < 0 || o->mtime.tv_nsec >= 1000000000)
			return bad();
	}
	return 0;
}

static int take_more(struct unpack *u, size_t size, struct one *o)
{
	const char *text = take(u, size);
	char copy[3 * PATH_MAX + 1];
	int ret = 0;

	if (!text || size >= sizeof(copy))
		return bad();
	/* With an end, for numbers. */
	memcpy(copy, text, size);
	copy[size] = '\0';
	for (text = copy; !ret && size;)
		ret = take_record(&text, &size, o);
	return ret;
}

/* 1: one was taken; 0: the end. */
static int take_head(struct unpack *u, struct one *o)
{
	struct tmpfs_pack_head h;
	const char *p;

	memset(o, 0, sizeof(*o));
	for (;;) {
		p = take(u, sizeof(h));
		if (!p)
			return bad();
		memcpy(&h, p, sizeof(h));
		if (!h.name[0])
			return 0;
		if (h.type != 'x')
			break;
		if (take_more(u, get_octal(h.size, sizeof(h.size)), o))
			return -1;
	}
	if (!o->path[0])
		memcpy(o->path, h.name, sizeof(h.name));
	if (!o->target[0])
		memcpy(o->target, h.link, sizeof(h.link));
	if (!o->mtime.tv_sec && !o->mtime.tv_nsec)
		o->mtime.tv_sec = get_octal(h.mtime, sizeof(h.mtime));
	o->type = h.type;
	o->mode = get_octal(h.mode, sizeof(h.mode)) & 07777;
	o->uid = get_octal(h.uid, sizeof(h.uid));
	o->gid = get_octal(h.gid, sizeof(h.gid));
	o->size = get_octal(h.size, sizeof(h.size));
	o->major = get_octal(h.major, sizeof(h.major));
	o->minor = get_octal(h.minor, sizeof(h.minor));
	return 1;
}

/* The folder that path is in, and its name there; both of path. */
static int open_folder(const struct unpack *u, char *path, const char **name)
{
	struct open_how how = { .flags = O_PATH | O_DIRECTORY | O_CLOEXEC,
				.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS };
	size_t len = strlen(path);
	char *slash;

	while (len && path[len - 1] == '/')
		path[--len] = '\0';
	slash = strrchr(path, '/');
	*name = slash ? slash + 1 : path;
	if (slash)
		*slash = '\0';
	if (!len || !**name || !strcmp(*name, "..")) {
		errno = EINVAL;
		return -1;
	}
	return syscall(SYS_openat2, u->root, slash ? path : ".", &how, sizeof(how));
}

static int write_file(int dir, const char *name, const char *data, size_t len)
{
	int fd = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	bool good;

	if (fd < 0)
		return -1;
	good = write_all(fd, data, len) == (ssize_t)len;
	close(fd);
	return good ? 0 : -1;
}

static int make(int dir, const char *name, const struct one *o, const char *data)
{
	switch (o->type) {
	case '0':
		return write_file(dir, name, data, o->size);
	case '2':
		return symlinkat(o->target, dir, name);
	case '3':
		return mknodat(dir, name, S_IFCHR | 0600, makedev(o->major, o->minor));
	case '4':
		return mknodat(dir, name, S_IFBLK | 0600, makedev(o->major, o->minor));
	case '5':
		return mkdirat(dir, name, 0700) && errno != EEXIST ? -1 : 0;
	case '6':
		return mkfifoat(dir, name, 0600);
	}
	errno = EINVAL;
	return -1;
}

static int set_time(int dir, const char *name, const struct timespec *mtime)
{
	const struct timespec t[2] = { { .tv_nsec = UTIME_OMIT }, *mtime };

	return utimensat(dir, name, t, AT_SYMLINK_NOFOLLOW);
}

static int put_off(struct unpack *u, const char *path, const struct timespec *mtime)
{
	struct late *l;

	if (xrealloc_safe(&u->late, (u->nlate + 1) * sizeof(*u->late)))
		return -1;
	l = &u->late[u->nlate];
	l->path = xstrdup(path);
	l->mtime = *mtime;
	u->nlate += !!l->path;
	return l->path ? 0 : -1;
}

static int unpack_one(struct unpack *u, struct one *o)
{
	const char *data = take(u, o->type == '0' ? o->size : 0), *name;
	int dir, ret;

	if (!data)
		return bad();
	if (o->type == '5' && put_off(u, o->path, &o->mtime))
		return -1;
	dir = open_folder(u, o->path, &name);
	if (dir < 0) {
		pr_perror("Can't open the folder %s of a tmpfs", o->path);
		return -1;
	}
	ret = make(dir, name, o, data);
	if (!ret)
		ret = fchownat(dir, name, o->uid, o->gid, AT_SYMLINK_NOFOLLOW);
	if (!ret && o->type != '2')
		ret = fchmodat(dir, name, o->mode, 0);
	if (!ret && o->type != '5')
		ret = set_time(dir, name, &o->mtime);
	if (ret)
		pr_perror("Can't make %s/%s in a tmpfs", o->path, name);
	close(dir);
	return ret;
}

static int unpack_all(struct unpack *u)
{
	struct one *o = xmalloc(sizeof(*o));
	int ret = o ? 1 : -1;

	while (ret > 0) {
		ret = take_head(u, o);
		if (ret > 0 && unpack_one(u, o))
			ret = -1;
	}
	while (u->nlate) {
		struct late *l = &u->late[--u->nlate];
		const char *name;
		int dir = ret ? -1 : open_folder(u, l->path, &name);

		if (!ret && (dir < 0 || set_time(dir, name, &l->mtime))) {
			pr_perror("Can't set the time of a folder in a tmpfs");
			ret = -1;
		}
		close_safe(&dir);
		xfree(l->path);
	}
	xfree(u->late);
	xfree(o);
	return ret;
}

static bool is_ours(int image, off_t at)
{
	char head[HEAD_LEN];

	return pread(image, head, sizeof(head), at) == sizeof(head) &&
	       !memcmp(head + 10, TMPFS_PACK_MARK, sizeof(TMPFS_PACK_MARK));
}

int tmpfs_unpack(int image, const char *path)
{
	off_t at = lseek(image, 0, SEEK_CUR);
	struct unpack u = { .root = -1 };
	struct stat st;
	size_t len;
	char *buf;
	int ret = -1;

	if (at < 0 || fstat(image, &st)) {
		pr_perror("Can't look at the archive of a tmpfs");
		return -1;
	}
	if (!is_ours(image, at))
		return TMPFS_PACK_NOT_OURS;
	len = st.st_size - at;
	if (len > TMPFS_PACK_WHOLE_MAX)
		return bad();
	buf = xmalloc(len);
	if (!buf)
		return -1;
	u.buf = buf;
	if (pread(image, buf, len, at) != (ssize_t)len) {
		pr_perror("Can't read the archive of a tmpfs");
		goto out;
	}
	u.root = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (u.root < 0) {
		pr_perror("Can't open %s", path);
		goto out;
	}
	ret = join_stored(buf, len, &u.n) ?: unpack_all(&u);
out:
	close_safe(&u.root);
	xfree(buf);
	return ret;
}
