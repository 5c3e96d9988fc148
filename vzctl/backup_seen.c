// SPDX-License-Identifier: GPL-2.0-or-later
/* Two trees of tsearch(3), by path and by inode. */
#include <search.h>
#include <stdlib.h>
#include <string.h>
#include "libvz/tree_time.h"
#include "vzctl/backup_seen.h"

struct inode {
	ino_t ino;
	unsigned int pass;
	char *first;
};

struct backup_seen {
	void *files, *inodes;
	/* for twalk_r */
	int (*each)(struct backup_file *f, void *arg);
	void *arg;
	int ret;
};

static int file_order(const void *a, const void *b)
{
	return strcmp(((const struct backup_file *)a)->path, ((const struct backup_file *)b)->path);
}

static int inode_order(const void *a, const void *b)
{
	const struct inode *x = a, *y = b;

	return x->ino < y->ino ? -1 : x->ino > y->ino;
}

static void file_free(void *p)
{
	struct backup_file *f = p;

	free(f->path);
	free(f->digest);
	free(f);
}

static void inode_free(void *p)
{
	struct inode *i = p;

	free(i->first);
	free(i);
}

struct backup_seen *backup_seen_new(void)
{
	return calloc(1, sizeof(struct backup_seen));
}

void backup_seen_free(struct backup_seen *s)
{
	if (!s)
		return;
	tdestroy(s->files, file_free);
	tdestroy(s->inodes, inode_free);
	free(s);
}

struct backup_file *backup_seen_file(struct backup_seen *s, const char *path)
{
	struct backup_file key = { .path = (char *)path }, *f;
	void *node = tfind(&key, &s->files, file_order);

	if (node)
		return *(struct backup_file **)node;
	f = calloc(1, sizeof(*f));
	if (!f)
		return NULL;
	f->path = strdup(path);
	if (!f->path || !tsearch(f, &s->files, file_order)) {
		file_free(f);
		return NULL;
	}
	return f;
}

bool backup_seen_same(const struct backup_file *f, const struct stat *st, unsigned int pass,
		      const struct timespec *start)
{
	const struct timespec limit = vz_tree_time_limit(start);

	return f->pass == pass - 1 && f->ino == st->st_ino &&
	       vz_tree_time_same(&f->ctime, &st->st_ctim, &limit);
}

const char *backup_seen_first(struct backup_seen *s, ino_t ino, unsigned int pass, const char *path)
{
	struct inode key = { .ino = ino }, *i;
	void *node = tfind(&key, &s->inodes, inode_order);

	if (node) {
		i = *(struct inode **)node;
	} else {
		i = calloc(1, sizeof(*i));
		if (!i)
			return NULL;
		i->ino = ino;
		if (!tsearch(i, &s->inodes, inode_order)) {
			inode_free(i);
			return NULL;
		}
	}
	if (i->pass != pass) {
		free(i->first);
		i->first = strdup(path);
		i->pass = pass;
	}
	return i->first;
}

void backup_seen_forget_first(struct backup_seen *s, ino_t ino, const char *path)
{
	struct inode key = { .ino = ino };
	void *node = tfind(&key, &s->inodes, inode_order);
	struct inode *i = node ? *(struct inode **)node : NULL;

	if (i && i->first && !strcmp(i->first, path))
		i->pass = 0;
}

static void visit(const void *node, VISIT which, void *closure)
{
	struct backup_seen *s = closure;

	if (!s->ret && (which == postorder || which == leaf))
		s->ret = s->each(*(struct backup_file *const *)node, s->arg);
}

int backup_seen_each(struct backup_seen *s, int (*each)(struct backup_file *f, void *arg),
		     void *arg)
{
	s->each = each;
	s->arg = arg;
	s->ret = 0;
	twalk_r(s->files, visit, s);
	return s->ret;
}
