// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Templates: archives of a root file system. One is unpacked by a child that is
 * chrooted into the new folder, so no entry of the archive can reach outside.
 * Device nodes other than the harmless ones of /dev are not made.
 */
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "libvz/archive.h"
#include "libvz/capability.h"
#include "libvz/cleanup.h"
#include "libvz/conf.h"
#include "libvz/err.h"
#include "libvz/file.h"
#include "libvz/log.h"
#include "libvz/report.h"
#include "libvz/root_kind.h"
#include "libvz/template.h"

const char *const vz_template_ends[] = {
	".tar.zst", ".tar.gz", ".tar.xz", ".tar.bz2", ".tar", NULL
};

int vz_template_find(const struct vz_conf *c, const char *name, char *path, struct vz_err *e)
{
	const char *end = strstr(name, ".tar");

	if (strchr(name, '/'))
		return vz_error(e, VZ_BADVALUE, -EINVAL, "Bad OS template name (--ostemplate): %s: "
				"it is that of an archive in %s/cache; vztmpl import brings others "
				"there", name, c->template_dir);
	if (!*name || *name == '.')
		return vz_error(e, VZ_BADVALUE, -EINVAL, "Bad OS template name (--ostemplate): %s",
				name);
	for (size_t i = 0; vz_template_ends[i]; i++) {
		snprintf(path, PATH_MAX, "%s/cache/%s%s", c->template_dir, name,
			 vz_template_ends[i]);
		if (!access(path, R_OK))
			return 0;
	}
	return vz_error(e, VZ_NOTEMPLATE, -ENOENT,
			"OS template %s not found: there is no %s/cache/%s.tar.*%s (vztmpl list tells "
			"which there are)", name, c->template_dir, name,
			end ? " (a name is without the .tar behind it)" : "");
}

int vz_template_open(const struct vz_conf *c, const char *name, int *fd, struct vz_err *e)
{
	char path[PATH_MAX];
	int ret = vz_template_find(c, name, path, e);

	*fd = ret ? -1 : vz_open_file(path);
	if (!ret && *fd < 0)
		ret = vz_error_sys(e, VZ_NOTEMPLATE, *fd, "Cannot open the OS template %s",
				   path);
	return ret;
}

bool vz_template_node_ok(bool character, unsigned int maj, unsigned int min)
{
	static const struct { unsigned int maj, min; } ok[] = {
		{ 1, 3 }, { 1, 5 }, { 1, 7 }, { 1, 8 }, { 1, 9 }, { 5, 0 }, { 5, 2 },
	};

	for (size_t i = 0; character && i < sizeof(ok) / sizeof(ok[0]); i++)
		if (maj == ok[i].maj && min == ok[i].min)
			return true;
	return false;
}

static bool node_allowed(struct archive_entry *en)
{
	unsigned int type = archive_entry_filetype(en);

	return (type != AE_IFBLK && type != AE_IFCHR) ||
	       vz_template_node_ok(type == AE_IFCHR, archive_entry_rdevmajor(en),
				  archive_entry_rdevminor(en));
}

static int archive_fail(struct archive *a, enum vz_cause cause, const char *what,
			struct vz_err *e)
{
	int err = archive_errno(a);

	if (err == ENOSPC || err == EDQUOT)
		return vz_error(e, VZ_NOSPACE, -err, "%s: not enough disk space", what);
	return vz_error(e, cause, err > 0 ? -err : -EIO, "%s: %s", what,
			archive_error_string(a) ? archive_error_string(a) : "unknown error");
}

static int read_fail(struct archive *in, const char *what, struct vz_err *e)
{
	return archive_fail(in, VZ_BADTEMPLATE, what, e);
}

static int write_fail(struct archive *out, const char *what, struct vz_err *e)
{
	return archive_fail(out, VZ_CREATE, what, e);
}

static int copy_data(struct archive *in, struct archive *out, struct vz_progress *p,
		     struct vz_err *e)
{
	const void *buf;
	size_t n;
	la_int64_t off;
	int r;

	for (;;) {
		r = archive_read_data_block(in, &buf, &n, &off);
		if (r == ARCHIVE_EOF)
			return 0;
		if (r < ARCHIVE_WARN)
			return read_fail(in, "Unpacking the template", e);
		/* A full disk is only a warning to the library. */
		if (archive_write_data_block(out, buf, n, off) < ARCHIVE_OK)
			return write_fail(out, "Unpacking the template", e);
		vz_progress_add(p, n);
	}
}

static int extract(struct archive *in, struct archive *out, struct vz_progress *p, struct vz_err *e)
{
	struct vz_root_kind kind = { 0 };
	struct archive_entry *en;
	int r, ret;

	for (;;) {
		r = archive_read_next_header(in, &en);
		if (r == ARCHIVE_EOF)
			break;
		if (r < ARCHIVE_WARN)
			return read_fail(in, "Reading the template", e);
		if (vz_root_kind_see(&kind, archive_entry_pathname(en) ?: ""))
			return vz_root_kind_check(&kind, "The OS template", e);
		if (!node_allowed(en))
			continue;
		if (vz_archive_failed(out, archive_write_header(out, en)))
			return write_fail(out, archive_entry_pathname(en), e);
		ret = copy_data(in, out, p, e);
		if (ret)
			return ret;
		if (vz_archive_failed(out, archive_write_finish_entry(out)))
			return write_fail(out, archive_entry_pathname(en), e);
	}
	if (vz_archive_failed(out, archive_write_close(out)))
		return write_fail(out, "Unpacking the template", e);
	return vz_root_kind_check(&kind, "The OS template", e);
}

static int unpack_here(int template, struct vz_err *e)
{
	cleanup_archive_read struct archive *in = vz_archive_reader();
	cleanup_archive_write struct archive *out = archive_write_disk_new();
	struct vz_progress p;
	int ret;

	setlocale(LC_CTYPE, "C.UTF-8");
	umask(0);
	if (!in || !out)
		return vz_error_sys(e, VZ_NOMEM, -ENOMEM, "libarchive");
	archive_write_disk_set_options(out, ARCHIVE_EXTRACT_OWNER | ARCHIVE_EXTRACT_PERM |
				       ARCHIVE_EXTRACT_TIME | ARCHIVE_EXTRACT_ACL |
				       ARCHIVE_EXTRACT_XATTR | ARCHIVE_EXTRACT_SECURE_SYMLINKS |
				       ARCHIVE_EXTRACT_SECURE_NODOTDOT);
	if (archive_read_open_fd(in, template, 256 * 1024))
		return read_fail(in, "Opening the template", e);
	vz_progress_start(&p, "Unpacking the template", 0);
	ret = extract(in, out, &p, e);
	vz_progress_end(&p);
	return ret;
}

struct unpack {
	const char *dir;
	int template;
};

static int unpack_child(void *arg, struct vz_err *e)
{
	struct unpack *u = arg;

	vz_log_no_file();
	/* With it, root of the host is held to no limit of disk space. */
	if (vz_capability_lower("sys_resource", e))
		return e->err;
	if (chdir(u->dir) || chroot(".") || chdir("/"))
		return vz_error_sys(e, VZ_CREATE, -errno, "Cannot enter %s", u->dir);
	return unpack_here(u->template, e);
}

int vz_template_unpack(int archive, const char *dir, struct vz_err *e)
{
	struct unpack u = { .dir = dir, .template = archive };

	return vz_in_child(unpack_child, &u, e);
}
