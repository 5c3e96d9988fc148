// SPDX-License-Identifier: GPL-2.0-or-later
/* Written by libarchive; the tree that is read belongs to a VE and may change meanwhile. */
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "libvz/child.h"
#include "libvz/cleanup.h"
#include "libvz/err.h"
#include "libvz/sha256.h"
#include "vzctl/backup_archive.h"
#include "vzctl/backup_pack.h"
#include "vzctl/backup_xattr.h"

#define BLOCK	(256 << 10)

struct backup_out {
	struct archive *a, *disk;
	struct backup_pack *pack;
	char *file, *partial;	/* NULL: standard output */
	int fd;
	uint8_t *block;
};

static int write_failed(const struct backup_out *out, int err, const char *text, struct vz_err *e)
{
	const char *file = out->file ? out->file : "standard output";

	if (err == ENOSPC || err == EDQUOT)
		return vz_error(e, VZ_NOSPACE, -err, "%s: not enough disk space", file);
	return vz_error(e, VZ_SYSTEM, err > 0 ? -err : -EIO, "write %s: %s", file,
			text ? text : "it fails");
}

static int out_failed(const struct backup_out *out, struct vz_err *e)
{
	return write_failed(out, archive_errno(out->a), archive_error_string(out->a), e);
}

void backup_out_abort(struct backup_out *out)
{
	if (!out)
		return;
	if (out->a) {
		archive_write_fail(out->a);
		archive_write_free(out->a);
	}
	backup_pack_free(out->pack);
	if (out->disk)
		archive_read_free(out->disk);
	if (out->partial && out->fd >= 0)
		unlink(out->partial);
	if (out->file && out->fd >= 0)
		close(out->fd);
	free(out->file);
	free(out->partial);
	free(out->block);
	free(out);
}

static int out_create(struct backup_out *out, const char *file, struct vz_err *e)
{
	const int flags = O_WRONLY | O_CREAT | O_NONBLOCK | O_NOFOLLOW | O_NOCTTY | O_CLOEXEC;
	struct stat st;

	if (!*file)
		return vz_error(e, VZ_BADVALUE, -EINVAL, "export needs the name of a file, and "
				"this one is empty");
	out->file = strdup(file);
	if (!out->file || asprintf(&out->partial, "%s.partial", file) < 0)
		return vz_error_sys(e, VZ_NOMEM, -ENOMEM, "%s", file);
	if (!access(file, F_OK))
		return vz_error(e, VZ_BADVALUE, -EEXIST, "%s is there already: remove it, or give "
				"another name", file);
	out->fd = open(out->partial, flags, 0600);
	if (out->fd < 0)
		return vz_error_sys(e, vz_cause_of_path(errno), -errno, "Cannot make %s",
				    out->partial);
	/* What somebody else has put there is not ours to fill, nor to remove. */
	if (!fstat(out->fd, &st) && S_ISREG(st.st_mode) && !ftruncate(out->fd, 0))
		return 0;
	close(out->fd);
	out->fd = -1;
	return vz_error(e, VZ_BADVALUE, -EINVAL, "%s is no file: remove it, or give another name",
			out->partial);
}

int backup_out_open(const char *file, struct backup_out **res, struct vz_err *e)
{
	struct backup_out *out = calloc(1, sizeof(*out));
	int ret = 0;

	*res = NULL;
	if (!out)
		return vz_error_sys(e, VZ_NOMEM, -ENOMEM, "%s", file);
	out->fd = -1;
	out->a = archive_write_new();
	out->disk = archive_read_disk_new();
	out->block = malloc(BLOCK);
	if (!out->a || !out->disk || !out->block)
		ret = vz_error_sys(e, VZ_NOMEM, -ENOMEM, "%s", file);
	else if (strcmp(file, "-"))
		ret = out_create(out, file, e);
	else if (vz_tool_lacks(1))
		ret = vz_error(e, VZ_BADVALUE, -EBADF, "Standard output is closed: nobody would "
			       "get the archive");
	else if (isatty(1))
		ret = vz_error(e, VZ_BADVALUE, -EINVAL, "An archive is not for a terminal");
	/* What is said meanwhile must not get between. */
	else if ((out->fd = fcntl(1, F_DUPFD_CLOEXEC, 3)) < 0 || dup2(2, 1) < 0)
		ret = vz_error_sys(e, VZ_SYSTEM, -errno, "standard output");
	if (!ret && (archive_write_set_format_pax(out->a) ||
		     archive_write_set_options(out->a, "hdrcharset=BINARY") ||
		     backup_pack_open(out->a, out->fd, &out->pack)))
		ret = out_failed(out, e);
	if (ret) {
		backup_out_abort(out);
		return ret;
	}
	*res = out;
	return 0;
}

static int folder_sync(const char *file, struct vz_err *e)
{
	cleanup_free char *copy = strdup(file);
	char *slash = copy ? strrchr(copy, '/') : NULL;
	cleanup_close int dir = -1;

	if (slash)
		slash[slash == copy] = '\0';
	dir = open(slash ? copy : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return dir < 0 || fsync(dir) ? vz_error_sys(e, VZ_SYSTEM, -errno, "sync %s", file) : 0;
}

int backup_out_finish(struct backup_out *out, uint64_t *bytes, struct vz_err *e)
{
	int ret = archive_write_close(out->a) ? out_failed(out, e) : 0;

	if (!ret) {
		ret = backup_pack_finish(out->pack);
		ret = ret ? write_failed(out, -ret, strerror(-ret), e) : 0;
	}
	*bytes = backup_pack_bytes(out->pack);
	if (!ret && out->file && (fsync(out->fd) || renameat2(AT_FDCWD, out->partial, AT_FDCWD,
							      out->file, RENAME_NOREPLACE)))
		ret = vz_error_sys(e, VZ_SYSTEM, -errno, "write %s", out->file);
	if (!ret && out->file)
		ret = folder_sync(out->file, e);
	if (!ret) {
		/* It has its name: nothing is there to be removed. */
		free(out->partial);
		out->partial = NULL;
	}
	backup_out_abort(out);
	return ret;
}

int backup_out_text(struct backup_out *out, const char *path, const void *text, size_t len,
		    struct vz_err *e)
{
	struct archive_entry *en = archive_entry_new();
	int ret = 0;

	if (!en)
		return vz_error_sys(e, VZ_NOMEM, -ENOMEM, "%s", path);
	archive_entry_set_pathname(en, path);
	archive_entry_set_filetype(en, AE_IFREG);
	archive_entry_set_perm(en, 0600);
	archive_entry_set_size(en, len);
	if (archive_write_header(out->a, en) < ARCHIVE_WARN ||
	    (len && archive_write_data(out->a, text, len) != (la_ssize_t)len))
		ret = out_failed(out, e);
	archive_entry_free(en);
	return ret;
}

static int out_data(struct backup_out *out, size_t n, struct vz_err *e)
{
	return archive_write_data(out->a, out->block, n) != (la_ssize_t)n ? out_failed(out, e) : 0;
}

/*
 * What is left of a file that became shorter while it was read is zeros. write: into the
 * archive; digest may be NULL.
 */
static int out_content(struct backup_out *out, int fd, const struct backup_entry *b, bool write,
		       struct vz_err *e)
{
	const off_t size = b->st->st_size;
	struct vz_sha256 s;

	vz_sha256_start(&s);
	for (off_t pos = 0; pos < size;) {
		size_t want = size - pos < BLOCK ? size - pos : BLOCK;
		ssize_t n = pread(fd, out->block, want, pos);

		if (n < 0)
			return vz_error_sys(e, VZ_SYSTEM, -errno, "read %s", b->path);
		if (!n) {
			memset(out->block, 0, want);
			n = want;
		}
		if (b->digest)
			vz_sha256_add(&s, out->block, n);
		if (write && out_data(out, n, e))
			return e->err;
		pos += n;
	}
	if (b->digest)
		vz_sha256_end(&s, b->digest);
	return 0;
}

/* A device must not be opened at all: opening may act. */
static int file_open(int dirfd, const char *name, const struct stat *want)
{
	int flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY | O_NOATIME, fd;
	struct stat st;

	if (S_ISDIR(want->st_mode))
		flags |= O_DIRECTORY;
	fd = openat(dirfd, *name ? name : ".", flags);
	if (fd < 0)
		return errno == ELOOP || errno == ENXIO || errno == ENOTDIR ? -ENOENT : -errno;
	if (!fstat(fd, &st) && st.st_ino == want->st_ino &&
	    (st.st_mode & S_IFMT) == (want->st_mode & S_IFMT))
		return fd;
	close(fd);
	return -ENOENT;
}

static int entry_fill(struct backup_out *out, struct archive_entry *en, int fd, int dirfd,
		      const char *name, const struct stat *st, const char *path, struct vz_err *e)
{
	char target[PATH_MAX];
	ssize_t n;

	if (S_ISREG(st->st_mode) || S_ISDIR(st->st_mode)) {
		if (archive_read_disk_entry_from_file(out->disk, en, fd, st) < ARCHIVE_WARN)
			return vz_error(e, VZ_SYSTEM, -EIO, "attributes of %s: %s", path,
					archive_error_string(out->disk));
		/* They are set after all else: openve/flags. */
		archive_entry_set_fflags(en, 0, 0);
		backup_xattr_keep(en);
		return 0;
	}
	archive_entry_copy_stat(en, st);
	if (!S_ISLNK(st->st_mode))
		return 0;
	n = readlinkat(dirfd, name, target, sizeof(target) - 1);
	if (n < 0)
		return errno == ENOENT || errno == EINVAL ? 1 :
		       vz_error_sys(e, VZ_SYSTEM, -errno, "read link %s", path);
	target[n] = '\0';
	archive_entry_set_symlink(en, target);
	return 0;
}

static int out_entry(struct backup_out *out, struct archive_entry *en, int fd,
		     const struct backup_entry *b, struct vz_err *e)
{
	int ret;

	archive_entry_copy_pathname(en, b->path);
	if (b->link)
		archive_entry_copy_stat(en, b->st);
	ret = b->link ? 0 : entry_fill(out, en, fd, b->dirfd, b->name, b->st, b->path, e);
	if (ret)
		return ret;
	if (b->link)
		archive_entry_set_hardlink(en, b->link);
	if (b->link || b->kept) {
		archive_entry_sparse_clear(en);
		archive_entry_set_size(en, 0);
	}
	if (archive_write_header(out->a, en) < ARCHIVE_WARN)
		return out_failed(out, e);
	return !b->link && !b->kept && S_ISREG(b->st->st_mode) ? out_content(out, fd, b, true, e)
							       : 0;
}

/* -ENOENT is 1 where that may be. */
static int entry_open(const struct backup_entry *b, int *fd, struct vz_err *e)
{
	*fd = file_open(b->dirfd, b->name, b->st);
	if (*fd == -ENOENT && b->moves)
		return 1;
	return *fd < 0 ? vz_error_sys(e, VZ_SYSTEM, *fd, "open %s", b->path) : 0;
}

int backup_out_file(struct backup_out *out, const struct backup_entry *b, struct vz_err *e)
{
	cleanup_close int fd = -1;
	struct archive_entry *en;
	int ret = 0;

	if (!b->link && (S_ISREG(b->st->st_mode) || S_ISDIR(b->st->st_mode)))
		ret = entry_open(b, &fd, e);
	if (ret)
		return ret;
	en = archive_entry_new();
	if (!en)
		return vz_error_sys(e, VZ_NOMEM, -ENOMEM, "%s", b->path);
	ret = out_entry(out, en, fd, b, e);
	archive_entry_free(en);
	return ret;
}

int backup_out_digest(struct backup_out *out, const struct backup_entry *b, struct vz_err *e)
{
	cleanup_close int fd = -1;
	int ret = entry_open(b, &fd, e);

	return ret ? ret : out_content(out, fd, b, false, e);
}
