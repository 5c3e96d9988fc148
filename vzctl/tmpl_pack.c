// SPDX-License-Identifier: GPL-2.0-or-later
/* A template's archive: pax tar in zstd, written by libarchive. */
#include <archive.h>
#include <archive_entry.h>
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <search.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "libvz/cleanup.h"
#include "libvz/err.h"
#include "libvz/paths.h"
#include "libvz/root_kind.h"
#include "libvz/template.h"
#include "libvz/tree.h"
#include "vzctl/backup_xattr.h"
#include "vzctl/tmpl_pack.h"

#define BLOCK		(128 << 10)
#define SMALL		(256 << 10)	/* a file that is read as a whole */
#define SIZE_MAX_FILE	(1LL << 40)
#define NOTES_MAX	200
#define NOBODY		65534
#define ACLS_MAX	64

/**
 * struct name - one path that is in the archive
 * @link: a symbolic link: nothing can be below it
 * @file: has content: a hard link can lead to it
 */
struct name {
	bool link, file;
	char path[];
};

struct tmpl_pack {
	struct archive *a;
	char *path;
	int fd;
	unsigned int base;
	struct tmpl_notes *notes;
	void *names;		/* tree of struct name */
	char *release;		/* text of os-release */
	bool own_release;	/* it is that of /etc */
	uint64_t files;
	char *block;
	bool torn;		/* within the content of a file */
	struct vz_root_kind kind;
};

/* ---- notes ---------------------------------------------------------------------- */

void tmpl_note(struct tmpl_notes *notes, const char *fmt, ...)
{
	char *text = NULL, **more;
	va_list ap;

	if (notes->n == NOTES_MAX) {
		notes->more++;
		return;
	}
	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) < 0)
		text = NULL;
	va_end(ap);
	more = text ? reallocarray(notes->line, notes->n + 1, sizeof(*more)) : NULL;
	if (!more) {
		free(text);
		notes->more++;
		return;
	}
	for (char *p = text; *p; p++)
		if ((unsigned char)*p < ' ' || *p == 127)
			*p = '?';
	notes->line = more;
	notes->line[notes->n++] = text;
}

void tmpl_notes_free(struct tmpl_notes *notes)
{
	for (size_t i = 0; i < notes->n; i++)
		free(notes->line[i]);
	free(notes->line);
	*notes = (struct tmpl_notes){ 0 };
}

/* ---- names that are in it --------------------------------------------------------- */

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct name *)a)->path, ((const struct name *)b)->path);
}

static struct name *name_new(const char *path, size_t len)
{
	struct name *n = calloc(1, sizeof(*n) + len + 1);

	if (n)
		memcpy(n->path, path, len);
	return n;
}

static const struct name *name_find(const struct tmpl_pack *p, const char *path, size_t len)
{
	cleanup_free struct name *key = name_new(path, len);
	struct name **found = key ? tfind(key, &p->names, by_path) : NULL;

	return found ? *found : NULL;
}

static int name_add(struct tmpl_pack *p, const char *path, bool link, bool file)
{
	struct name *n = name_new(path, strlen(path)), **got;

	got = n ? tsearch(n, &p->names, by_path) : NULL;
	if (!got) {
		free(n);
		return -ENOMEM;
	}
	if (*got != n)
		free(n);
	(*got)->link = link;
	(*got)->file = file;
	return 0;
}

static bool has_path(void *arg, const char *path)
{
	const struct tmpl_pack *p = arg;

	return name_find(p, path, strlen(path));
}

/* ---- opening and closing ------------------------------------------------------------ */

static int pack_failed(const struct tmpl_pack *p, struct vz_err *e)
{
	int err = archive_errno(p->a);

	if (err == ENOSPC || err == EDQUOT)
		return vz_error(e, VZ_NOSPACE, -err, "%s: not enough disk space", p->path);
	return vz_error(e, VZ_SYSTEM, err > 0 ? -err : -EIO, "write %s: %s", p->path,
			archive_error_string(p->a) ? archive_error_string(p->a) : "it fails");
}

static void pack_free(struct tmpl_pack *p)
{
	if (p->a)
		archive_write_free(p->a);
	if (p->fd >= 0)
		close(p->fd);
	tdestroy(p->names, free);
	free(p->release);
	free(p->block);
	free(p->path);
	free(p);
}

void tmpl_pack_abort(struct tmpl_pack *p)
{
	if (!p)
		return;
	/* Closed, libarchive would fill up the file that is not whole. */
	if (p->a && p->torn)
		archive_write_fail(p->a);
	if (p->fd >= 0)
		unlink(p->path);
	pack_free(p);
}

int tmpl_pack_open(const char *path, unsigned int base, struct tmpl_notes *notes,
		   struct tmpl_pack **pack, struct vz_err *e)
{
	const int flags = O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
	struct tmpl_pack *p = calloc(1, sizeof(*p));
	int ret = 0;

	*pack = NULL;
	if (!p)
		return vz_error_sys(e, VZ_NOMEM, -ENOMEM, "%s", path);
	p->fd = -1;
	p->base = base;
	p->notes = notes;
	p->path = strdup(path);
	p->block = malloc(BLOCK);
	p->a = archive_write_new();
	if (!p->path || !p->block || !p->a)
		ret = vz_error_sys(e, VZ_NOMEM, -ENOMEM, "%s", path);
	if (!ret) {
		p->fd = open(path, flags, 0644);
		if (p->fd < 0)
			ret = vz_error_sys(e, VZ_SYSTEM, -errno, "make %s", path);
	}
	if (!ret && (archive_write_set_format_pax(p->a) ||
		     archive_write_set_options(p->a, "hdrcharset=BINARY") ||
		     archive_write_add_filter_zstd(p->a) ||
		     archive_write_set_options(p->a, "zstd:compression-level=6,zstd:threads=0") <
			     ARCHIVE_WARN ||
		     archive_write_set_bytes_in_last_block(p->a, 1) ||
		     archive_write_open_fd(p->a, p->fd)))
		ret = pack_failed(p, e);
	if (ret) {
		tmpl_pack_abort(p);
		return ret;
	}
	*pack = p;
	return 0;
}

/* ---- what an entry may be ------------------------------------------------------------- */

static int refused(const char *path, const char *why, struct vz_err *e)
{
	return vz_error(e, VZ_BADTEMPLATE, -EINVAL, "Refused: %s in the source (%.200s)", why,
			path ? path : "");
}

/* "./a/b/" is "a/b", "." is "". Others that are not plain are no path of a root. */
static bool plain_path(const char *in, char *out)
{
	size_t n;

	while (in[0] == '.' && in[1] == '/')
		in += 2 + strspn(in + 2, "/");
	if (!strcmp(in, "."))
		in++;
	n = strlen(in);
	if (n > VZ_TREE_PATH_MAX)
		return false;
	memcpy(out, in, n + 1);
	if (n > 1 && out[n - 1] == '/')
		out[--n] = '\0';
	return vz_tree_path_ok(out, n);
}

/* Who unpacks it would write where the link leads. */
static bool is_below_link(const struct tmpl_pack *p, const char *path)
{
	for (const char *s = strchr(path, '/'); s; s = strchr(s + 1, '/')) {
		const struct name *n = name_find(p, path, s - path);

		if (n && n->link)
			return true;
	}
	return false;
}

/* What the kernel shows there, or nothing at all. */
static bool is_of_kernel(const char *path)
{
	return !strncmp(path, "proc/", 5) || !strncmp(path, "sys/", 4);
}

static uint32_t shift_id(const struct tmpl_pack *p, int64_t id, bool *foreign)
{
	if (id >= p->base && id - p->base < VZ_RANGE)
		return id - p->base;
	*foreign = true;
	return NOBODY;
}

static void shift_owner(struct tmpl_pack *p, struct archive_entry *en, const char *path)
{
	bool foreign = false;

	archive_entry_set_uid(en, shift_id(p, archive_entry_uid(en), &foreign));
	archive_entry_set_gid(en, shift_id(p, archive_entry_gid(en), &foreign));
	/* Ids count, here and when it is unpacked. */
	archive_entry_set_uname(en, NULL);
	archive_entry_set_gname(en, NULL);
	if (foreign)
		tmpl_note(p->notes, "/%s: its owner is none of the guest's: it is nobody's now",
			  path);
}

static void shift_acl(struct tmpl_pack *p, struct archive_entry *en)
{
	struct { int type, permset, tag; uint32_t id; } all[ACLS_MAX];
	const int want = ARCHIVE_ENTRY_ACL_TYPE_ACCESS | ARCHIVE_ENTRY_ACL_TYPE_DEFAULT;
	int n = 0, type, permset, tag, id;
	const char *name;
	bool foreign = false;

	if (!p->base || !archive_entry_acl_reset(en, want))
		return;
	while (n < ACLS_MAX &&
	       archive_entry_acl_next(en, want, &type, &permset, &tag, &id, &name) == ARCHIVE_OK) {
		bool named = tag == ARCHIVE_ENTRY_ACL_USER || tag == ARCHIVE_ENTRY_ACL_GROUP;

		all[n].type = type;
		all[n].permset = permset;
		all[n].tag = tag;
		all[n++].id = named ? shift_id(p, (uint32_t)id, &foreign) : (uint32_t)id;
	}
	archive_entry_acl_clear(en);
	for (int i = 0; i < n; i++)
		archive_entry_acl_add_entry(en, all[i].type, all[i].permset, all[i].tag,
					    all[i].id, NULL);
}

/* Capabilities that name the root of a user namespace are those of the guest's own root. */
static void shift_capability(struct tmpl_pack *p, struct archive_entry *en, const char *path)
{
	struct vfs_ns_cap_data cap;
	bool ours;
	const char *name;
	const void *value;
	size_t len;

	archive_entry_xattr_reset(en);
	while (!archive_entry_xattr_next(en, &name, &value, &len)) {
		if (strcmp(name, "security.capability") || len != sizeof(cap))
			continue;
		memcpy(&cap, value, sizeof(cap));
		if ((le32toh(cap.magic_etc) & VFS_CAP_REVISION_MASK) != VFS_CAP_REVISION_3)
			return;
		ours = le32toh(cap.rootid) == p->base;
		if (!ours)
			tmpl_note(p->notes, "/%s: its capabilities belong to another root", path);
		cap.magic_etc = htole32((le32toh(cap.magic_etc) & ~VFS_CAP_REVISION_MASK) |
					VFS_CAP_REVISION_2);
		/* There is one such attribute, and others are kept apart from it. */
		archive_entry_xattr_clear(en);
		if (ours)
			archive_entry_xattr_add_entry(en, "security.capability", &cap,
						      XATTR_CAPS_SZ_2);
		return;
	}
}

/* 1: left out. */
static int check_type(struct tmpl_pack *p, struct archive_entry *en, const char *path)
{
	unsigned int type = archive_entry_filetype(en);

	if (archive_entry_hardlink(en))
		return 0;
	if (type == AE_IFCHR || type == AE_IFBLK) {
		if (vz_template_node_ok(type == AE_IFCHR, archive_entry_rdevmajor(en),
				       archive_entry_rdevminor(en)))
			return 0;
		tmpl_note(p->notes, "/%s: a device that no CT has by default", path);
		return 1;
	}
	if (type == AE_IFREG || type == AE_IFDIR || type == AE_IFLNK || type == AE_IFIFO)
		return 0;
	tmpl_note(p->notes, "/%s: a socket, or nothing that is known", path);
	return 1;
}

/* ---- writing ---------------------------------------------------------------------------- */

static int read_small(ssize_t (*read)(void *arg, void *buf, size_t len), void *arg, char **text,
		      size_t *len, struct vz_err *e)
{
	ssize_t n;

	*text = malloc(SMALL + 1);
	if (!*text)
		return vz_error_sys(e, VZ_NOMEM, -ENOMEM, "template");
	for (*len = 0; *len < SMALL; *len += n) {
		n = read(arg, *text + *len, SMALL - *len);
		if (n < 0)
			return vz_error_sys(e, VZ_BADTEMPLATE, n, "Cannot read the source");
		if (!n)
			break;
	}
	(*text)[*len] = '\0';
	return 0;
}

static int put_text(struct tmpl_pack *p, struct archive_entry *en, const char *text, size_t len,
		    struct vz_err *e)
{
	archive_entry_set_size(en, len);
	if (archive_write_header(p->a, en) < ARCHIVE_WARN ||
	    (len && archive_write_data(p->a, text, len) != (la_ssize_t)len))
		return pack_failed(p, e);
	return 0;
}

static int put_content(struct tmpl_pack *p, const char *path, int64_t size,
		       ssize_t (*read)(void *arg, void *buf, size_t len), void *arg,
		       struct vz_err *e)
{
	p->torn = true;
	while (size > 0) {
		ssize_t n = read(arg, p->block, size < BLOCK ? size : BLOCK);

		if (n < 0)
			return vz_error_sys(e, VZ_BADTEMPLATE, n, "Cannot read /%s", path);
		if (!n)
			return refused(path, "a file that is shorter than it says", e);
		if (archive_write_data(p->a, p->block, n) != n)
			return pack_failed(p, e);
		size -= n;
	}
	p->torn = false;
	return 0;
}

static bool is_release(const char *path)
{
	return !strcmp(path, "etc/os-release") || !strcmp(path, "usr/lib/os-release");
}

/* Files whose text matters to us. */
static int put_known(struct tmpl_pack *p, struct archive_entry *en, const char *path,
		     ssize_t (*read)(void *arg, void *buf, size_t len), void *arg,
		     struct vz_err *e)
{
	cleanup_free char *text = NULL, *edited = NULL;
	bool changed = false;
	size_t len = 0;
	int ret = read_small(read, arg, &text, &len, e);

	if (ret)
		return ret;
	if (is_release(path)) {
		if (!p->own_release) {
			free(p->release);
			p->release = strdup(text);
			p->own_release = !strncmp(path, "etc/", 4);
		}
		return put_text(p, en, text, len, e);
	}
	/* Text with a NUL in it is none of the kind. */
	if (strlen(text) == len) {
		edited = vz_style_edit(text, &changed);
		if (!edited)
			return vz_error_sys(e, VZ_NOMEM, -ENOMEM, "/%s", path);
	}
	if (changed)
		tmpl_note(p->notes, "/%s: its set-up of venet0 is taken out: the host does that",
			  path);
	return changed ? put_text(p, en, edited, strlen(edited), e) :
			 put_text(p, en, text, len, e);
}

static int put_entry(struct tmpl_pack *p, struct archive_entry *en, const char *path,
		     ssize_t (*read)(void *arg, void *buf, size_t len), void *arg,
		     struct vz_err *e)
{
	bool content = archive_entry_filetype(en) == AE_IFREG && !archive_entry_hardlink(en);
	int64_t size = content ? archive_entry_size(en) : 0;
	int ret = 0;

	if (size < 0 || size > SIZE_MAX_FILE)
		return refused(path, "a file of impossible size", e);
	if (content && size <= SMALL && (is_release(path) || vz_style_is_edited(path))) {
		ret = put_known(p, en, path, read, arg, e);
	} else {
		archive_entry_set_size(en, size);
		if (archive_write_header(p->a, en) < ARCHIVE_WARN)
			return pack_failed(p, e);
		ret = put_content(p, path, size, read, arg, e);
	}
	if (!ret && archive_write_finish_entry(p->a) < ARCHIVE_WARN)
		ret = pack_failed(p, e);
	return ret;
}

static int check_link(struct tmpl_pack *p, struct archive_entry *en, struct vz_err *e)
{
	cleanup_free char *target = malloc(VZ_TREE_PATH_MAX + 1);
	const char *link = archive_entry_hardlink(en);
	const struct name *n;

	if (!link)
		return 0;
	if (!target)
		return vz_error_sys(e, VZ_NOMEM, -ENOMEM, "template");
	if (!plain_path(link, target) || is_below_link(p, target))
		return refused(link, "a hard link that leads out", e);
	n = name_find(p, target, strlen(target));
	if (!n || !n->file)
		return refused(link, "a hard link to what is not there", e);
	archive_entry_copy_hardlink(en, target);
	archive_entry_set_size(en, 0);
	return 0;
}

int tmpl_pack_entry(struct tmpl_pack *p, struct archive_entry *en,
		    ssize_t (*read)(void *arg, void *buf, size_t len), void *arg, struct vz_err *e)
{
	cleanup_free char *path = malloc(VZ_TREE_PATH_MAX + 1);
	const char *given = archive_entry_pathname(en);
	unsigned int type = archive_entry_filetype(en);
	int ret;

	if (!path)
		return vz_error_sys(e, VZ_NOMEM, -ENOMEM, "template");
	if (!given || !plain_path(given, path))
		return refused(given, "a path that leads out", e);
	if (vz_root_kind_see(&p->kind, path))
		return vz_root_kind_check(&p->kind, "The source", e);
	if (is_below_link(p, path))
		return refused(given, "a path that goes through a link", e);
	if (is_of_kernel(path) || check_type(p, en, path))
		return 0;
	if (vz_style_is_stale(path)) {
		tmpl_note(p->notes, "/%s: it sets up venet0, which the host does here", path);
		return 0;
	}
	ret = check_link(p, en, e);
	if (ret)
		return ret;
	archive_entry_copy_pathname(en, *path ? path : ".");
	archive_entry_set_fflags(en, 0, 0);
	shift_owner(p, en, path);
	shift_acl(p, en);
	backup_xattr_keep(en);
	shift_capability(p, en, path);
	if (name_add(p, path, type == AE_IFLNK && !archive_entry_hardlink(en),
		     type == AE_IFREG || archive_entry_hardlink(en)))
		return vz_error_sys(e, VZ_NOMEM, -ENOMEM, "template");
	p->files++;
	return put_entry(p, en, path, read, arg, e);
}

/* ---- the end ------------------------------------------------------------------------------ */

struct text_source {
	const char *text;
	size_t left;
};

static ssize_t read_text(void *arg, void *buf, size_t len)
{
	struct text_source *s = arg;
	size_t n = len < s->left ? len : s->left;

	memcpy(buf, s->text, n);
	s->text += n;
	s->left -= n;
	return n;
}

/* The guest's manager is told whose venet0 is. */
static int add_leave(struct tmpl_pack *p, enum vz_style style, struct vz_err *e)
{
	const char *dir, *name, *text;
	struct text_source src;
	struct archive_entry *en;
	char path[128];
	int ret;

	if (!vz_style_leave(style, &dir, &name, &text) || !has_path(p, dir))
		return 0;
	snprintf(path, sizeof(path), "%s/%s", dir, name);
	if (has_path(p, path))
		return 0;
	en = archive_entry_new();
	if (!en)
		return vz_error_sys(e, VZ_NOMEM, -ENOMEM, "%s", path);
	src = (struct text_source){ text, strlen(text) };
	archive_entry_set_pathname(en, path);
	archive_entry_set_filetype(en, AE_IFREG);
	archive_entry_set_perm(en, 0644);
	archive_entry_set_size(en, src.left);
	/* Not by tmpl_pack_entry(): its name is of the kind that is taken out. */
	p->files++;
	ret = put_entry(p, en, path, read_text, &src, e);
	archive_entry_free(en);
	return ret;
}

int tmpl_pack_finish(struct tmpl_pack *p, struct tmpl_facts *facts, struct vz_err *e)
{
	int ret = vz_root_kind_check(&p->kind, "The source", e);

	memset(facts, 0, sizeof(*facts));
	if (ret)
		return ret;
	vz_os_parse(p->release, &facts->os);
	facts->style = vz_style_find(&facts->os, has_path, p);
	ret = add_leave(p, facts->style, e);
	if (!ret && archive_write_close(p->a))
		ret = pack_failed(p, e);
	if (!ret && fsync(p->fd))
		ret = vz_error_sys(e, VZ_SYSTEM, -errno, "write %s", p->path);
	if (!ret) {
		facts->bytes = lseek(p->fd, 0, SEEK_END);
		ret = lseek(p->fd, 0, SEEK_SET) ? -errno : vz_sha256_file(p->fd, facts->digest);
		if (ret)
			vz_error_sys(e, VZ_SYSTEM, ret, "read %s", p->path);
	}
	facts->files = p->files;
	if (!ret)
		pack_free(p);
	return ret;
}
