// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Source side of the copy engine. Folders are walked from a list of paths, so
 * the depth of the tree costs no descriptor. Each folder goes out as one or more DIR
 * frames; up to WINDOW of them wait for their NEED answers, which are small
 * enough to fit into the pipes, so neither side can block the other for good.
 *
 * What is the same as in the pass before is known from the change time of its
 * inode. That is safe for a reason: before each pass the file system is
 * synced, which write-protects shared mappings, so that every later store
 * moves the change time; and a time younger than the start of the pass before
 * is not trusted. What lies in a folder that was moved is all new to the other
 * side, although no inode in it has changed.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "libvz/cleanup.h"
#include "libvz/err.h"
#include "libvz/log.h"
#include "libvz/tree.h"
#include "vzmigrate/copy.h"
#include "vzmigrate/copy_seen.h"
#include "vzmigrate/copy_send.h"
#include "vzmigrate/frame.h"
#include "vzmigrate/tree.h"
#include "vzmigrate/wire.pb-c.h"

#define WINDOW		4
#define BATCH_ENTRIES	400
#define BATCH_BYTES	(256U << 10)
#define DEPTH_OF_LIST	(1U << 24)
/* A clock tick of any kernel, and then some: file times are that coarse. */
#define TICK_MARGIN_NS	50000000L

/* A DIR frame on its way: the names that NEED's indices mean. */
struct copy_batch {
	struct copy_batch *next;
	uint32_t seq;
	char *path;
	char **name;
	size_t n;
};

/* Folders still to be walked: a stack, so the list stays short. */
struct walk {
	char **path;
	size_t n, cap;
};

/* A folder being put into frames. */
struct dir_out {
	struct copy_sender *s;
	const char *path;
	int fd;
	bool complete;
	bool moved;		/* or new: nothing in it is the same */
	Wire__Entry self;
	bool has_self;
	Wire__Entry **entry;
	size_t n, bytes;
};

void copy_sender_init(struct copy_sender *s, struct wire *w, int root, enum copy_tree kind)
{
	*s = (struct copy_sender){ .w = w, .root = root, .kind = kind };
	s->tail = &s->head;
}

static void batch_free(struct copy_batch *b)
{
	for (size_t i = 0; i < b->n; i++)
		free(b->name[i]);
	free(b->name);
	free(b->path);
	free(b);
}

static void drop_batches(struct copy_sender *s)
{
	while (s->head) {
		struct copy_batch *b = s->head;

		s->head = b->next;
		batch_free(b);
	}
	s->tail = &s->head;
	s->nbatches = 0;
}

void copy_sender_release(struct copy_sender *s)
{
	drop_batches(s);
	copy_seen_free(s->seen);
	copy_seen_free(s->next);
	s->seen = s->next = NULL;
}

static int no_memory(struct vz_err *e)
{
	return vz_error(e, VZ_NOMEM, -ENOMEM, "out of memory while copying");
}

static int compare_ino(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static bool is_forced(const struct copy_sender *s, uint64_t ino)
{
	return s->nforce &&
	       bsearch(&ino, s->force, s->nforce, sizeof(ino), compare_ino);
}

/* ---- file content --------------------------------------------------------- */

static int send_gone(struct copy_sender *s, const struct copy_batch *b, uint32_t index,
		     struct vz_err *e)
{
	Wire__File m = WIRE__FILE__INIT;

	if (s->final)
		return vz_error(e, VZ_COPY, -ESTALE, "%s/%s vanished although the VE stands still",
				b->path, b->name[index]);
	m.seq = b->seq;
	m.index = index;
	m.has_gone = m.gone = true;
	m.last = true;
	return wire_send(s->w, WIRE_FILE, &m.base, NULL, 0, e);
}

/* Next piece of data at or behind *pos, never longer than a frame; 0 at the end. */
static ssize_t next_piece(int fd, off_t size, off_t *pos, uint8_t *buf, off_t *hole_end)
{
	size_t want;

	if (*pos >= *hole_end) {
		off_t data = lseek(fd, *pos, SEEK_DATA), hole;

		if (data < 0 && errno == ENXIO)
			return 0;
		if (data < 0)
			data = *pos;	/* no such notion on this file system */
		hole = lseek(fd, data, SEEK_HOLE);
		*hole_end = hole < 0 ? size : hole;
		*pos = data;
	}
	if (*pos >= size)
		return 0;
	want = *hole_end - *pos < (off_t)WIRE_RAW_MAX ? *hole_end - *pos : WIRE_RAW_MAX;
	if ((off_t)want > size - *pos)
		want = size - *pos;
	return pread(fd, buf, want, *pos);
}

static int send_content(struct copy_sender *s, int fd, Wire__File *m, off_t size,
			const char *what, struct vz_err *e)
{
	cleanup_free uint8_t *buf = malloc(WIRE_RAW_MAX);
	off_t pos = 0, hole_end = 0;
	bool first = true, last;
	int ret;

	if (!buf)
		return no_memory(e);
	do {
		ssize_t n = pos < size ? next_piece(fd, size, &pos, buf, &hole_end) : 0;

		if (n < 0)
			return vz_error_sys(e, VZ_COPY, -errno, "read %s", what);
		last = !n || pos + n >= size;
		if (first) {
			m->has_offset = true;
			m->offset = pos;
			m->last = last;
			ret = wire_send(s->w, WIRE_FILE, &m->base, buf, n, e);
		} else {
			Wire__Data d = WIRE__DATA__INIT;

			d.offset = pos;
			d.last = last;
			ret = wire_send(s->w, WIRE_DATA, &d.base, buf, n, e);
		}
		if (ret)
			return ret;
		first = false;
		pos += n;
		s->counts.bytes += n;
	} while (!last);
	return 0;
}

static int open_file(int dir, const char *name)
{
	int flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY;
	struct stat st;

	/* A device must not be opened at all: opening may act. */
	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW))
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -ENOENT;
	for (;;) {
		int fd = openat(dir, name, flags | O_NOATIME);

		if (fd >= 0)
			return fd;
		if (errno != EINTR)
			return errno == ELOOP || errno == ENXIO ? -ENOENT : -errno;
	}
}

static int send_file(struct copy_sender *s, int dir, const struct copy_batch *b, uint32_t index,
		     struct vz_err *e)
{
	cleanup_close int fd = dir < 0 ? dir : open_file(dir, b->name[index]);
	Wire__File m = WIRE__FILE__INIT;
	Wire__Entry meta = WIRE__ENTRY__INIT;
	struct stat st;
	int ret;

	if (fd == -ENOENT)
		return send_gone(s, b, index, e);
	if (fd < 0)
		return vz_error_sys(e, VZ_COPY, fd, "open %s/%s", b->path, b->name[index]);
	if (fstat(fd, &st))
		return vz_error_sys(e, VZ_COPY, -errno, "stat %s/%s", b->path, b->name[index]);
	if (!S_ISREG(st.st_mode))
		return send_gone(s, b, index, e);
	ret = tree_entry_read(dir, b->name[index], &st, &meta);
	if (ret == -ENOENT) {
		tree_entry_free(&meta);
		return send_gone(s, b, index, e);
	}
	if (!ret) {
		m.seq = b->seq;
		m.index = index;
		m.meta = &meta;
		ret = send_content(s, fd, &m, st.st_size, b->name[index], e);
		s->counts.files++;
	} else {
		vz_error_sys(e, VZ_COPY, ret, "attributes of %s/%s", b->path, b->name[index]);
	}
	tree_entry_free(&meta);
	return ret;
}

static int send_digests(struct copy_sender *s, int dir, const struct copy_batch *b,
			const uint32_t *index, size_t n, struct vz_err *e)
{
	Wire__Digest m = WIRE__DIGEST__INIT;
	int ret;

	m.seq = b->seq;
	m.index = calloc(n, sizeof(*m.index));
	m.hash = calloc(n, sizeof(*m.hash));
	if (!m.index || !m.hash) {
		free(m.index);
		free(m.hash);
		return no_memory(e);
	}
	for (size_t i = 0; i < n; i++) {
		cleanup_close int fd = dir < 0 ? dir : open_file(dir, b->name[index[i]]);
		uint64_t hash = 0;

		/* One that cannot be read is wanted whole, and its fate told then. */
		if (fd >= 0 && tree_hash(fd, &hash))
			hash = 0;
		m.index[m.n_index++] = index[i];
		m.hash[m.n_hash++] = hash;
	}
	ret = wire_send(s->w, WIRE_DIGEST, &m.base, NULL, 0, e);
	free(m.index);
	free(m.hash);
	return ret;
}

/* Answer one NEED frame; the batch is over when no digest was asked for. */
static int serve(struct copy_sender *s, struct vz_err *e)
{
	cleanup_frame struct wire_frame f = { 0 };
	int ret = wire_expect(s->w, WIRE_NEED, &f, e);
	cleanup_close int dir = -1;
	struct copy_batch *b, **at = &s->head;
	const Wire__Need *m;

	if (ret)
		return ret;
	m = (const Wire__Need *)f.msg;
	while (*at && (*at)->seq != m->seq)
		at = &(*at)->next;
	b = *at;
	if (!b)
		return vz_error(e, VZ_COPY, -EPROTO, "%s asks for batch %u, which is not open",
				s->w->peer, m->seq);
	for (size_t i = 0; i < m->n_whole + m->n_digest; i++)
		if ((i < m->n_whole ? m->whole[i] : m->digest[i - m->n_whole]) >= b->n)
			return vz_error(e, VZ_COPY, -EPROTO,
					"%s asks for a file that was not named", s->w->peer);
	if (m->n_whole || m->n_digest)
		dir = vz_tree_open(s->root, b->path);
	for (size_t i = 0; !ret && i < m->n_whole; i++)
		ret = send_file(s, dir, b, m->whole[i], e);
	if (ret)
		return ret;
	if (m->n_digest)
		return send_digests(s, dir, b, m->digest, m->n_digest, e);
	*at = b->next;
	if (!*at)
		s->tail = at;
	s->nbatches--;
	batch_free(b);
	return 0;
}

/* ---- folders ----------------------------------------------------------------- */

static int push(struct walk *k, const char *dir, const char *name)
{
	if (k->n >= DEPTH_OF_LIST || strlen(dir) + strlen(name) + 1 > VZ_TREE_PATH_MAX)
		return -ENAMETOOLONG;
	if (k->n == k->cap) {
		char **p = realloc(k->path, (k->cap + 64) * 2 * sizeof(*p));

		if (!p)
			return -ENOMEM;
		k->path = p;
		k->cap = (k->cap + 64) * 2;
	}
	if (asprintf(&k->path[k->n], "%s%s%s", dir, *dir ? "/" : "", name) < 0)
		return -ENOMEM;
	k->n++;
	return 0;
}

static void dir_out_clear(struct dir_out *o)
{
	for (size_t i = 0; i < o->n; i++) {
		tree_entry_free(o->entry[i]);
		free(o->entry[i]);
	}
	o->n = o->bytes = 0;
	tree_entry_free(&o->self);
	o->has_self = false;
}

static int flush_dir(struct dir_out *o, bool last, struct vz_err *e)
{
	struct copy_sender *s = o->s;
	struct copy_batch *b = calloc(1, sizeof(*b));
	Wire__Dir m = WIRE__DIR__INIT;
	int ret;

	if (!b)
		return no_memory(e);
	b->seq = ++s->seq;
	b->path = strdup(o->path);
	b->name = calloc(o->n + 1, sizeof(*b->name));
	if (!b->path || !b->name) {
		batch_free(b);
		return no_memory(e);
	}
	for (; b->n < o->n; b->n++) {
		b->name[b->n] =
			strndup((char *)o->entry[b->n]->name.data, o->entry[b->n]->name.len);
		if (!b->name[b->n]) {
			batch_free(b);
			return no_memory(e);
		}
	}
	m.seq = b->seq;
	m.path.data = (uint8_t *)b->path;
	m.path.len = strlen(b->path);
	m.self = o->has_self ? &o->self : NULL;
	m.entry = o->entry;
	m.n_entry = o->n;
	m.complete = o->complete;
	m.last = last;
	*s->tail = b;
	s->tail = &b->next;
	s->nbatches++;
	ret = wire_send(s->w, WIRE_DIR, &m.base, NULL, 0, e);
	dir_out_clear(o);
	while (!ret && s->nbatches >= WINDOW)
		ret = serve(s, e);
	return ret;
}

static int add_entry(struct dir_out *o, Wire__Entry *en, const char *name, struct vz_err *e)
{
	en->name.data = (uint8_t *)strdup(name);
	en->name.len = strlen(name);
	if (!en->name.data)
		return no_memory(e);
	o->bytes += 64 + en->name.len + en->target.len + en->link.len;
	for (size_t i = 0; i < en->n_xattr; i++)
		o->bytes += en->xattr[i]->name.len + en->xattr[i]->value.len + 16;
	o->entry[o->n++] = en;
	if (o->n < BATCH_ENTRIES && o->bytes < BATCH_BYTES)
		return 0;
	return flush_dir(o, false, e);
}

static bool is_same(const struct copy_sender *s, const struct stat *st)
{
	return s->seen && !is_forced(s, st->st_ino) &&
	       copy_seen_same(s->seen, st->st_ino, &st->st_ctim, &s->seen_start);
}

/* Everything about a name that changed. 1: it vanished meanwhile. */
static int fill_entry(struct dir_out *o, const char *name, const struct stat *st,
		      const char *link, Wire__Entry *en, struct vz_err *e)
{
	int ret = tree_entry_read(o->fd, name, st, en);

	if (ret == -ENOENT || (ret == -EINVAL && S_ISLNK(st->st_mode)))
		return 1;
	if (ret)
		return vz_error_sys(e, VZ_COPY, ret, "attributes of %s/%s", o->path, name);
	if (link) {
		en->link.data = (uint8_t *)strdup(link);
		en->link.len = strlen(link);
		en->has_link = true;
		if (!en->link.data)
			return no_memory(e);
	}
	return 0;
}

static int one_name(struct dir_out *o, struct walk *k, const char *name, struct vz_err *e)
{
	struct copy_sender *s = o->s;
	const char *link = NULL;
	Wire__Entry *en;
	struct stat st;
	bool same, unchanged;
	int ret = 0;

	if (fstatat(o->fd, name, &st, AT_SYMLINK_NOFOLLOW)) {
		if (errno == ENOENT)
			return 0;
		return vz_error_sys(e, VZ_COPY, -errno, "stat %s/%s", o->path, name);
	}
	if (S_ISDIR(st.st_mode)) {
		ret = push(k, o->path, name);
		if (ret)
			return vz_error_sys(e, VZ_COPY, ret, "folder %s/%s", o->path, name);
	} else if (st.st_nlink > 1) {
		link = copy_seen_link(s->next, st.st_ino, o->path, name, &ret);
		if (ret)
			return no_memory(e);
	}
	unchanged = !o->moved && is_same(s, &st);
	/* With several names it may be the other one that moved: let them look. */
	same = unchanged && (S_ISDIR(st.st_mode) || st.st_nlink == 1);
	if (copy_seen_put(s->next, st.st_ino, &st.st_ctim))
		return no_memory(e);
	if (s->progress && S_ISREG(st.st_mode) && !link)
		vz_progress_add(s->progress, st.st_blocks * 512);
	if (same && !o->complete)
		return 0;
	en = malloc(sizeof(*en));
	if (!en)
		return no_memory(e);
	wire__entry__init(en);
	if (same)
		en->has_same = en->same = true;
	else
		ret = fill_entry(o, name, &st, link, en, e);
	if (!ret && !unchanged && S_ISREG(st.st_mode) && s->seen)
		en->has_force = en->force = true;
	if (!ret)
		return add_entry(o, en, name, e);
	tree_entry_free(en);
	free(en);
	/* The destination was not told of this folder, so it must not get its names. */
	if (ret > 0 && S_ISDIR(st.st_mode))
		free(k->path[--k->n]);
	return ret < 0 ? ret : 0;
}

static int walk_dir(struct copy_sender *s, struct walk *k, const char *path, struct vz_err *e)
{
	Wire__Entry *entry[BATCH_ENTRIES];
	struct dir_out o = { .s = s, .path = path, .entry = entry };
	cleanup_dir DIR *d = NULL;
	struct dirent *de;
	struct stat st;
	int ret = 0;

	wire__entry__init(&o.self);
	o.fd = vz_tree_open(s->root, path);
	if ((o.fd == -ENOENT || o.fd == -ENOTDIR || o.fd == -ELOOP) && !s->final && *path)
		return 0;
	if (o.fd == -EXDEV)
		return vz_error(e, VZ_COPY, -EXDEV,
				"something is mounted on %s in the private area: unmount it first", path);
	if (o.fd < 0)
		return vz_error_sys(e, VZ_COPY, o.fd, "open folder %s", path);
	d = fdopendir(o.fd);
	if (!d) {
		close(o.fd);
		return no_memory(e);
	}
	if (fstat(o.fd, &st))
		return vz_error_sys(e, VZ_COPY, -errno, "stat %s", path);
	o.moved = s->seen && !copy_seen_dir_at(s->seen, st.st_ino, path);
	o.complete = o.moved || !is_same(s, &st);
	if (copy_seen_put(s->next, st.st_ino, &st.st_ctim) ||
	    copy_seen_dir(s->next, st.st_ino, path))
		return no_memory(e);
	ret = tree_entry_read(o.fd, "", &st, &o.self);
	if (ret) {
		tree_entry_free(&o.self);
		return vz_error_sys(e, VZ_COPY, ret, "attributes of %s", path);
	}
	o.has_self = true;
	while (!ret && (errno = 0, de = readdir(d))) {
		if (strcmp(de->d_name, ".") && strcmp(de->d_name, ".."))
			ret = one_name(&o, k, de->d_name, e);
	}
	if (!ret && errno)
		ret = vz_error_sys(e, VZ_COPY, -errno, "read folder %s", path);
	if (!ret && (o.complete || o.n))
		ret = flush_dir(&o, true, e);
	dir_out_clear(&o);
	return ret;
}

/* ---- passes --------------------------------------------------------------------- */

static int walk_all(struct copy_sender *s, struct vz_err *e)
{
	struct walk k = { 0 };
	int ret = walk_dir(s, &k, "", e);

	while (!ret && k.n) {
		cleanup_free char *path = k.path[--k.n];

		ret = walk_dir(s, &k, path, e);
	}
	while (k.n)
		free(k.path[--k.n]);
	free(k.path);
	while (!ret && s->nbatches)
		ret = serve(s, e);
	return ret;
}

static int begin_pass(struct copy_sender *s, struct vz_err *e)
{
	Wire__Tree t = WIRE__TREE__INIT;

	s->counts = (struct copy_counts){ 0 };
	s->next = copy_seen_new();
	if (!s->next)
		return no_memory(e);
	clock_gettime(CLOCK_REALTIME, &s->start);
	if (syncfs(s->root))
		return vz_error_sys(e, VZ_COPY, -errno, "sync the file system of the VE");
	t.kind = s->kind;
	t.verify = s->verify;
	t.final = s->final;
	return wire_send(s->w, WIRE_TREE, &t.base, NULL, 0, e);
}

static int end_pass(struct copy_sender *s, struct vz_err *e)
{
	cleanup_frame struct wire_frame f = { 0 };
	Wire__Done m = WIRE__DONE__INIT;
	int ret = wire_send(s->w, WIRE_DONE, &m.base, NULL, 0, e);

	if (!ret)
		ret = wire_expect(s->w, WIRE_DONE, &f, e);
	if (ret)
		return ret;
	s->counts.removed = ((const Wire__Done *)f.msg)->removed;
	copy_seen_free(s->seen);
	s->seen = s->next;
	s->next = NULL;
	s->seen_start = s->start;
	s->seen_start.tv_nsec -= TICK_MARGIN_NS;
	if (s->seen_start.tv_nsec < 0) {
		s->seen_start.tv_nsec += 1000000000L;
		s->seen_start.tv_sec--;
	}
	s->passes++;
	return 0;
}

int copy_send_pass(struct copy_sender *s, bool verify, bool final, struct vz_err *e)
{
	int ret;

	s->verify = verify;
	s->final = final;
	ret = begin_pass(s, e);
	if (!ret)
		ret = walk_all(s, e);
	if (!ret)
		ret = end_pass(s, e);
	if (!ret)
		return 0;
	drop_batches(s);
	copy_seen_free(s->next);
	s->next = NULL;
	return wire_why(s->w, ret, e);
}

static int add_usage(int root, const char *path, struct walk *k, uint64_t *bytes)
{
	cleanup_dir DIR *d = NULL;
	int fd = vz_tree_open(root, path), ret = 0;
	struct dirent *de;

	if (fd < 0)
		return *path ? 0 : fd;
	d = fdopendir(fd);
	if (!d) {
		close(fd);
		return -ENOMEM;
	}
	while (!ret && (de = readdir(d))) {
		struct stat st;

		if (!strcmp(de->d_name, ".") || !strcmp(de->d_name, "..") ||
		    fstatat(fd, de->d_name, &st, AT_SYMLINK_NOFOLLOW))
			continue;
		*bytes += st.st_blocks * 512 / (S_ISDIR(st.st_mode) ? 1 : st.st_nlink);
		if (S_ISDIR(st.st_mode))
			ret = push(k, path, de->d_name);
	}
	return ret;
}

int copy_usage(int root, uint64_t *bytes)
{
	struct walk k = { 0 };
	int ret;

	*bytes = 0;
	ret = add_usage(root, "", &k, bytes);
	while (!ret && k.n) {
		cleanup_free char *path = k.path[--k.n];

		ret = add_usage(root, path, &k, bytes);
	}
	while (k.n)
		free(k.path[--k.n]);
	free(k.path);
	return ret;
}
