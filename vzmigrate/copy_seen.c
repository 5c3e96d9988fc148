// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One open-addressed table per pass: inode number, change time, for a folder
 * its path, and for files with several names the path under which the file
 * itself is sent. Grows by
 * doubling at three quarters; no entry is ever removed; freed after the next pass.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "libvz/tree_time.h"
#include "vzmigrate/copy_seen.h"

struct seen_row {
	uint64_t ino;		/* 0: free */
	int64_t sec;
	uint32_t nsec;
	bool timed;
	bool folder;
	char *path;
	const char *place;	/* path of the folder of its first name: that folder's own */
};

struct copy_seen {
	struct seen_row *row;
	size_t cap, used;
};

struct copy_seen *copy_seen_new(void)
{
	struct copy_seen *m = calloc(1, sizeof(*m));

	if (!m)
		return NULL;
	m->cap = 4096;
	m->row = calloc(m->cap, sizeof(*m->row));
	if (!m->row) {
		free(m);
		return NULL;
	}
	return m;
}

void copy_seen_free(struct copy_seen *m)
{
	if (!m)
		return;
	for (size_t i = 0; i < m->cap; i++)
		free(m->row[i].path);
	free(m->row);
	free(m);
}

static struct seen_row *find(struct seen_row *row, size_t cap, uint64_t ino)
{
	size_t i = (ino * 0x9e3779b97f4a7c15ULL) >> 20;

	for (i &= cap - 1; row[i].ino && row[i].ino != ino; i = (i + 1) & (cap - 1))
		;
	return &row[i];
}

static struct seen_row *insert(struct copy_seen *m, uint64_t ino)
{
	struct seen_row *r;

	if (m->used >= m->cap / 4 * 3) {
		struct seen_row *bigger = calloc(m->cap * 2, sizeof(*bigger));

		if (!bigger)
			return NULL;
		for (size_t i = 0; i < m->cap; i++)
			if (m->row[i].ino)
				*find(bigger, m->cap * 2, m->row[i].ino) = m->row[i];
		free(m->row);
		m->row = bigger;
		m->cap *= 2;
	}
	r = find(m->row, m->cap, ino);
	if (!r->ino) {
		r->ino = ino;
		m->used++;
	}
	return r;
}

int copy_seen_put(struct copy_seen *m, uint64_t ino, const struct timespec *ctime)
{
	struct seen_row *r = insert(m, ino);

	if (!r)
		return -ENOMEM;
	/* Met twice in a pass with different times: it changed, trust neither. */
	if (r->timed && (r->sec != ctime->tv_sec || r->nsec != ctime->tv_nsec)) {
		r->nsec = UINT32_MAX;
		return 0;
	}
	r->timed = true;
	r->sec = ctime->tv_sec;
	r->nsec = ctime->tv_nsec;
	return 0;
}

bool copy_seen_same(const struct copy_seen *m, uint64_t ino, const struct timespec *ctime,
		    const struct timespec *limit)
{
	const struct seen_row *r = find(m->row, m->cap, ino);
	const struct timespec was = { .tv_sec = r->sec, .tv_nsec = r->nsec };

	return r->ino && r->timed && vz_tree_time_same(&was, ctime, limit);
}

int copy_seen_dir(struct copy_seen *m, uint64_t ino, const char *path)
{
	struct seen_row *r = insert(m, ino);

	if (!r)
		return -ENOMEM;
	free(r->path);
	r->path = strdup(path);
	r->folder = true;
	return r->path ? 0 : -ENOMEM;
}

const char *copy_seen_place(const struct copy_seen *m, uint64_t ino)
{
	const struct seen_row *r = find(m->row, m->cap, ino);

	if (!r->ino)
		return NULL;
	return r->folder ? r->path : r->place;
}

int copy_seen_in(struct copy_seen *m, uint64_t ino, uint64_t folder)
{
	struct seen_row *r = insert(m, ino);

	if (!r)
		return -ENOMEM;
	if (!r->place)
		r->place = find(m->row, m->cap, folder)->path;
	return 0;
}

bool copy_seen_dir_at(const struct copy_seen *m, uint64_t ino, const char *path)
{
	const struct seen_row *r = find(m->row, m->cap, ino);

	return r->ino && r->path && !strcmp(r->path, path);
}

const char *copy_seen_link(struct copy_seen *m, uint64_t ino, const char *dir, const char *name,
			   int *err)
{
	struct seen_row *r = insert(m, ino);

	*err = 0;
	if (!r) {
		*err = -ENOMEM;
		return NULL;
	}
	if (r->path)
		return r->path;
	if (asprintf(&r->path, "%s%s%s", dir, *dir ? "/" : "", name) < 0) {
		r->path = NULL;
		*err = -ENOMEM;
	}
	return NULL;
}
