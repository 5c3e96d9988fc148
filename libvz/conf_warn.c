// SPDX-License-Identifier: GPL-2.0-or-later
/* One thread only. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "libvz/cleanup.h"
#include "libvz/conf_warn.h"
#include "libvz/log.h"

#define ODD_MAX		3
#define KEPT_MIN	64

/* A file that was told of, as it was then. */
struct told {
	struct told *next;
	struct stat st;
	char path[];
};

static struct told *told;
static size_t nr_told, next_look = KEPT_MIN;

static bool is_same(const struct stat *a, const struct stat *b)
{
	return a->st_ino == b->st_ino && a->st_dev == b->st_dev && a->st_size == b->st_size &&
	       !memcmp(&a->st_mtim, &b->st_mtim, sizeof(a->st_mtim)) &&
	       !memcmp(&a->st_ctim, &b->st_ctim, sizeof(a->st_ctim));
}

static struct told **find(const char *path)
{
	struct told **p = &told;

	while (*p && strcmp((*p)->path, path))
		p = &(*p)->next;
	return p;
}

static void drop(struct told **p)
{
	struct told *t = *p;

	*p = t->next;
	free(t);
	nr_told--;
}

/* Files that have gone. Looked for when there are twice as many as the last time. */
static void drop_gone(void)
{
	struct told **p = &told;
	struct stat st;

	if (nr_told < next_look)
		return;
	while (*p)
		if (stat((*p)->path, &st))
			drop(p);
		else
			p = &(*p)->next;
	next_look = nr_told < KEPT_MIN / 2 ? KEPT_MIN : 2 * nr_told;
}

static void begin(struct vz_conf_warn *w)
{
	struct told **p;
	struct stat st;

	if (w->n++)
		return;
	p = find(w->path);
	w->mute = *p && !stat(w->path, &st) && is_same(&st, &(*p)->st);
}

void vz_conf_warn_line(struct vz_conf_warn *w, size_t line, const char *fmt, ...)
{
	cleanup_free char *text = NULL;
	va_list ap;

	begin(w);
	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) < 0)
		text = NULL;
	va_end(ap);
	if (!w->mute)
		vz_warn("Warning: %s: line %zu: %s", w->path, line, text ? text : "");
}

void vz_conf_warn_odd(struct vz_conf_warn *w, size_t line, const char *why, const char *text)
{
	begin(w);
	if (++w->odd <= ODD_MAX && !w->mute)
		vz_warn("Warning: %s: line %zu is left out, %s: %s", w->path, line, why, text);
}

/* Without memory it is told again. */
void vz_conf_warn_end(struct vz_conf_warn *w)
{
	struct told **p, *t;

	if (!w->n && !told)
		return;
	if (w->odd > ODD_MAX && !w->mute)
		vz_warn("Warning: %s: %zu more such lines are left out", w->path,
			w->odd - ODD_MAX);
	p = find(w->path);
	if (*p && !w->mute)
		drop(p);
	if (!w->n || w->mute)
		return;
	drop_gone();
	t = malloc(sizeof(*t) + strlen(w->path) + 1);
	if (!t || stat(w->path, &t->st)) {
		free(t);
		return;
	}
	strcpy(t->path, w->path);
	t->next = told;
	told = t;
	nr_told++;
}

size_t vz_conf_warn_kept(void)
{
	return nr_told;
}
