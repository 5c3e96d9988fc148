// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Private areas: unpacking a template, removing an area.
 *
 * The template is unpacked by a child that is chrooted into the new area, so
 * no entry of the archive can reach outside. Device nodes other than the
 * harmless ones of /dev are not made.
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
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>
#include "libvz/capability.h"
#include "libvz/cleanup.h"
#include "libvz/conf.h"
#include "libvz/err.h"
#include "libvz/log.h"
#include "libvz/private.h"
#include "libvz/quota.h"
#include "libvz/quota_area.h"
#include "libvz/report.h"
#include "libvz/tree.h"

int vz_private_template(const struct vz_conf *c, const char *name, char *path, struct vz_err *e)
{
	static const char *const ends[] = { "tar.zst", "tar.gz", "tar.xz", "tar" };
	size_t i;

	if (!*name || strchr(name, '/') || *name == '.')
		return vz_error(e, VZ_BADVALUE, -EINVAL, "Bad OS template name: %s", name);
	for (i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		snprintf(path, PATH_MAX, "%s/cache/%s.%s", c->template_dir, name, ends[i]);
		if (!access(path, R_OK))
			return 0;
	}
	return vz_error(e, VZ_NOTEMPLATE, -ENOENT,
			"OS template %s not found: there is no %s/cache/%s.tar.*", name,
			c->template_dir, name);
}

bool vz_private_node_ok(bool character, unsigned int maj, unsigned int min)
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
	       vz_private_node_ok(type == AE_IFCHR, archive_entry_rdevmajor(en),
				  archive_entry_rdevminor(en));
}

static int archive_fail(struct archive *a, const char *what, struct vz_err *e)
{
	int err = archive_errno(a);

	if (err == ENOSPC || err == EDQUOT)
		return vz_error(e, VZ_NOSPACE, -err, "%s: not enough disk space", what);
	return vz_error(e, VZ_CREATE, err > 0 ? -err : -EIO, "%s: %s", what,
			archive_error_string(a) ? archive_error_string(a) : "unknown error");
}

/* A warning is an owner or attribute that this file system cannot keep; a full disk is no such
 * thing. */
static bool failed(struct archive *a, int r)
{
	return r < ARCHIVE_WARN ||
	       (r == ARCHIVE_WARN && (archive_errno(a) == ENOSPC || archive_errno(a) == EDQUOT));
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
			return archive_fail(in, "Unpacking the template", e);
		/* A full disk is only a warning to the library. */
		if (archive_write_data_block(out, buf, n, off) < ARCHIVE_OK)
			return archive_fail(out, "Unpacking the template", e);
		vz_progress_add(p, n);
	}
}

static int extract(struct archive *in, struct archive *out, struct vz_progress *p, struct vz_err *e)
{
	struct archive_entry *en;
	int r, ret;

	for (;;) {
		r = archive_read_next_header(in, &en);
		if (r == ARCHIVE_EOF)
			break;
		if (r < ARCHIVE_WARN)
			return archive_fail(in, "Reading the template", e);
		if (!node_allowed(en))
			continue;
		if (failed(out, archive_write_header(out, en)))
			return archive_fail(out, archive_entry_pathname(en), e);
		ret = copy_data(in, out, p, e);
		if (ret)
			return ret;
		if (failed(out, archive_write_finish_entry(out)))
			return archive_fail(out, archive_entry_pathname(en), e);
	}
	return failed(out, archive_write_close(out))
		       ? archive_fail(out, "Unpacking the template", e)
		       : 0;
}

static int unpack_here(int template, struct vz_err *e)
{
	struct archive *in = archive_read_new(), *out = archive_write_disk_new();
	struct vz_progress p;
	int ret;

	setlocale(LC_CTYPE, "C.UTF-8");
	umask(0);
	if (!in || !out)
		return vz_error_sys(e, VZ_NOMEM, -ENOMEM, "libarchive");
	archive_read_support_filter_all(in);
	archive_read_support_format_tar(in);
	archive_read_set_options(in, "hdrcharset=BINARY");
	archive_write_disk_set_options(out, ARCHIVE_EXTRACT_OWNER | ARCHIVE_EXTRACT_PERM |
				       ARCHIVE_EXTRACT_TIME | ARCHIVE_EXTRACT_ACL |
				       ARCHIVE_EXTRACT_XATTR | ARCHIVE_EXTRACT_SECURE_SYMLINKS |
				       ARCHIVE_EXTRACT_SECURE_NODOTDOT);
	if (archive_read_open_fd(in, template, 256 * 1024))
		return archive_fail(in, "Opening the template", e);
	vz_progress_start(&p, "Unpacking the template", 0);
	ret = extract(in, out, &p, e);
	vz_progress_end(&p);
	archive_read_free(in);
	archive_write_free(out);
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

/* All parents of a path; the last one is for root alone when we make it. */
static int make_parents(const char *path, struct vz_err *e)
{
	char buf[PATH_MAX];
	char *p;

	snprintf(buf, sizeof(buf), "%s", path);
	for (p = buf + 1; (p = strchr(p, '/')); *p++ = '/') {
		*p = '\0';
		if (mkdir(buf, 0700) && errno != EEXIST)
			return vz_error_sys(e, VZ_CREATE, -errno, "Cannot make %s", buf);
	}
	return 0;
}

/*
 * Files of a VE keep their ids and setuid bits: some folder above them must
 * keep the host's users out.
 */
static int check_closed(const char *path, struct vz_err *e)
{
	char buf[PATH_MAX];
	struct stat st;
	char *slash;

	snprintf(buf, sizeof(buf), "%s", path);
	while ((slash = strrchr(buf, '/')) && slash != buf) {
		*slash = '\0';
		if (stat(buf, &st))
			return vz_error_sys(e, VZ_CREATE, -errno, "%s", buf);
		if (st.st_uid == 0 && !(st.st_mode & 011))
			return 0;
	}
	return vz_error(e, VZ_BADVALUE, -EPERM,
			"%s is open to the users of the host, who could run "
			"setuid programs of the CT: make the folder above it 0700",
			path);
}

/* Under quota before anything is in it. */
int vz_private_make(const struct vz_conf *c, const char *path, struct vz_err *e)
{
	cleanup_close int fd = -1;

	if (mkdir(path, 0755))
		return vz_error_sys(e, errno == ENOSPC ? VZ_NOSPACE : VZ_CREATE, -errno,
				    "Cannot make %s", path);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return vz_error_sys(e, VZ_CREATE, -errno, "%s", path);
	return vz_quota_take(c, fd, e);
}

int vz_private_place(const struct vz_conf *c, struct vz_err *e)
{
	struct stat st;
	int ret;

	if (!c->private)
		return vz_error(e, VZ_NOPRIVATE, -EINVAL, "VE_PRIVATE is not set");
	if (!lstat(c->private, &st))
		return vz_error(e, VZ_PRIVATEEXISTS, -EEXIST, "Private area already exists in %s",
				c->private);
	ret = make_parents(c->private, e);
	return ret ? ret : check_closed(c->private, e);
}

int vz_private_settle(const struct vz_conf *c, const char *path, struct vz_err *e)
{
	if (!rename(path, c->private))
		return 0;
	return vz_error_sys(e, VZ_CREATE, -errno, "Cannot rename %s to %s", path, c->private);
}

int vz_private_create(const struct vz_conf *c, const char *ostemplate, struct vz_err *e)
{
	cleanup_close int fd = -1;
	char path[PATH_MAX], tmp[PATH_MAX];
	struct unpack u = { .dir = tmp };
	int ret = vz_private_template(c, ostemplate, path, e);

	if (!ret)
		ret = vz_private_place(c, e);
	if (ret)
		return ret;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return vz_error_sys(e, VZ_NOTEMPLATE, -errno, "Cannot open the OS template %s",
				    path);
	snprintf(tmp, sizeof(tmp), "%s.tmp", c->private);
	ret = vz_path_remove(tmp, e);
	if (ret)
		return ret;
	u.template = fd;
	ret = vz_private_make(c, tmp, e);
	if (!ret)
		ret = vz_in_child(unpack_child, &u, e);
	if (!ret && rename(tmp, c->private))
		ret = vz_error_sys(e, VZ_CREATE, -errno, "Cannot rename %s", tmp);
	if (ret) {
		vz_path_remove(tmp, NULL);
		vz_quota_forget(c);
	}
	return ret;
}

int vz_private_remove(const struct vz_conf *c, struct vz_err *e)
{
	int ret;

	if (!c->private)
		return vz_error(e, VZ_NOPRIVATE, -EINVAL, "VE_PRIVATE is not set");
	/* It loses its name first: half an area is never taken for a whole one. */
	ret = vz_path_remove(c->private, e);
	if (ret) {
		e->cause = VZ_DESTROY;
		return ret;
	}
	vz_quota_forget(c);
	return 0;
}
