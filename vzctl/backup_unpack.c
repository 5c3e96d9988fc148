// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Files are made by libarchive in a process whose root is the staging folder, so that no name
 * leads out of it. What comes behind openve/delta, and increments, are written by another
 * writer, once the one before has set the times of its folders. Those of folders that it only
 * writes into are put back.
 */
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
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
#include "libvz/report.h"
#include "libvz/template.h"
#include "libvz/tree.h"
#include "libvz/tree_flags.h"
#include "vzctl/backup_archive.h"
#include "vzctl/backup_check.h"
#include "vzctl/backup_read.h"
#include "vzctl/backup_unpack.h"
#include "vzctl/backup_xattr.h"

/**
 * struct unpack - what the process that unpacks has
 * @in: the archive that it is at
 * @fds: /proc/self/fd, which is not in the folder
 * @last: no archive follows
 * @later: there is something already that is written over
 * @ended: the end of this archive has come
 * @files: that it had so far
 */
struct unpack {
	struct backup_in *in;
	struct backup_check *check;
	struct archive *disk;
	int here, stage, fds;
	bool last, later, ended;
	uint64_t files;
	struct vz_progress progress;
};

static int disk_failed(struct unpack *u, const char *path, struct vz_err *e)
{
	int err = archive_errno(u->disk);
	const char *text = archive_error_string(u->disk);

	if (err == ENOSPC || err == EDQUOT)
		return vz_error(e, VZ_NOSPACE, -err, "%s: not enough disk space", path);
	return vz_error(e, VZ_CREATE, err > 0 ? -err : -EIO, "write %s: %s", path,
			text ? text : "it fails");
}

static int disk_begin(struct unpack *u, struct vz_err *e)
{
	u->disk = archive_write_disk_new();
	if (!u->disk)
		return vz_error_sys(e, VZ_NOMEM, -ENOMEM, "libarchive");
	archive_write_disk_set_options(
		u->disk, ARCHIVE_EXTRACT_OWNER | ARCHIVE_EXTRACT_PERM | ARCHIVE_EXTRACT_TIME |
		ARCHIVE_EXTRACT_ACL | ARCHIVE_EXTRACT_XATTR | ARCHIVE_EXTRACT_UNLINK |
		ARCHIVE_EXTRACT_SECURE_SYMLINKS | ARCHIVE_EXTRACT_SECURE_NODOTDOT |
		ARCHIVE_EXTRACT_SECURE_NOABSOLUTEPATHS);
	return 0;
}

static int disk_end(struct unpack *u, struct vz_err *e)
{
	bool failed = vz_archive_failed(u->disk, archive_write_close(u->disk));
	int ret = failed ? disk_failed(u, "folders", e) : 0;

	archive_write_free(u->disk);
	u->disk = NULL;
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

static int take_data(struct unpack *u, const char *path, struct vz_err *e)
{
	const void *buf;
	la_int64_t off;
	size_t n;
	int r;

	while ((r = archive_read_data_block(backup_in_archive(u->in), &buf, &n, &off)) !=
	       ARCHIVE_EOF) {
		if (r != ARCHIVE_OK && r != ARCHIVE_WARN)
			return backup_in_failed(u->in, e);
		if (archive_write_data_block(u->disk, buf, n, off) < ARCHIVE_OK)
			return disk_failed(u, path, e);
		backup_check_data(u->check, buf, n, off);
		vz_progress_add(&u->progress, n);
	}
	return 0;
}

/* The folder of a path, or -1; *name is what follows it. */
static int open_above(struct unpack *u, const char *path, const char **name)
{
	cleanup_free char *above = strdup(path);
	char *slash = above ? strrchr(above, '/') : NULL;

	*name = path;
	if (!slash)
		return -1;
	*slash = '\0';
	*name = path + (slash - above) + 1;
	return vz_tree_open(u->here, above);
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
	return backup_in_wrong("it keeps a file that is not there", e);
}

static int copy_kept(struct unpack *u, int fd, const char *path, struct vz_err *e)
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
			if (archive_write_data_block(u->disk, buf, n, at) < ARCHIVE_OK)
				return disk_failed(u, path, e);
			backup_check_data(u->check, buf, n, at);
			at += n;
		}
	}
	return errno == ENXIO ? 0 : vz_error_sys(e, VZ_CREATE, -errno, "read %s", path);
}

static int write_file(struct unpack *u, struct archive_entry *en, const char *path, int kept,
		      struct vz_err *e)
{
	bool data = !archive_entry_hardlink(en) && archive_entry_filetype(en) == AE_IFREG;

	archive_entry_copy_pathname(en, path);
	archive_entry_set_fflags(en, 0, 0);
	backup_xattr_keep(en);
	if (vz_archive_failed(u->disk, archive_write_header(u->disk, en)))
		return disk_failed(u, path, e);
	backup_check_begin(u->check, data ? archive_entry_size(en) : 0);
	if (data && (kept >= 0 ? copy_kept(u, kept, path, e) : take_data(u, path, e)))
		return e->err;
	if (vz_archive_failed(u->disk, archive_write_finish_entry(u->disk)))
		return disk_failed(u, path, e);
	return 0;
}

/* Over what is there: the folder's times are those that it had, unless it comes, too. */
static int write_later(struct unpack *u, struct archive_entry *en, const char *path,
		       bool kept, struct vz_err *e)
{
	const char *name;
	cleanup_close int above = open_above(u, path, &name), fd = -1;
	struct stat st;
	int ret;

	if (kept) {
		fd = open_kept(above, name, en, e);
		if (fd < 0)
			return fd;
	}
	if (above >= 0 && fstat(above, &st))
		return vz_error_sys(e, VZ_CREATE, -errno, "stat %s", path);
	ret = write_file(u, en, path, fd, e);
	if (!ret && above >= 0)
		futimens(above, (struct timespec[]){ st.st_atim, st.st_mtim });
	return ret;
}

/* The folder keeps its times: those that it is to have may have come already. */
static int remove_from(struct unpack *u, int dir, const char *name)
{
	struct stat st;
	int ret = fstat(dir, &st) ? -errno : vz_tree_remove(dir, name, u->stage, NULL);

	if (!ret && futimens(dir, (struct timespec[]){ st.st_atim, st.st_mtim }))
		ret = -errno;
	return ret;
}

/* What it would replace goes all the same. */
static int leave_out(struct unpack *u, const char *path)
{
	const char *name;
	cleanup_close int above = open_above(u, path, &name);

	vz_warn("%s is left out: a device that no CT has by default", path);
	return u->later && above >= 0 ? remove_from(u, above, name) : 0;
}

/* For the list of files, which has those of the area. */
static int made(struct unpack *u, struct archive_entry *en, const char *path, struct vz_err *e)
{
	const char *link = archive_entry_hardlink(en);

	if (!below(path, BACKUP_ROOT))
		return 0;
	path += strlen(BACKUP_ROOT);
	if (link)
		link += strlen(BACKUP_ROOT);
	path += *path == '/';
	if (link)
		link += *link == '/';
	return backup_check_made(u->check, path, archive_entry_filetype(en), link) ?
	       vz_error_sys(e, VZ_NOMEM, -ENOMEM, "%s", path) : 0;
}

static bool is_foreign_device(struct archive_entry *en)
{
	unsigned int type = archive_entry_filetype(en);

	return !archive_entry_hardlink(en) && (type == AE_IFCHR || type == AE_IFBLK) &&
	       !vz_template_node_ok(type == AE_IFCHR, archive_entry_rdevmajor(en),
				    archive_entry_rdevminor(en));
}

static int take_file(struct unpack *u, struct archive_entry *en, struct vz_err *e)
{
	static char path[VZ_TREE_PATH_MAX + 1];
	const char *link = archive_entry_hardlink(en), *name = archive_entry_pathname(en);
	bool kept = u->later && !strncmp(name, BACKUP_KEPT "/", strlen(BACKUP_KEPT "/"));
	int ret;

	name += kept ? strlen(BACKUP_KEPT "/") : 0;
	if (!file_path_ok(name, path) || (link && !below(link, BACKUP_ROOT)))
		return backup_in_wrong("a path that leads elsewhere", e);
	u->files++;
	/* The processes of another day. */
	if (!u->last && below(path, BACKUP_DUMP))
		return 0;
	if (is_foreign_device(en)) {
		ret = leave_out(u, path);
		ret = ret ? vz_error_sys(e, VZ_CREATE, ret, "remove %s", path) : 0;
	} else {
		ret = u->later ? write_later(u, en, path, kept, e) : write_file(u, en, path, -1, e);
	}
	return ret ? ret : made(u, en, path, e);
}

/* The folder of a path of a list, and the name in it. 1: it is not there. */
static int open_listed(struct unpack *u, char *path, int *dir, const char **name, struct vz_err *e)
{
	char *slash = strrchr(path, '/');

	if (!slash || !below(path, BACKUP_ROOT))
		return backup_in_wrong("a list that names something else", e);
	*slash = '\0';
	*dir = vz_tree_open(u->here, path);
	*slash = '/';
	*name = slash + 1;
	/* The folder went first, or was never there: it has changed meanwhile. */
	if (*dir == -ENOENT || *dir == -ENOTDIR || *dir == -ELOOP)
		return 1;
	return *dir < 0 ? vz_error_sys(e, VZ_CREATE, *dir, "open the folder of %s", path) : 0;
}

static int remove_item(char *item, void *arg, struct vz_err *e)
{
	struct unpack *u = arg;
	cleanup_close int dir = -1;
	const char *name;
	int ret = open_listed(u, item, &dir, &name, e);

	if (ret)
		return ret < 0 ? ret : 0;
	ret = remove_from(u, dir, name);
	return ret ? vz_error_sys(e, VZ_CREATE, ret, "remove %s", item) : 0;
}

static int flag_one(struct unpack *u, int dir, const char *name, unsigned int flags)
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
	fd = openat(u->fds, number, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	ret = fd < 0 ? -errno : vz_tree_flags_put(fd, flags & VZ_TREE_FLAGS);
	if (ret == -EOPNOTSUPP)
		vz_warn("%s: this file system does not keep its attributes (lsattr)", name);
	return ret == -EOPNOTSUPP ? 0 : ret;
}

static int flag_item(char *item, void *arg, struct vz_err *e)
{
	struct unpack *u = arg;
	cleanup_close int dir = -1;
	unsigned int flags = strtoul(item, &item, 10);
	const char *name;
	int ret;

	if (*item++ != ' ')
		return backup_in_wrong("a list that makes no sense", e);
	ret = open_listed(u, item, &dir, &name, e);
	if (ret)
		return ret < 0 ? ret : 0;
	ret = flag_one(u, dir, name, flags);
	return ret ? vz_error_sys(e, VZ_CREATE, ret, "attributes of %s", item) : 0;
}

static int next_writer(struct unpack *u, struct vz_err *e)
{
	int ret = disk_end(u, e);

	return ret ? ret : disk_begin(u, e);
}

static int take_end(struct unpack *u, struct archive_entry *en, struct vz_err *e)
{
	cleanup_free char *text = NULL;
	size_t len;
	int ret = backup_in_text(u->in, en, 32, &text, &len, e);

	if (!ret && strtoull(text, NULL, 10) > u->files)
		ret = backup_in_wrong("files are missing", e);
	u->ended = !ret;
	return ret;
}

static int take_flags(struct unpack *u, struct archive_entry *en, struct vz_err *e)
{
	/* They keep the times of folders from being set: first those, then the flags. */
	int ret = next_writer(u, e);

	return ret ? ret : backup_in_items(u->in, en, flag_item, u, e);
}

static int take_entry(struct unpack *u, struct archive_entry *en, struct vz_err *e)
{
	const char *path = archive_entry_pathname(en);

	if (!path || u->ended)
		return backup_in_wrong("it goes on behind its end", e);
	if (!strcmp(path, BACKUP_DELTA)) {
		u->later = true;
		return next_writer(u, e);
	}
	if (!strcmp(path, BACKUP_REMOVED))
		return backup_in_items(u->in, en, remove_item, u, e);
	/* Of an older state; and flags would be in the way of what a later archive writes. */
	if (!u->last && (!strcmp(path, BACKUP_INDEX) || !strcmp(path, BACKUP_FLAGS)))
		return 0;
	if (!strcmp(path, BACKUP_FLAGS))
		return take_flags(u, en, e);
	if (!strcmp(path, BACKUP_INDEX))
		return backup_in_items(u->in, en, backup_check_item, u->check, e);
	return !strcmp(path, BACKUP_END) ? take_end(u, en, e) : take_file(u, en, e);
}

static int unpack_one(struct unpack *u, struct backup_in *in, bool last, struct vz_err *e)
{
	struct archive_entry *en;
	int end = 0, ret = disk_begin(u, e);

	u->in = in;
	u->last = last;
	u->later = backup_in_increment(in);
	u->ended = false;
	u->files = 0;
	while (!ret && !(end = backup_in_next(in, &en, e)))
		ret = take_entry(u, en, e);
	ret = end < 0 ? end : ret;
	if (ret && e->cause == VZ_CREATE)
		return backup_in_blame(in, e);
	if (!ret)
		ret = disk_end(u, e);
	if (!ret && !u->ended)
		ret = backup_in_wrong("its end is missing", e);
	if (!ret && last && backup_in_listed(in) && !backup_check_done(u->check))
		ret = backup_in_wrong("the list of its files is missing", e);
	return ret;
}

static int enter(struct unpack *u, const char *dir, struct vz_err *e)
{
	u->fds = open("/proc/self/fd", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (u->fds < 0)
		return vz_error_sys(e, VZ_CREATE, -errno, "open /proc/self/fd");
	if (chdir(dir) || chroot(".") || chdir("/") || mkdir("stage", 0700))
		return vz_error_sys(e, VZ_CREATE, -errno, "Cannot enter %s", dir);
	u->here = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	u->stage = open("/stage", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	u->check = backup_check_new();
	if (u->here < 0 || u->stage < 0)
		return vz_error_sys(e, VZ_CREATE, -errno, "open %s", dir);
	return u->check ? 0 : vz_error_sys(e, VZ_NOMEM, -ENOMEM, "%s", dir);
}

struct order {
	struct backup_in *const *in;
	size_t n;
	const char *dir;
};

/* What it has open and allocated ends with the process. */
static int unpack_child(void *arg, struct vz_err *e)
{
	struct order *o = arg;
	struct unpack u = { .here = -1, .stage = -1 };
	int ret;

	vz_log_no_file();
	setlocale(LC_CTYPE, "C.UTF-8");
	umask(0);
	ret = enter(&u, o->dir, e);
	vz_progress_start(&u.progress, "Unpacking", 0);
	for (size_t i = 0; !ret && i < o->n; i++)
		ret = unpack_one(&u, o->in[i], i == o->n - 1, e);
	vz_progress_end(&u.progress);
	return ret;
}

int backup_unpack(struct backup_in *const *in, size_t n, const char *dir, struct vz_err *e)
{
	struct order o = { in, n, dir };

	return vz_in_child(unpack_child, &o, e);
}
