// SPDX-License-Identifier: GPL-2.0-or-later
/* Folders and archives, file by file into a template. */
#include <archive.h>
#include <archive_entry.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "libvz/cleanup.h"
#include "libvz/err.h"
#include "libvz/report.h"
#include "libvz/tree.h"
#include "libvz/tree_todo.h"
#include "vzctl/backup_seen.h"
#include "vzctl/tmpl_pack.h"
#include "vzctl/tmpl_source.h"

#define BLOCK	(256 << 10)

/* ---- a tar -------------------------------------------------------------------- */

static ssize_t read_tar(void *arg, void *buf, size_t len)
{
	la_ssize_t n = archive_read_data(arg, buf, len);
	int err;

	if (n >= 0)
		return n;
	err = archive_errno(arg);
	return err > 0 ? -err : -EIO;
}

static int tar_failed(struct archive *a, struct vz_err *e)
{
	return vz_error(e, VZ_BADTEMPLATE, -EINVAL, "The source is no whole tar: %s",
			archive_error_string(a) ? archive_error_string(a) : "it cannot be read");
}

static int all_entries(struct archive *a,
		       int (*filter)(void *arg, struct archive_entry *en, struct vz_err *e),
		       void *arg, struct tmpl_pack *p, struct vz_err *e)
{
	struct archive_entry *en;
	int r, ret = 0;

	while (!ret && (r = archive_read_next_header(a, &en)) != ARCHIVE_EOF) {
		if (vz_interrupted())
			return vz_error(e, VZ_SYSTEM, -EINTR, "Interrupted");
		if (r < ARCHIVE_WARN)
			return tar_failed(a, e);
		ret = filter ? filter(arg, en, e) : 0;
		if (!ret)
			ret = tmpl_pack_entry(p, en, read_tar, a, e);
		else if (ret > 0)
			ret = 0;
	}
	return ret;
}

int tmpl_source_some(int fd, int (*filter)(void *arg, struct archive_entry *en, struct vz_err *e),
		     void *arg, struct tmpl_pack *p, struct vz_err *e)
{
	struct archive *a = archive_read_new();
	int ret;

	if (!a)
		return vz_error_sys(e, VZ_NOMEM, -ENOMEM, "libarchive");
	archive_read_support_filter_all(a);
	archive_read_support_format_tar(a);
	archive_read_set_options(a, "hdrcharset=BINARY");
	ret = archive_read_open_fd(a, fd, BLOCK) ? tar_failed(a, e) :
	      all_entries(a, filter, arg, p, e);
	archive_read_free(a);
	return ret;
}

int tmpl_source_tar(int fd, struct tmpl_pack *p, struct vz_err *e)
{
	return tmpl_source_some(fd, NULL, NULL, p, e);
}

/* ---- a folder ------------------------------------------------------------------- */

struct walk {
	int root;
	struct tmpl_pack *pack;
	struct archive *disk;
	struct backup_seen *seen;
	struct vz_tree_todo todo;
};

static ssize_t read_file(void *arg, void *buf, size_t len)
{
	ssize_t n = read(*(int *)arg, buf, len);

	return n < 0 ? -errno : n;
}

/* Devices and pipes are not opened: that may act. */
static int open_plain(int dir, const char *name, const struct stat *want)
{
	int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct stat st;

	if (fd < 0)
		return -errno;
	if (!fstat(fd, &st) && st.st_ino == want->st_ino && st.st_dev == want->st_dev)
		return fd;
	close(fd);
	return -ESTALE;
}

static int fill(struct walk *w, struct archive_entry *en, int fd, int dir, const char *name,
		const struct stat *st, const char *path, struct vz_err *e)
{
	char target[PATH_MAX];
	const char *first;
	ssize_t n;

	if (fd >= 0 && archive_read_disk_entry_from_file(w->disk, en, fd, st) < ARCHIVE_WARN)
		return vz_error(e, VZ_SYSTEM, -EIO, "attributes of %s: %s", path,
				archive_error_string(w->disk));
	if (fd < 0)
		archive_entry_copy_stat(en, st);
	archive_entry_copy_pathname(en, path);
	if (S_ISLNK(st->st_mode)) {
		n = readlinkat(dir, name, target, sizeof(target) - 1);
		if (n < 0)
			return vz_error_sys(e, VZ_SYSTEM, -errno, "read link %s", path);
		target[n] = '\0';
		archive_entry_set_symlink(en, target);
	}
	if (!S_ISREG(st->st_mode) || st->st_nlink < 2)
		return 0;
	first = backup_seen_first(w->seen, st->st_ino, 1, path);
	if (!first)
		return vz_error_sys(e, VZ_NOMEM, -ENOMEM, "template");
	if (strcmp(first, path))
		archive_entry_set_hardlink(en, first);
	return 0;
}

static int one_file(struct walk *w, int dir, const char *name, const char *path,
		    const struct stat *st, struct vz_err *e)
{
	struct archive_entry *en = archive_entry_new();
	int fd = -1, ret = en ? 0 : -ENOMEM;

	if (!ret && (S_ISREG(st->st_mode) || S_ISDIR(st->st_mode))) {
		fd = open_plain(dir, name, st);
		ret = fd < 0 ? fd : 0;
	}
	if (ret)
		vz_error_sys(e, VZ_SYSTEM, ret, "open %s", path);
	if (!ret)
		ret = fill(w, en, fd, dir, name, st, path, e);
	if (!ret)
		ret = tmpl_pack_entry(w->pack, en, read_file, &fd, e);
	if (fd >= 0)
		close(fd);
	archive_entry_free(en);
	return ret;
}

static int one_name(struct walk *w, int dir, const char *folder, const char *name,
		    struct vz_err *e)
{
	cleanup_free char *path = NULL;
	struct stat st;
	int ret;

	if (asprintf(&path, "%s%s%s", folder, *folder ? "/" : "", name) < 0)
		return vz_error_sys(e, VZ_NOMEM, -ENOMEM, "template");
	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW))
		return vz_error_sys(e, VZ_SYSTEM, -errno, "stat %s", path);
	ret = one_file(w, dir, name, path, &st, e);
	if (ret || !S_ISDIR(st.st_mode))
		return ret;
	ret = vz_tree_todo_push(&w->todo, folder, name);
	return ret ? vz_error_sys(e, VZ_SYSTEM, ret, "folder %s", path) : 0;
}

static int one_folder(struct walk *w, const char *path, struct vz_err *e)
{
	cleanup_dir DIR *d = NULL;
	struct dirent *de;
	int fd = vz_tree_open(w->root, path), ret = 0;

	/* What is mounted there is not the guest's own. */
	if (fd == -EXDEV)
		return 0;
	if (fd < 0)
		return vz_error_sys(e, VZ_SYSTEM, fd, "open folder %s", path);
	d = fdopendir(fd);
	if (!d) {
		close(fd);
		return vz_error_sys(e, VZ_NOMEM, -ENOMEM, "template");
	}
	while (!ret && (errno = 0, de = readdir(d))) {
		if (vz_interrupted())
			return vz_error(e, VZ_SYSTEM, -EINTR, "Interrupted");
		if (strcmp(de->d_name, ".") && strcmp(de->d_name, ".."))
			ret = one_name(w, fd, path, de->d_name, e);
	}
	if (!ret && errno)
		ret = vz_error_sys(e, VZ_SYSTEM, -errno, "read folder %s", path);
	return ret;
}

int tmpl_source_folder(int root, struct tmpl_pack *p, struct vz_err *e)
{
	struct walk w = { .root = root, .pack = p, .disk = archive_read_disk_new(),
			  .seen = backup_seen_new() };
	struct stat st;
	int ret = 0;

	if (!w.disk || !w.seen || fstat(root, &st))
		ret = vz_error_sys(e, VZ_NOMEM, -ENOMEM, "template");
	if (!ret)
		ret = one_file(&w, root, ".", "", &st, e);
	if (!ret)
		ret = one_folder(&w, "", e);
	while (!ret && w.todo.n) {
		cleanup_free char *path = vz_tree_todo_pop(&w.todo);

		ret = one_folder(&w, path, e);
	}
	vz_tree_todo_clear(&w.todo);
	backup_seen_free(w.seen);
	archive_read_free(w.disk);
	return ret;
}
