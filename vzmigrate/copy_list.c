// SPDX-License-Identifier: GPL-2.0-or-later
/* Lists of the receiving side: growing arrays. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "vzmigrate/copy_list.h"

static int room(void **array, size_t *cap, size_t n, size_t size)
{
	size_t want = (*cap + 32) * 2;
	void *p;

	if (n >= COPY_LIST_MAX)
		return -E2BIG;
	if (n < *cap)
		return 0;
	p = realloc(*array, want * size);
	if (!p)
		return -ENOMEM;
	*array = p;
	*cap = want;
	return 0;
}

int copy_names_add(struct copy_names *l, char *name)
{
	int ret = name ? room((void **)&l->name, &l->cap, l->n, sizeof(*l->name)) : -ENOMEM;

	if (ret) {
		free(name);
		return ret;
	}
	l->name[l->n++] = name;
	l->sorted = false;
	return 0;
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

bool copy_names_has(struct copy_names *l, const char *name)
{
	if (!l->n)
		return false;
	if (!l->sorted)
		qsort(l->name, l->n, sizeof(*l->name), compare);
	l->sorted = true;
	return bsearch(&name, l->name, l->n, sizeof(*l->name), compare);
}

void copy_names_clear(struct copy_names *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->name[i]);
	free(l->name);
	free(l->path);
	*l = (struct copy_names){ 0 };
}

int copy_links_add(struct copy_links *l, char *dir, char *name, char *target)
{
	int ret = dir && name && target ?
		  room((void **)&l->link, &l->cap, l->n, sizeof(*l->link)) : -ENOMEM;

	if (ret) {
		free(dir);
		free(name);
		free(target);
		return ret;
	}
	l->link[l->n++] = (struct copy_link){ dir, name, target };
	return 0;
}

void copy_links_clear(struct copy_links *l)
{
	for (size_t i = 0; i < l->n; i++) {
		free(l->link[i].dir);
		free(l->link[i].name);
		free(l->link[i].target);
	}
	free(l->link);
	*l = (struct copy_links){ 0 };
}

int copy_times_add(struct copy_times *l, char *path, int64_t sec, uint32_t nsec)
{
	int ret = path ? room((void **)&l->time, &l->cap, l->n, sizeof(*l->time)) : -ENOMEM;

	if (ret) {
		free(path);
		return ret;
	}
	l->time[l->n++] = (struct copy_time){ path, sec, nsec };
	return 0;
}

void copy_times_clear(struct copy_times *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->time[i].path);
	free(l->time);
	*l = (struct copy_times){ 0 };
}

/* Where path is, or belongs: descending, so that a folder comes after what is in it. */
static size_t flags_find(const struct copy_flags *l, const char *path, bool *found)
{
	size_t low = 0, high = l->n;

	*found = false;
	while (low < high && !*found) {
		size_t mid = low + (high - low) / 2;
		int order = strcmp(path, l->flag[mid].path);

		*found = !order;
		if (!order)
			low = mid;
		else if (order > 0)
			high = mid;
		else
			low = mid + 1;
	}
	return low;
}

int copy_flags_put(struct copy_flags *l, const char *dir, const char *name, unsigned int flags)
{
	char *path;
	bool found;
	size_t i;
	int ret;

	if (!flags && !l->n)
		return 0;
	if (asprintf(&path, "%s%s%s", dir, *dir && *name ? "/" : "", name) < 0)
		return -ENOMEM;
	i = flags_find(l, path, &found);
	if (found && !flags) {
		free(l->flag[i].path);
		memmove(l->flag + i, l->flag + i + 1, (--l->n - i) * sizeof(*l->flag));
	} else if (found) {
		l->flag[i].flags = flags;
	}
	ret = flags && !found ? room((void **)&l->flag, &l->cap, l->n, sizeof(*l->flag)) : 0;
	if (ret || found || !flags) {
		free(path);
		return ret;
	}
	memmove(l->flag + i + 1, l->flag + i, (l->n++ - i) * sizeof(*l->flag));
	l->flag[i] = (struct copy_flag){ path, flags };
	return 0;
}

struct copy_flag *copy_flags_next(const struct copy_flags *l, const struct copy_flag *last)
{
	size_t i = last ? (size_t)(last - l->flag) + 1 : 0;

	return i < l->n ? &l->flag[i] : NULL;
}

void copy_flags_clear(struct copy_flags *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->flag[i].path);
	free(l->flag);
	*l = (struct copy_flags){ 0 };
}
