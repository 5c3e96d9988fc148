// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The archive is read as a stream, once. Its files are made by libarchive in a
 * process whose root is the staging folder, so that no name leads out of it. What
 * comes behind openve/delta is written by a second writer, once the first has
 * set the times of its folders. Those of folders that it only writes into are put back.
 */
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "libvz/archive.h"
#include "libvz/cleanup.h"
#include "libvz/device_conf.h"
#include "libvz/err.h"
#include "libvz/log.h"
#include "libvz/template.h"
#include "libvz/report.h"
#include "libvz/sha256.h"
#include "libvz/tree.h"
#include "libvz/tree_flags.h"
#include "vzctl/backup_archive.h"
#include "vzctl/backup_read.h"
#include "vzctl/backup_xattr.h"

#define HEAD_MAX	(64u << 10)
#define LIST_MAX	(256u << 20)

struct backup_in {
	struct archive *a;
	int fd;
	json_t *manifest;
	char *config;
	/* in the process that unpacks */
	struct archive *disk;
	int here, stage, fds;	/* fds: /proc/self/fd, which is not in the folder */
	uint64_t files;
	bool ended, last;
	bool later;	/* there is something already that is written over */
	struct vz_progress progress;
};

static int in_failed(struct backup_in *in, struct vz_err *e)
{
	const char *text = archive_error_string(in->a);

	return vz_error(e, VZ_BADVALUE, -EINVAL, "The archive cannot be read: %s",
			text ? text : "it is damaged");
}

static int in_wrong(const char *what, struct vz_err *e)
{
	return vz_error(e, VZ_BADVALUE, -EINVAL,
			"This is no archive of vzctl export, or a damaged one: %s", what);
}

static int disk_failed(struct backup_in *in, const char *path, struct vz_err *e)
{
	int err = archive_errno(in->disk);
	const char *text = archive_error_string(in->disk);

	if (err == ENOSPC || err == EDQUOT)
		return vz_error(e, VZ_NOSPACE, -err, "%s: not enough disk space", path);
	return vz_error(e, VZ_CREATE, err > 0 ? -err : -EIO, "write %s: %s", path,
			text ? text : "it fails");
}

static int take_digest(int fd, const char *file, char *digest, struct vz_err *e)
{
	int ret = lseek(fd, 0, SEEK_SET) ? -errno : vz_sha256_file(fd, digest);

	if (!ret && lseek(fd, 0, SEEK_SET))
		ret = -errno;
	return ret ? vz_error_sys(e, VZ_BADVALUE, ret, "read %s, which has to be a file", file) : 0;
}

int backup_in_open(const char *file, char *digest, struct backup_in **res, struct vz_err *e)
{
	struct backup_in *in = calloc(1, sizeof(*in));

	*res = in;
	if (!in)
		return vz_error_sys(e, VZ_NOMEM, -ENOMEM, "%s", file);
	in->here = in->stage = -1;
	in->fd = strcmp(file, "-") ? open(file, O_RDONLY | O_CLOEXEC | O_NOCTTY) : dup(0);
	if (in->fd < 0)
		return vz_error_sys(e, VZ_BADVALUE, -errno, "open %s", file);
	if (digest && take_digest(in->fd, file, digest, e))
		return e->err;
	in->a = vz_archive_reader();
	if (!in->a)
		return vz_error_sys(e, VZ_NOMEM, -ENOMEM, "%s", file);
	return archive_read_open_fd(in->a, in->fd, 256 << 10) ? in_failed(in, e) : 0;
}

void backup_in_close(struct backup_in *in)
{
	if (!in)
		return;
	if (in->a)
		archive_read_free(in->a);
	if (in->fd >= 0)
		close(in->fd);
	json_decref(in->manifest);
	free(in->config);
	free(in);
}

/* The content of the current entry, with a NUL behind it. */
static int in_text(struct backup_in *in, struct archive_entry *en, size_t max, char **text,
		   size_t *len, struct vz_err *e)
{
	la_int64_t size = archive_entry_size(en);

	if (archive_entry_filetype(en) != AE_IFREG || size < 0 || (uint64_t)size > max)
		return in_wrong("a part of it is too long", e);
	*text = malloc(size + 1);
	if (!*text)
		return vz_error_sys(e, VZ_NOMEM, -ENOMEM, "the archive");
	if (archive_read_data(in->a, *text, size) != size)
		return in_failed(in, e);
	(*text)[size] = '\0';
	*len = size;
	return 0;
}

static int in_named(struct backup_in *in, const char *name, char **text, size_t *len,
		    struct vz_err *e)
{
	struct archive_entry *en;

	if (archive_read_next_header(in->a, &en) != ARCHIVE_OK)
		return in_failed(in, e);
	if (!archive_entry_pathname(en) || strcmp(archive_entry_pathname(en), name))
		return in_wrong("it does not begin as such", e);
	return in_text(in, en, HEAD_MAX, text, len, e);
}

int backup_in_head(struct backup_in *in, struct backup_head *h, struct vz_err *e)
{
	cleanup_free char *text = NULL;
	int ret, format = 0, ctid = 0, suspended = 0;
	size_t len;

	memset(h, 0, sizeof(*h));
	ret = in_named(in, BACKUP_MANIFEST, &text, &len, e);
	if (ret)
		return ret;
	in->manifest = json_loadb(text, len, 0, NULL);
	if (json_unpack(in->manifest, "{s:i, s:i, s:s, s:s, s:b}", "format", &format, "ctid", &ctid,
			"created", &h->created, "kernel", &h->kernel, "suspended", &suspended))
		return in_wrong("its manifest makes no sense", e);
	json_unpack(in->manifest, "{s:s}", "base", &h->base);
	in->later = h->base;
	if (format < 1 || format > BACKUP_FORMAT)
		return vz_error(e, VZ_BADVALUE, -EINVAL,
				"The archive has format %d, and this vzctl knows %d: a newer one has "
				"written it", format, BACKUP_FORMAT);
	h->ctid = ctid;
	h->suspended = suspended;
	ret = in_named(in, BACKUP_CONFIG, &in->config, &h->config_len, e);
	h->config = in->config;
	return ret;
}

int backup_in_index(struct backup_in *in, char **text, size_t *len, struct vz_err *e)
{
	struct archive_entry *en;
	int r;

	while ((r = archive_read_next_header(in->a, &en)) != ARCHIVE_EOF) {
		if (r < ARCHIVE_WARN)
			return in_failed(in, e);
		if (archive_entry_pathname(en) && !strcmp(archive_entry_pathname(en), BACKUP_INDEX))
			return in_text(in, en, LIST_MAX, text, len, e);
	}
	return vz_error(e, VZ_BADVALUE, -EINVAL, "It has no list of its files: an older vzctl has "
			"written it. Export the whole CT once");
}

/* ---- in the process that is shut into the folder ---------------------------- */

static int disk_begin(struct backup_in *in, struct vz_err *e)
{
	in->disk = archive_write_disk_new();
	if (!in->disk)
		return vz_error_sys(e, VZ_NOMEM, -ENOMEM, "libarchive");
	archive_write_disk_set_options(
		in->disk, ARCHIVE_EXTRACT_OWNER | ARCHIVE_EXTRACT_PERM | ARCHIVE_EXTRACT_TIME |
		ARCHIVE_EXTRACT_ACL | ARCHIVE_EXTRACT_XATTR | ARCHIVE_EXTRACT_UNLINK |
		ARCHIVE_EXTRACT_SECURE_SYMLINKS | ARCHIVE_EXTRACT_SECURE_NODOTDOT |
		ARCHIVE_EXTRACT_SECURE_NOABSOLUTEPATHS);
	return 0;
}

static int disk_end(struct backup_in *in, struct vz_err *e)
{
	bool failed = vz_archive_failed(in->disk, archive_write_close(in->disk));
	int ret = failed ? disk_failed(in, "folders", e) : 0;

	archive_write_free(in->disk);
	in->disk = NULL;
	return ret;
}

static bool below(const char *path, const char *top)
{
	size_t n = strlen(top);

	return path && !strncmp(path, top, n) && (!path[n] || path[n] == '/') &&
	       vz_tree_path_ok(path, strlen(path));
}

/* Of the area or of the dump; libarchive ends the name of a folder with a slash. */
static bool file_path_ok(const char *path, char *clean)
{
	size_t n = path ? strlen(path) : 0;

	if (!n || n > VZ_TREE_PATH_MAX)
		return false;
	memcpy(clean, path, n + 1);
	if (clean[n - 1] == '/')
		clean[n - 1] = '\0';
	return below(clean, BACKUP_ROOT) || below(clean, BACKUP_DUMP);
}

static int take_data(struct backup_in *in, const char *path, struct vz_err *e)
{
	const void *buf;
	la_int64_t off;
	size_t n;
	int r;

	while ((r = archive_read_data_block(in->a, &buf, &n, &off)) != ARCHIVE_EOF) {
		if (r < ARCHIVE_WARN)
			return in_failed(in, e);
		if (archive_write_data_block(in->disk, buf, n, off) < ARCHIVE_OK)
			return disk_failed(in, path, e);
		vz_progress_add(&in->progress, n);
	}
	return 0;
}

/* The folder of a path, or -1; *name is what follows it. */
static int open_above(struct backup_in *in, const char *path, const char **name)
{
	cleanup_free char *above = strdup(path);
	char *slash = above ? strrchr(above, '/') : NULL;

	*name = path;
	if (!slash)
		return -1;
	*slash = '\0';
	*name = path + (slash - above) + 1;
	return vz_tree_open(in->here, above);
}

/* What a file that is about to be written over has in it. */
static int open_kept(int above, const char *name, struct archive_entry *en, struct vz_err *e)
{
	int fd = above < 0 ? -1 : openat(above, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK |
							      O_NOCTTY | O_CLOEXEC);
	struct stat st;

	if (fd >= 0 && !fstat(fd, &st) && S_ISREG(st.st_mode) &&
	    archive_entry_filetype(en) == AE_IFREG && !archive_entry_hardlink(en)) {
		archive_entry_set_size(en, st.st_size);
		return fd;
	}
	if (fd >= 0)
		close(fd);
	return in_wrong("it keeps a file that is not there", e);
}

static int copy_kept(struct backup_in *in, int fd, const char *path, struct vz_err *e)
{
	static char buf[256 << 10];
	off_t at = 0, end;
	ssize_t n;

	while ((at = lseek(fd, at, SEEK_DATA)) >= 0) {
		end = lseek(fd, at, SEEK_HOLE);
		while (at < end) {
			n = pread(fd, buf, end - at < (off_t)sizeof(buf) ? (size_t)(end - at)
									 : sizeof(buf), at);
			if (n <= 0)
				return vz_error_sys(e, VZ_CREATE, n ? -errno : -EIO, "read %s",
						    path);
			if (archive_write_data_block(in->disk, buf, n, at) < ARCHIVE_OK)
				return disk_failed(in, path, e);
			at += n;
		}
	}
	return errno == ENXIO ? 0 : vz_error_sys(e, VZ_CREATE, -errno, "read %s", path);
}

static int write_file(struct backup_in *in, struct archive_entry *en, const char *path, int kept,
		      struct vz_err *e)
{
	bool data = !archive_entry_hardlink(en) && archive_entry_filetype(en) == AE_IFREG;

	archive_entry_copy_pathname(en, path);
	archive_entry_set_fflags(en, 0, 0);
	backup_xattr_keep(en);
	if (vz_archive_failed(in->disk, archive_write_header(in->disk, en)))
		return disk_failed(in, path, e);
	if (data && (kept >= 0 ? copy_kept(in, kept, path, e) : take_data(in, path, e)))
		return e->err;
	if (vz_archive_failed(in->disk, archive_write_finish_entry(in->disk)))
		return disk_failed(in, path, e);
	return 0;
}

/* Over what is there: the folder's times are those that it had, unless it comes, too. */
static int write_later(struct backup_in *in, struct archive_entry *en, const char *path,
		       bool kept, struct vz_err *e)
{
	const char *name;
	cleanup_close int above = open_above(in, path, &name), fd = -1;
	struct stat st;
	int ret;

	if (kept) {
		fd = open_kept(above, name, en, e);
		if (fd < 0)
			return fd;
	}
	if (above >= 0 && fstat(above, &st))
		return vz_error_sys(e, VZ_CREATE, -errno, "stat %s", path);
	ret = write_file(in, en, path, fd, e);
	if (!ret && above >= 0)
		futimens(above, (struct timespec[]){ st.st_atim, st.st_mtim });
	return ret;
}

/* The folder keeps its times: those that it is to have may have come already. */
static int remove_from(struct backup_in *in, int dir, const char *name)
{
	struct stat st;
	int ret = fstat(dir, &st) ? -errno : vz_tree_remove(dir, name, in->stage, NULL);

	if (!ret && futimens(dir, (struct timespec[]){ st.st_atim, st.st_mtim }))
		ret = -errno;
	return ret;
}

/* What it would replace goes all the same. */
static int leave_out(struct backup_in *in, const char *path)
{
	const char *name;
	cleanup_close int above = open_above(in, path, &name);

	vz_warn("%s is left out: a device that no CT has by default", path);
	return in->later && above >= 0 ? remove_from(in, above, name) : 0;
}

static int take_file(struct backup_in *in, struct archive_entry *en, struct vz_err *e)
{
	static char path[VZ_TREE_PATH_MAX + 1];
	const char *link = archive_entry_hardlink(en), *name = archive_entry_pathname(en);
	unsigned int type = archive_entry_filetype(en);
	bool kept = in->later && !strncmp(name, BACKUP_KEPT "/", strlen(BACKUP_KEPT "/"));
	int ret;

	name += kept ? strlen(BACKUP_KEPT "/") : 0;
	if (!file_path_ok(name, path) || (link && !below(link, BACKUP_ROOT)))
		return in_wrong("a path that leads elsewhere", e);
	in->files++;
	/* The processes of another day. */
	if (!in->last && below(path, BACKUP_DUMP))
		return 0;
	if (!link && (type == AE_IFCHR || type == AE_IFBLK) &&
	    !vz_template_node_ok(type == AE_IFCHR, archive_entry_rdevmajor(en),
				archive_entry_rdevminor(en))) {
		ret = leave_out(in, path);
		return ret ? vz_error_sys(e, VZ_CREATE, ret, "remove %s", path) : 0;
	}
	return in->later ? write_later(in, en, path, kept, e) : write_file(in, en, path, -1, e);
}

/* Items of a list, each checked; each is called with the path's folder open. */
static int each_path(struct backup_in *in, char *list, size_t len, bool numbers,
		     int (*each)(struct backup_in *in, int dir, const char *name, unsigned int n),
		     struct vz_err *e)
{
	for (char *s = list; s < list + len; s += strlen(s) + 1) {
		cleanup_close int dir = -1;
		cleanup_free char *path = NULL;
		unsigned int number = 0;
		char *p = s, *slash;
		int ret;

		if (numbers)
			number = strtoul(s, &p, 10);
		if (numbers && *p++ != ' ')
			return in_wrong("a list that makes no sense", e);
		path = strdup(p);
		slash = path ? strrchr(path, '/') : NULL;
		if (!slash || !below(path, BACKUP_ROOT))
			return in_wrong("a list that names something else", e);
		*slash = '\0';
		dir = vz_tree_open(in->here, path);
		/* The folder went first, or was never there: it has changed meanwhile. */
		if (dir == -ENOENT || dir == -ENOTDIR || dir == -ELOOP)
			continue;
		ret = dir < 0 ? dir : each(in, dir, slash + 1, number);
		if (ret)
			return vz_error_sys(e, VZ_CREATE, ret, "%s", p);
	}
	return 0;
}

static int remove_one(struct backup_in *in, int dir, const char *name, unsigned int unused)
{
	return remove_from(in, dir, name);
}

static int flag_one(struct backup_in *in, int dir, const char *name, unsigned int flags)
{
	cleanup_close int path = openat(dir, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	cleanup_close int fd = -1;
	struct stat st;
	char number[16];
	int ret;

	if (path < 0 || fstat(path, &st))
		return errno == ENOENT ? 0 : -errno;
	if (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode))
		return 0;
	snprintf(number, sizeof(number), "%d", path);
	fd = openat(in->fds, number, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	ret = fd < 0 ? -errno : vz_tree_flags_put(fd, flags & VZ_TREE_FLAGS);
	if (ret == -EOPNOTSUPP)
		vz_warn("%s: this file system does not keep its attributes (lsattr)", name);
	return ret == -EOPNOTSUPP ? 0 : ret;
}

static int take_list(struct backup_in *in, struct archive_entry *en, struct vz_err *e)
{
	bool flags = !strcmp(archive_entry_pathname(en), BACKUP_FLAGS);
	cleanup_free char *list = NULL;
	size_t len = 0;
	int ret = in_text(in, en, LIST_MAX, &list, &len, e);

	/* They keep the times of folders from being set: first those, then the flags. */
	if (!ret && flags)
		ret = disk_end(in, e);
	if (!ret && flags)
		ret = disk_begin(in, e);
	if (ret)
		return ret;
	return each_path(in, list, len, flags, flags ? flag_one : remove_one, e);
}

static int take_end(struct backup_in *in, struct archive_entry *en, struct vz_err *e)
{
	cleanup_free char *text = NULL;
	size_t len;
	int ret = in_text(in, en, 32, &text, &len, e);

	if (!ret && strtoull(text, NULL, 10) > in->files)
		ret = in_wrong("files are missing", e);
	in->ended = !ret;
	return ret;
}

static int take_entry(struct backup_in *in, struct archive_entry *en, struct vz_err *e)
{
	const char *path = archive_entry_pathname(en);

	if (!path || in->ended)
		return in_wrong("it goes on behind its end", e);
	if (!strcmp(path, BACKUP_DELTA)) {
		in->later = true;
		return disk_end(in, e) ? e->err : disk_begin(in, e);
	}
	/* For the next export; and flags would be in the way of what a later one writes. */
	if (!strcmp(path, BACKUP_INDEX) || (!in->last && !strcmp(path, BACKUP_FLAGS)))
		return 0;
	if (!strcmp(path, BACKUP_REMOVED) || !strcmp(path, BACKUP_FLAGS))
		return take_list(in, en, e);
	if (!strcmp(path, BACKUP_END))
		return take_end(in, en, e);
	return take_file(in, en, e);
}

static int unpack_all(struct backup_in *in, struct vz_err *e)
{
	struct archive_entry *en;
	int r, ret = disk_begin(in, e);

	while (!ret && (r = archive_read_next_header(in->a, &en)) != ARCHIVE_EOF)
		ret = r < ARCHIVE_WARN ? in_failed(in, e) : take_entry(in, en, e);
	if (in->disk && !ret)
		ret = disk_end(in, e);
	if (!ret && !in->ended)
		ret = in_wrong("its end is missing", e);
	return ret;
}

struct unpack {
	struct backup_in *in;
	const char *dir;
};

static int unpack_child(void *arg, struct vz_err *e)
{
	struct unpack *u = arg;
	struct backup_in *in = u->in;
	int ret;

	vz_log_no_file();
	setlocale(LC_CTYPE, "C.UTF-8");
	umask(0);
	in->fds = open("/proc/self/fd", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (in->fds < 0)
		return vz_error_sys(e, VZ_CREATE, -errno, "open /proc/self/fd");
	if (chdir(u->dir) || chroot(".") || chdir("/") ||
	    (mkdir("stage", 0700) && errno != EEXIST))
		return vz_error_sys(e, VZ_CREATE, -errno, "Cannot enter %s", u->dir);
	in->here = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	in->stage = open("/stage", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (in->here < 0 || in->stage < 0)
		return vz_error_sys(e, VZ_CREATE, -errno, "open %s", u->dir);
	vz_progress_start(&in->progress, "Unpacking", 0);
	ret = unpack_all(in, e);
	vz_progress_end(&in->progress);
	return ret;
}

int backup_in_unpack(struct backup_in *in, const char *dir, bool last, struct vz_err *e)
{
	struct unpack u = { in, dir };

	in->last = last;
	return vz_in_child(unpack_child, &u, e);
}
