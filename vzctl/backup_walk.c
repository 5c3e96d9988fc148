// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Folders are walked from a list of paths, so the depth of the tree costs
 * neither a descriptor nor stack.
 *
 * What is the same as in the pass before is known from inode and change time
 * (libvz/tree_time.h). The base of an increment is such a pass; what seems to have changed
 * since then is compared by its digest.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "libvz/cleanup.h"
#include "libvz/err.h"
#include "libvz/log.h"
#include "libvz/sha256.h"
#include "libvz/tree.h"
#include "libvz/tree_flags.h"
#include "libvz/tree_todo.h"
#include "vzctl/backup_archive.h"
#include "vzctl/backup_index.h"
#include "vzctl/backup_seen.h"
#include "vzctl/backup_walk.h"

struct backup_walk {
	int root;
	const char *prefix;
	struct backup_out *out;
	struct backup_seen *seen;
	struct timespec start, before;	/* of this pass, and the one before */
	unsigned int pass;
	bool moves, based, digests;
	uint64_t files;
	struct vz_progress progress;
	struct vz_tree_todo todo;
};

static int no_memory(struct vz_err *e)
{
	return vz_error(e, VZ_NOMEM, -ENOMEM, "out of memory while backing up");
}

int backup_walk_new(int root, const char *prefix, struct backup_out *out, struct backup_walk **walk,
		    struct vz_err *e)
{
	struct backup_walk *w = calloc(1, sizeof(*w));

	*walk = w;
	if (!w)
		return no_memory(e);
	w->root = root;
	w->prefix = prefix;
	w->out = out;
	w->seen = backup_seen_new();
	return w->seen ? 0 : no_memory(e);
}

void backup_walk_free(struct backup_walk *w)
{
	if (!w)
		return;
	backup_seen_free(w->seen);
	vz_tree_todo_clear(&w->todo);
	free(w);
}

uint64_t backup_walk_files(const struct backup_walk *w)
{
	return w->files;
}

/* ---- one name ------------------------------------------------------------ */

static int archive_path(const struct backup_walk *w, const char *path, char **full,
			struct vz_err *e)
{
	if (asprintf(full, "%s%s%s", w->prefix, *path ? "/" : "", path) < 0)
		return no_memory(e);
	return 0;
}

/* A folder gives way to something else: what was in it goes first. */
static int tell_removed(struct backup_walk *w, const char *full, struct vz_err *e)
{
	return backup_out_text(w->out, BACKUP_REMOVED, full, strlen(full) + 1, e);
}

/* Files of an overlay's layers may have one number. */
static ino_t inode_of(const struct stat *st)
{
	return st->st_ino ^ (ino_t)st->st_dev << 40;
}

static bool has_names(const struct stat *st)
{
	return !S_ISDIR(st->st_mode) && st->st_nlink > 1;
}

static bool has_digest(const struct stat *st)
{
	return S_ISREG(st->st_mode) && st->st_size <= BACKUP_DIGEST_MAX;
}

/* It has the content that the archive, or its base, has of this name. 1: it vanished. */
static int is_kept(struct backup_walk *w, struct backup_entry *b, const struct backup_file *f,
		   struct vz_err *e)
{
	int ret;

	if (!b->digest || !f->digest || !S_ISREG(f->type) || f->size != b->st->st_size)
		return 0;
	ret = backup_out_digest(w->out, b, e);
	b->kept = !ret && !strcmp(b->digest, f->digest);
	return ret;
}

static void note(struct backup_walk *w, struct backup_file *f, const struct backup_entry *b,
		 const struct backup_file *first)
{
	const char *digest = first ? first->digest : b->digest;

	f->ino = b->st->st_ino;
	f->ctime = b->st->st_ctim;
	f->type = b->st->st_mode;
	f->size = b->st->st_size;
	f->flags = vz_tree_flags(b->dirfd, b->name);
	f->put = w->pass;
	if (digest == f->digest)
		return;
	free(f->digest);
	f->digest = digest ? strdup(digest) : NULL;
}

static int put_entry(struct backup_walk *w, struct backup_entry *b, struct backup_file *f,
		     const char *full, struct vz_err *e)
{
	cleanup_free char *kept = NULL;
	int ret = b->link ? 0 : is_kept(w, b, f, e);

	if (!ret && b->kept && asprintf(&kept, BACKUP_KEPT "/%s", full) < 0)
		return no_memory(e);
	b->path = kept ? kept : full;
	return ret ? ret : backup_out_file(w->out, b, e);
}

/* 1: it vanished, and may. */
static int put(struct backup_walk *w, int dirfd, const char *name, const struct stat *st,
	       struct backup_file *f, struct vz_err *e)
{
	char digest[VZ_SHA256_HEX];
	cleanup_free char *full = NULL, *link = NULL;
	const char *first = NULL;
	struct backup_entry b = { .dirfd = dirfd, .name = name, .st = st, .moves = w->moves };
	int ret = archive_path(w, f->path, &full, e);

	if (!ret && has_names(st)) {
		first = backup_seen_first(w->seen, inode_of(st), w->pass, f->path);
		if (!first)
			return no_memory(e);
		if (strcmp(first, f->path))
			ret = archive_path(w, first, &link, e);
	}
	if (!ret && f->pass && S_ISDIR(f->type) && !S_ISDIR(st->st_mode))
		ret = tell_removed(w, full, e);
	if (ret)
		return ret;
	b.link = link;
	b.path = full;
	b.digest = w->digests && !link && has_digest(st) ? digest : NULL;
	ret = put_entry(w, &b, f, full, e);
	if (ret > 0 && first)
		backup_seen_forget_first(w->seen, inode_of(st), f->path);
	if (ret)
		return ret;
	note(w, f, &b, link ? backup_seen_file(w->seen, first) : NULL);
	w->files++;
	if (S_ISREG(st->st_mode) && !link)
		vz_progress_add(&w->progress, st->st_blocks * 512);
	return 0;
}

/*
 * Of a file with several names all are written or none: a folder above one may have another
 * name, which its inode does not tell.
 */
static int is_same(struct backup_walk *w, const struct backup_file *f, const struct stat *st,
		   struct vz_err *e)
{
	const char *first;

	if (!backup_seen_same(f, st, w->pass, &w->before))
		return 0;
	if (!has_names(st))
		return 1;
	first = backup_seen_first(w->seen, inode_of(st), w->pass, f->path);
	if (!first)
		return no_memory(e);
	if (!strcmp(first, f->path))
		return 1;
	return backup_seen_file(w->seen, first)->put != w->pass;
}

static int look(struct backup_walk *w, int dirfd, const char *name, const char *path,
		const struct stat *st, struct vz_err *e)
{
	struct backup_file *f = backup_seen_file(w->seen, path);
	int ret;

	if (!f)
		return no_memory(e);
	ret = is_same(w, f, st, e);
	if (!ret)
		ret = put(w, dirfd, name, st, f, e);
	else
		ret = ret < 0 ? ret : 0;
	if (ret)
		return ret;
	f->pass = w->pass;
	return 0;
}

/* ---- folders ----------------------------------------------------------------- */

static int one_name(struct backup_walk *w, int dirfd, const char *dir, const char *name,
		    struct vz_err *e)
{
	cleanup_free char *path = NULL;
	struct stat st;
	int ret;

	if (fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW))
		return errno == ENOENT ? 0 :
		       vz_error_sys(e, VZ_SYSTEM, -errno, "stat %s/%s", dir, name);
	/* Its program makes it anew, and no archive can hold it. */
	if (S_ISSOCK(st.st_mode))
		return 0;
	if (asprintf(&path, "%s%s%s", dir, *dir ? "/" : "", name) < 0)
		return no_memory(e);
	ret = look(w, dirfd, name, path, &st, e);
	if (ret)
		return ret > 0 ? 0 : ret;
	ret = S_ISDIR(st.st_mode) ? vz_tree_todo_push(&w->todo, dir, name) : 0;
	return ret ? vz_error_sys(e, VZ_SYSTEM, ret, "folder %s", path) : 0;
}

static int one_folder(struct backup_walk *w, const char *path, struct vz_err *e)
{
	cleanup_dir DIR *d = NULL;
	struct dirent *de;
	int fd = vz_tree_todo_open(&w->todo, w->root, path), ret = 0;

	if ((fd == -ENOENT || fd == -ENOTDIR || fd == -ELOOP) && w->moves && *path)
		return 0;
	if (fd == -EXDEV)
		return vz_error(e, VZ_SYSTEM, fd,
				"something is mounted on %s in the private area: unmount it first",
				path);
	if (fd < 0)
		return vz_error_sys(e, VZ_SYSTEM, fd, "open folder %s", path);
	d = fdopendir(fd);
	if (!d) {
		close(fd);
		return no_memory(e);
	}
	while (!ret && (errno = 0, de = readdir(d)))
		if (strcmp(de->d_name, ".") && strcmp(de->d_name, ".."))
			ret = one_name(w, fd, path, de->d_name, e);
	if (!ret && errno)
		ret = vz_error_sys(e, VZ_SYSTEM, -errno, "read folder %s", path);
	return ret;
}

static int walk(struct backup_walk *w, struct vz_err *e)
{
	struct stat st;
	int ret = 0;

	w->pass++;
	w->before = w->start;
	clock_gettime(CLOCK_REALTIME, &w->start);
	if (fstat(w->root, &st))
		return vz_error_sys(e, VZ_SYSTEM, -errno, "stat the private area");
	ret = look(w, w->root, "", "", &st, e);
	if (!ret)
		ret = one_folder(w, "", e);
	while (!ret && w->todo.n) {
		cleanup_free char *path = vz_tree_todo_pop(&w->todo);

		ret = one_folder(w, path, e);
	}
	vz_tree_todo_clear(&w->todo);
	return ret;
}

/* ---- lists ----------------------------------------------------------------------- */

struct list {
	struct backup_walk *w;
	FILE *f;
};

static int add_removed(struct backup_file *f, void *arg)
{
	struct list *l = arg;

	if (f->pass && f->pass != l->w->pass)
		fprintf(l->f, "%s/%s%c", l->w->prefix, f->path, 0);
	return 0;
}

static int add_flags(struct backup_file *f, void *arg)
{
	struct list *l = arg;

	/* Those of the root are the host's. */
	if (f->pass == l->w->pass && f->flags && *f->path)
		fprintf(l->f, "%u %s/%s%c", f->flags, l->w->prefix, f->path, 0);
	return 0;
}

static int put_list(struct backup_walk *w, const char *name,
		    int (*add)(struct backup_file *f, void *arg), struct vz_err *e)
{
	cleanup_free char *text = NULL;
	struct list l = { .w = w };
	size_t len;

	l.f = open_memstream(&text, &len);
	if (!l.f)
		return no_memory(e);
	backup_seen_each(w->seen, add, &l);
	if (fclose(l.f))
		return no_memory(e);
	return len ? backup_out_text(w->out, name, text, len, e) : 0;
}

void backup_walk_base(struct backup_walk *w, struct backup_base *base)
{
	backup_seen_free(w->seen);
	w->seen = base->seen;
	base->seen = NULL;
	w->start = base->index.start;
	w->based = true;
	w->pass = 1;
}

void backup_walk_digests(struct backup_walk *w, bool on)
{
	w->digests = on;
}

int backup_walk_all(struct backup_walk *w, bool moves, struct vz_err *e)
{
	int ret;

	w->moves = moves;
	vz_progress_start(&w->progress, "Backing up", 0);
	ret = walk(w, e);
	vz_progress_end(&w->progress);
	return ret || moves || !w->based ? ret : put_list(w, BACKUP_REMOVED, add_removed, e);
}

int backup_walk_rest(struct backup_walk *w, int root, struct vz_err *e)
{
	int ret = backup_out_text(w->out, BACKUP_DELTA, "", 0, e);

	w->moves = false;
	w->root = root;
	vz_progress_start(&w->progress, "Backing up what has changed", 0);
	if (!ret)
		ret = walk(w, e);
	vz_progress_end(&w->progress);
	return ret ? ret : put_list(w, BACKUP_REMOVED, add_removed, e);
}

int backup_walk_flags(struct backup_walk *w, struct vz_err *e)
{
	return put_list(w, BACKUP_FLAGS, add_flags, e);
}

int backup_walk_index(struct backup_walk *w, struct vz_err *e)
{
	cleanup_free char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	if (!f)
		return no_memory(e);
	backup_index_write(w->seen, w->pass, &w->start, f);
	if (fclose(f))
		return no_memory(e);
	return backup_out_text(w->out, BACKUP_INDEX, text, len, e);
}
