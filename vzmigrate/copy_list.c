// SPDX-License-Identifier: GPL-2.0-or-later
/* Lists of the receiving side: growing arrays, emptied after each pass. */
#include <errno.h>
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
