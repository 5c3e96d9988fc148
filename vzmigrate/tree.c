// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Metadata in a tree that is not trusted, as the wire has it. Nothing but a switch is kept
 * here between calls. Extended attributes are reached as
 * /proc/self/fd/<folder>/<name> without following the last component, because
 * Linux 6.12 has no getxattrat(2).
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>
#include "libvz/cleanup.h"
#include "libvz/tree.h"
#include "libvz/tree_flags.h"
#include "libvz/tree_xattr.h"
#include "vzmigrate/tree.h"
#include "vzmigrate/wire.pb-c.h"

#define NAME_LIMIT	255
#define XATTR_LIMIT	(256 << 10)	/* of one file, all together */

static char *dup_bytes(const ProtobufCBinaryData *b)
{
	char *s = malloc(b->len + 1);

	if (!s)
		return NULL;
	if (b->len)
		memcpy(s, b->data, b->len);
	s[b->len] = 0;
	return s;
}

char *tree_name_dup(const ProtobufCBinaryData *b)
{
	return vz_tree_name_ok(b->data, b->len) ? dup_bytes(b) : NULL;
}

char *tree_path_dup(const ProtobufCBinaryData *b)
{
	return vz_tree_path_ok(b->data, b->len) ? dup_bytes(b) : NULL;
}

/* ---- metadata ---------------------------------------------------------- */

void tree_entry_stat(const struct stat *st, Wire__Entry *en)
{
	en->has_mode = en->has_uid = en->has_gid = en->has_size = true;
	en->has_mtime_sec = en->has_mtime_nsec = en->has_nlink = true;
	en->mode = st->st_mode;
	en->uid = st->st_uid;
	en->gid = st->st_gid;
	en->size = S_ISREG(st->st_mode) ? st->st_size : 0;
	en->mtime_sec = st->st_mtim.tv_sec;
	en->mtime_nsec = st->st_mtim.tv_nsec;
	en->nlink = st->st_nlink;
	if (S_ISCHR(st->st_mode) || S_ISBLK(st->st_mode)) {
		en->has_rdev_major = en->has_rdev_minor = true;
		en->rdev_major = major(st->st_rdev);
		en->rdev_minor = minor(st->st_rdev);
	}
}

static void proc_path(char *buf, size_t size, int dirfd, const char *name)
{
	snprintf(buf, size, "/proc/self/fd/%d/%s", dirfd, *name ? name : ".");
}

static bool with_layers;

void tree_layers(bool on)
{
	with_layers = on;
}

/*
 * Attributes that belong to the file; others (system.nfs4_acl, trusted.*) stay where they are.
 * Of those that overlayfs keeps in an upper layer, what says how the layers lie together; the
 * rest is about numbers of files here.
 */
static bool wanted_xattr(const char *name)
{
	if (with_layers && (!strcmp(name, "trusted.overlay.opaque") ||
			    !strcmp(name, "trusted.overlay.redirect")))
		return true;
	return vz_tree_xattr_moves(name) ||
	       !strcmp(name, "system.posix_acl_access") ||
	       !strcmp(name, "system.posix_acl_default");
}

static int list_xattrs(const char *path, char **names)
{
	char probe[4096];
	ssize_t n = llistxattr(path, probe, sizeof(probe));

	*names = NULL;
	if (n < 0 && errno == ERANGE)
		n = llistxattr(path, NULL, 0);
	if (n < 0)
		return errno == EOPNOTSUPP ? 0 : -errno;
	if (!n)
		return 0;
	*names = malloc(n);
	if (!*names)
		return -ENOMEM;
	if ((size_t)n <= sizeof(probe)) {
		memcpy(*names, probe, n);
		return n;
	}
	n = llistxattr(path, *names, n);
	return n < 0 ? -errno : n;
}

static int get_xattr(const char *path, const char *name, Wire__Xattr *x)
{
	uint8_t *v = malloc(65536);
	ssize_t n;

	if (!v)
		return -ENOMEM;
	n = lgetxattr(path, name, v, 65536);
	if (n < 0) {
		free(v);
		return -errno;
	}
	x->value.data = n ? realloc(v, n) : v;
	x->value.len = n;
	x->name.data = (uint8_t *)strdup(name);
	x->name.len = strlen(name);
	return x->name.data ? 0 : -ENOMEM;
}

static int read_xattrs(const char *path, Wire__Entry *en)
{
	cleanup_free char *names = NULL;
	int len = list_xattrs(path, &names), count = 0;
	size_t sum = 0;

	if (len <= 0)
		return len;
	for (char *s = names; s < names + len; s += strlen(s) + 1)
		count++;
	en->xattr = calloc(count, sizeof(*en->xattr));
	if (!en->xattr)
		return -ENOMEM;
	for (char *s = names; s < names + len; s += strlen(s) + 1) {
		Wire__Xattr *x;
		int ret;

		if (!wanted_xattr(s))
			continue;
		x = malloc(sizeof(*x));
		if (!x)
			return -ENOMEM;
		wire__xattr__init(x);
		en->xattr[en->n_xattr++] = x;
		ret = get_xattr(path, s, x);
		if (ret == -ENODATA) {
			en->n_xattr--;
			free(x);
			continue;
		}
		if (ret)
			return ret;
		sum += x->name.len + x->value.len;
		if (sum > XATTR_LIMIT)
			return -E2BIG;
	}
	return 0;
}

static int read_target(int dirfd, const char *name, Wire__Entry *en)
{
	char buf[4096];
	ssize_t n = readlinkat(dirfd, name, buf, sizeof(buf));

	if (n < 0)
		return -errno;
	if (n == sizeof(buf))
		return -ENAMETOOLONG;
	en->target.data = malloc(n + 1);
	if (!en->target.data)
		return -ENOMEM;
	memcpy(en->target.data, buf, n);
	en->target.len = n;
	en->has_target = true;
	return 0;
}

int tree_entry_read(int dirfd, const char *name, const struct stat *st, Wire__Entry *en)
{
	char path[NAME_LIMIT + 64];
	int ret;

	tree_entry_stat(st, en);
	if (S_ISLNK(st->st_mode)) {
		ret = read_target(dirfd, name, en);
		if (ret)
			return ret;
	}
	if (S_ISREG(st->st_mode) || S_ISDIR(st->st_mode))
		en->flags = vz_tree_flags(dirfd, name);
	en->has_flags = en->flags;
	proc_path(path, sizeof(path), dirfd, name);
	return read_xattrs(path, en);
}

void tree_entry_free(Wire__Entry *en)
{
	for (size_t i = 0; i < en->n_xattr; i++) {
		free(en->xattr[i]->name.data);
		free(en->xattr[i]->value.data);
		free(en->xattr[i]);
	}
	free(en->xattr);
	free(en->target.data);
	free(en->link.data);
	free(en->name.data);
	wire__entry__init(en);
}

static const Wire__Xattr *find_xattr(const Wire__Entry *en, const char *name)
{
	for (size_t i = 0; i < en->n_xattr; i++)
		if (en->xattr[i]->name.len == strlen(name) &&
		    !memcmp(en->xattr[i]->name.data, name, strlen(name)))
			return en->xattr[i];
	return NULL;
}

static int apply_xattrs(const char *path, const Wire__Entry *en)
{
	cleanup_free char *have = NULL;
	int len = list_xattrs(path, &have);

	if (len < 0)
		return len;
	for (char *s = have; s < have + len; s += strlen(s) + 1)
		if (wanted_xattr(s) && !find_xattr(en, s) && lremovexattr(path, s) &&
		    errno != ENODATA)
			return -errno;
	for (size_t i = 0; i < en->n_xattr; i++) {
		const Wire__Xattr *x = en->xattr[i];
		char name[NAME_LIMIT + 1];

		if (!x->name.len || x->name.len > NAME_LIMIT ||
		    memchr(x->name.data, 0, x->name.len))
			return -EPROTO;
		memcpy(name, x->name.data, x->name.len);
		name[x->name.len] = 0;
		if (!wanted_xattr(name))
			return -EPROTO;
		if (lsetxattr(path, name, x->value.data ? (void *)x->value.data : "",
			      x->value.len, 0))
			return -errno;
	}
	return 0;
}

int tree_set_mtime(int dirfd, const char *name, const Wire__Entry *en)
{
	struct timespec t[2] = {
		{ .tv_nsec = UTIME_OMIT },
		{ .tv_sec = en->mtime_sec, .tv_nsec = en->mtime_nsec },
	};
	char path[NAME_LIMIT + 64];

	if (en->mtime_nsec > 999999999)
		return -EPROTO;
	if (*name)
		return utimensat(dirfd, name, t, AT_SYMLINK_NOFOLLOW) ? -errno : 0;
	proc_path(path, sizeof(path), dirfd, name);
	return utimensat(AT_FDCWD, path, t, 0) ? -errno : 0;
}

int tree_entry_apply(int dirfd, const char *name, const Wire__Entry *en, bool mtime)
{
	char path[NAME_LIMIT + 64];
	int ret;

	proc_path(path, sizeof(path), dirfd, name);
	/* An owner change takes set-id bits and capabilities away: it comes first. */
	if (fchownat(dirfd, name, en->uid, en->gid, AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
		return -errno;
	if (!S_ISLNK(en->mode) &&
	    fchmodat(dirfd, *name ? name : ".", en->mode & 07777, 0))
		return -errno;
	ret = apply_xattrs(path, en);
	if (ret || !mtime)
		return ret;
	return tree_set_mtime(dirfd, name, en);
}

/* ---- content --------------------------------------------------------------- */

/* Not for protection against an enemy: both files belong to the same VE. */
int tree_hash(int fd, uint64_t *hash)
{
	cleanup_free uint64_t *buf = malloc(1 << 17);
	uint64_t h = 0x243f6a8885a308d3ULL;
	off_t pos = 0;

	if (!buf)
		return -ENOMEM;
	for (;;) {
		size_t have = 0;

		while (have < 1 << 17) {
			ssize_t n = pread(fd, (char *)buf + have, (1 << 17) - have, pos);

			if (n < 0)
				return -errno;
			if (!n)
				break;
			have += n;
			pos += n;
		}
		memset((char *)buf + have, 0, -have & 7);
		for (size_t i = 0; i < (have + 7) / 8; i++) {
			h = (h ^ buf[i]) * 0x9e3779b97f4a7c15ULL;
			h ^= h >> 32;
		}
		if (have < 1 << 17)
			break;
	}
	*hash = (h ^ (uint64_t)pos) * 0xd6e8feb86659fd93ULL;
	return 0;
}
