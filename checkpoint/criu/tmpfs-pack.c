// SPDX-License-Identifier: GPL-2.0-only
/*
 * Packs a tmpfs while all tasks are stopped. tar, a shell and gzip for each mount
 * were a third of the time that a VE with little memory stands still. What is
 * written is what they would read: headers of tar in blocks of gzip that are
 * stored as they are. Files that need more than a header (several names, holes,
 * attributes) or have much content are left to the programs.
 *
 * A process of its own enters the user namespace, in whose terms owners are.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "log.h"
#include "namespaces.h"
#include "tmpfs-pack.h"
#include "tmpfs-sum.h"
#include "util.h"
#include "xmalloc.h"

#undef LOG_PREFIX
#define LOG_PREFIX "tmpfs: "

/* What a header has digits for. */
#define PACK_ID_MAX 07777777
#define PACK_NAME_MAX 100
#define STORED_MAX 65535
/* Each level has a stack frame and a descriptor. */
#define DEPTH_MAX 64

struct pack {
	char *buf; /* the archive, not yet in blocks of gzip */
	size_t n, cap, content;
	unsigned int depth;
	dev_t dev;
};

static int pack_add(struct pack *p, const void *data, size_t len)
{
	if (p->n + len > p->cap) {
		size_t cap = (p->n + len) * 2 + 65536;

		if (xrealloc_safe(&p->buf, cap))
			return -1;
		p->cap = cap;
	}
	if (data)
		memcpy(p->buf + p->n, data, len);
	else
		memset(p->buf + p->n, 0, len);
	p->n += len;
	return 0;
}

static int pack_fill(struct pack *p)
{
	size_t over = p->n % TMPFS_PACK_BLOCK;

	return over ? pack_add(p, NULL, TMPFS_PACK_BLOCK - over) : 0;
}

static void put_octal(char *field, size_t len, unsigned long value)
{
	field[len - 1] = '\0';
	while (len-- > 1) {
		field[len - 1] = '0' + (value & 7);
		value >>= 3;
	}
}

static int pack_head(struct pack *p, struct tmpfs_pack_head *h)
{
	const unsigned char *c = (const unsigned char *)h;
	unsigned long sum = 0;

	memcpy(h->magic, "ustar", sizeof(h->magic));
	memcpy(h->version, "00", sizeof(h->version));
	memset(h->sum, ' ', sizeof(h->sum));
	for (size_t i = 0; i < sizeof(*h); i++)
		sum += c[i];
	put_octal(h->sum, 7, sum);
	return pack_add(p, h, sizeof(*h));
}

/* "LEN KEY=VALUE\n", where LEN counts itself too. */
static size_t put_record(char *to, size_t room, const char *key, const char *value)
{
	size_t rest = strlen(key) + strlen(value) + 3, len = rest + 1;

	while (len != rest + snprintf(NULL, 0, "%zu", len))
		len = rest + snprintf(NULL, 0, "%zu", len);
	snprintf(to, room, "%zu %s=%s\n", len, key, value);
	return len;
}

/* What the next header has no room for: parts of a second, a long name. */
static int pack_more(struct pack *p, const char *path, const char *target, const struct stat *st)
{
	struct tmpfs_pack_head h = { .type = 'x', .name = "./@more" };
	char text[3 * PATH_MAX], when[64];
	size_t n = 0;

	if (st->st_mtim.tv_nsec) {
		snprintf(when, sizeof(when), "%lld.%09ld", (long long)st->st_mtim.tv_sec,
			 st->st_mtim.tv_nsec);
		n += put_record(text + n, sizeof(text) - n, "mtime", when);
	}
	if (strlen(path) > PACK_NAME_MAX)
		n += put_record(text + n, sizeof(text) - n, "path", path);
	if (strlen(target) > PACK_NAME_MAX)
		n += put_record(text + n, sizeof(text) - n, "linkpath", target);
	if (!n)
		return 0;
	put_octal(h.mode, sizeof(h.mode), 0600);
	put_octal(h.uid, sizeof(h.uid), 0);
	put_octal(h.gid, sizeof(h.gid), 0);
	put_octal(h.mtime, sizeof(h.mtime), 0);
	put_octal(h.size, sizeof(h.size), n);
	return pack_head(p, &h) || pack_add(p, text, n) || pack_fill(p) ? -1 : 0;
}

static char type_of(mode_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFREG:
		return '0';
	case S_IFLNK:
		return '2';
	case S_IFCHR:
		return '3';
	case S_IFBLK:
		return '4';
	case S_IFDIR:
		return '5';
	case S_IFIFO:
		return '6';
	}
	return 0;
}

/* Whether a header says all about it. */
static bool is_plain(const struct pack *p, const struct stat *st)
{
	if (!type_of(st->st_mode) || st->st_uid > PACK_ID_MAX || st->st_gid > PACK_ID_MAX ||
	    st->st_mtim.tv_sec < 0 || st->st_mtim.tv_sec > 077777777777LL)
		return false;
	if (S_ISDIR(st->st_mode))
		return true;
	return st->st_dev == p->dev && st->st_nlink == 1 &&
	       major(st->st_rdev) <= PACK_ID_MAX && minor(st->st_rdev) <= PACK_ID_MAX &&
	       (!S_ISREG(st->st_mode) ||
		((uint64_t)st->st_size <= TMPFS_PACK_MAX &&
		 (uint64_t)st->st_blocks * 512 >= (uint64_t)st->st_size));
}

/* The file itself, not what a link leads to; through /proc, as there is no call for it. */
static bool has_attributes(int dir, const char *name)
{
	char path[64 + NAME_MAX];

	snprintf(path, sizeof(path), "/proc/self/fd/%d/%s", dir, name);
	return llistxattr(path, NULL, 0) > 0;
}

static int pack_content(struct pack *p, int dir, const char *name, const struct stat *st)
{
	size_t left = st->st_size;
	int fd, ret = -1;

	p->content += left;
	if (p->content > TMPFS_PACK_MAX)
		return TMPFS_PACK_NOT_OURS;
	fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0) {
		pr_perror("Can't open %s", name);
		return -1;
	}
	if (pack_add(p, NULL, left))
		goto out;
	while (left) {
		ssize_t n = read(fd, p->buf + p->n - left, left);

		if (n <= 0) {
			pr_perror("Can't read %s", name);
			goto out;
		}
		left -= n;
	}
	ret = pack_fill(p);
out:
	close(fd);
	return ret;
}

static int pack_dir(struct pack *p, int dir, char *path);

static int pack_below(struct pack *p, int dir, const char *name, char *path)
{
	int fd, ret;

	if (p->depth == DEPTH_MAX)
		return TMPFS_PACK_NOT_OURS;
	fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0) {
		pr_perror("Can't open %s", path);
		return -1;
	}
	p->depth++;
	ret = pack_dir(p, fd, path);
	p->depth--;
	return ret;
}

/* path: of it, ending with its name; it is put back as it was. */
static int pack_file(struct pack *p, int dir, const char *name, char *path)
{
	struct tmpfs_pack_head h = { 0 };
	char target[PATH_MAX] = "";
	struct stat st;
	size_t len;
	int ret;

	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW)) {
		pr_perror("Can't look at %s", path);
		return -1;
	}
	/* Made anew when it is bound. */
	if (S_ISSOCK(st.st_mode))
		return 0;
	if (!is_plain(p, &st) || has_attributes(dir, name))
		return TMPFS_PACK_NOT_OURS;
	if (S_ISLNK(st.st_mode)) {
		ssize_t n = readlinkat(dir, name, target, sizeof(target) - 1);

		if (n < 0) {
			pr_perror("Can't read %s", path);
			return -1;
		}
		target[n] = '\0';
	}
	len = strlen(path);
	if (S_ISDIR(st.st_mode) && path[len - 1] != '/')
		strcpy(path + len, "/");
	ret = pack_more(p, path, target, &st);
	if (ret)
		return ret;
	memcpy(h.name, path, strnlen(path, sizeof(h.name)));
	memcpy(h.link, target, strnlen(target, sizeof(h.link)));
	h.type = type_of(st.st_mode);
	put_octal(h.mode, sizeof(h.mode), st.st_mode & 07777);
	put_octal(h.uid, sizeof(h.uid), st.st_uid);
	put_octal(h.gid, sizeof(h.gid), st.st_gid);
	put_octal(h.size, sizeof(h.size), S_ISREG(st.st_mode) ? st.st_size : 0);
	put_octal(h.mtime, sizeof(h.mtime), st.st_mtim.tv_sec);
	put_octal(h.major, sizeof(h.major), major(st.st_rdev));
	put_octal(h.minor, sizeof(h.minor), minor(st.st_rdev));
	ret = pack_head(p, &h);
	if (!ret && S_ISREG(st.st_mode) && st.st_size)
		ret = pack_content(p, dir, name, &st);
	/* What is mounted there is another one's. */
	if (!ret && S_ISDIR(st.st_mode) && st.st_dev == p->dev && strcmp(name, "."))
		ret = pack_below(p, dir, name, path);
	path[len] = '\0';
	return ret;
}

/* Closes dir. */
static int pack_dir(struct pack *p, int dir, char *path)
{
	size_t len = strlen(path);
	DIR *d = fdopendir(dir);
	struct dirent *de;
	int ret = 0;

	if (!d) {
		pr_perror("Can't read %s", path);
		close(dir);
		return -1;
	}
	while (!ret && (errno = 0, de = readdir(d))) {
		if (!strcmp(de->d_name, ".") || !strcmp(de->d_name, ".."))
			continue;
		if (len + strlen(de->d_name) + 2 > PATH_MAX) {
			ret = TMPFS_PACK_NOT_OURS;
			break;
		}
		strcpy(path + len, de->d_name);
		ret = pack_file(p, dirfd(d), de->d_name, path);
	}
	if (!ret && errno) {
		pr_perror("Can't read %s", path);
		ret = -1;
	}
	path[len] = '\0';
	closedir(d);
	return ret;
}

static int pack_tree(struct pack *p, int root)
{
	char path[PATH_MAX + 2] = "./";
	struct stat st;
	int fd, ret;

	if (fstat(root, &st))
		return -1;
	p->dev = st.st_dev;
	ret = pack_file(p, root, ".", path);
	if (ret)
		return ret;
	fd = openat(root, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ret = fd < 0 ? -1 : pack_dir(p, fd, path);
	if (ret)
		return ret;
	/* Its end. */
	return pack_add(p, NULL, 2 * TMPFS_PACK_BLOCK);
}

static int write_out(int image, const void *data, size_t len)
{
	if (write_all(image, data, len) == (ssize_t)len)
		return 0;
	pr_perror("Can't write the content of a tmpfs");
	return -1;
}

/* Blocks of gzip that are stored: whether it is the last, length, its complement. */
static int write_stored(int image, const struct pack *p)
{
	static const unsigned char head[10] = { 0x1f, 0x8b, 8, 0x10, 0, 0, 0, 0, 4, 3 };
	uint32_t end[2] = { htole32(tmpfs_sum(p->buf, p->n)), htole32(p->n) };

	if (write_out(image, head, sizeof(head)) ||
	    write_out(image, TMPFS_PACK_MARK, sizeof(TMPFS_PACK_MARK)))
		return -1;
	for (size_t at = 0; at < p->n;) {
		uint16_t len = p->n - at < STORED_MAX ? p->n - at : STORED_MAX;
		unsigned char block[5] = { at + len == p->n, len & 255, len >> 8,
					   ~len & 255, (uint16_t)~len >> 8 };

		if (write_out(image, block, sizeof(block)) || write_out(image, p->buf + at, len))
			return -1;
		at += len;
	}
	return write_out(image, end, sizeof(end));
}

static int pack_in_namespace(int dir, int image, int userns_pid)
{
	struct pack p = { 0 };
	int ret;

	if (userns_pid > 0 && switch_ns(userns_pid, &user_ns_desc, NULL))
		return -1;
	if (userns_pid > 0 && (setgid(0) || setuid(0))) {
		pr_perror("Can't be root of the user namespace");
		return -1;
	}
	ret = pack_tree(&p, dir);
	if (ret)
		return ret;
	return write_stored(image, &p);
}

int tmpfs_pack(int dir, int image, int userns_pid)
{
	sigset_t block, old;
	int status, ret = -1;
	pid_t pid;

	sigemptyset(&block);
	sigaddset(&block, SIGCHLD);
	if (sigprocmask(SIG_BLOCK, &block, &old)) {
		pr_perror("Can't block signals");
		return -1;
	}
	pid = fork();
	if (!pid) {
		ret = pack_in_namespace(dir, image, userns_pid);
		_exit(ret < 0 ? 2 : ret);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		pr_perror("Can't pack a tmpfs");
	else if (WIFEXITED(status) && WEXITSTATUS(status) <= TMPFS_PACK_NOT_OURS)
		ret = WEXITSTATUS(status);
	else
		pr_err("Packing a tmpfs ended with %#x\n", status);
	if (sigprocmask(SIG_SETMASK, &old, NULL))
		pr_perror("Can't unblock signals");
	return ret;
}
