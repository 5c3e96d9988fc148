// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What is far from the nearest open folder is opened in halves, and each half stays open: on
 * the way back up the next one is then near. With too many open, every other one is closed.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "libvz/tree.h"
#include "libvz/tree_cursor.h"

#define NEAR	256	/* bytes of a path */

void vz_tree_cursor_drop(struct vz_tree_cursor *c)
{
	while (c->n)
		close(c->at[--c->n].fd);
	free(c->path);
	c->path = NULL;
}

/* Only folders above path, or path itself, stay. */
static void go_up(struct vz_tree_cursor *c, const char *path)
{
	for (; c->n; close(c->at[--c->n].fd)) {
		size_t len = c->at[c->n - 1].len;

		if (!strncmp(c->path, path, len) && (!path[len] || path[len] == '/'))
			break;
	}
}

static void thin_out(struct vz_tree_cursor *c)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < c->n; i++) {
		if (i % 2)
			c->at[n++] = c->at[i];
		else
			close(c->at[i].fd);
	}
	c->n = n;
}

/* The folder of the first @len bytes stays open. A failure costs time later, nothing else. */
static void hold(struct vz_tree_cursor *c, size_t len, int fd)
{
	if (c->n == VZ_TREE_CURSOR_MAX)
		thin_out(c);
	c->at[c->n].len = len;
	c->at[c->n].fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	c->n += c->at[c->n].fd >= 0;
}

/* As far as half of the rest, at a slash; all of it when it is near. */
static size_t half_way(const char *path, size_t from)
{
	size_t len = strlen(path + from), half = len / 2;

	if (len <= NEAR)
		return from + len;
	while (half && path[from + half] != '/')
		half--;
	return half ? from + half : from + len;
}

static int open_from(struct vz_tree_cursor *c, int root, char *path)
{
	size_t from = c->n ? c->at[c->n - 1].len : 0;
	int fd = c->n ? c->at[c->n - 1].fd : root, next;
	bool ours = false;

	do {
		size_t to = half_way(path, from);
		char was = path[to];

		path[to] = '\0';
		next = vz_tree_open(fd, path + from + (path[from] == '/'));
		path[to] = was;
		if (ours)
			close(fd);
		if (next < 0)
			return next;
		fd = next;
		ours = true;
		from = to;
		hold(c, from, fd);
	} while (path[from]);
	return fd;
}

int vz_tree_cursor_open(struct vz_tree_cursor *c, int root, const char *path)
{
	char *copy = strdup(path);
	int fd;

	if (!copy)
		return -ENOMEM;
	go_up(c, path);
	free(c->path);
	c->path = copy;
	if (c->n && c->at[c->n - 1].len == strlen(path))
		close(c->at[--c->n].fd);
	fd = open_from(c, root, copy);
	if (fd >= 0 || fd == -ENOMEM)
		return fd;
	/* What was open may have been moved or removed, and another be in its place. */
	while (c->n)
		close(c->at[--c->n].fd);
	return open_from(c, root, copy);
}
