// SPDX-License-Identifier: GPL-2.0-only
/*
 * Open files whose path leads to another mount by now: something was mounted over a folder above
 * them while they were open. When that covers a mount as a whole, a walk that begins in there
 * still finds them. Else, as mounts are put into their tree, a file is opened without access at
 * the last moment at which its path is right, and kept in the store of descriptors.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fdstore.h"
#include "files.h"
#include "log.h"
#include "mount.h"
#include "mount-hidden.h"
#include "namespaces.h"
#include "pstree.h"
#include "servicefd.h"
#include "util.h"
#include "xmalloc.h"

#undef LOG_PREFIX
#define LOG_PREFIX "hidden: "

static struct noted {
	struct reg_file_info *file;
	int store;
} *noted;
static size_t n_noted, n_kept;

/* The mount that comes next on the way to path. What lies over a root is seen from nowhere. */
static struct mount_info *next_mount(const struct mount_info *at, bool root, const char *path)
{
	struct mount_info *child, *next = NULL;

	list_for_each_entry(child, &at->children, siblings) {
		if (!get_relative_path((char *)path, child->ns_mountpoint) ||
		    (root && !strcmp(child->ns_mountpoint, at->ns_mountpoint)))
			continue;
		if (!next || strlen(child->ns_mountpoint) < strlen(next->ns_mountpoint))
			next = child;
	}
	return next;
}

bool path_is_hidden(const struct mount_info *mi, const char *path)
{
	const struct mount_info *root = mi->nsid ? mi->nsid->mnt.mntinfo_tree : NULL;
	const struct mount_info *at = root, *next;

	if (!root)
		return false;
	while ((next = next_mount(at, at == root, path)))
		at = next;
	return at != mi;
}

bool can_be_hidden(const struct mount_info *mi, const struct fd_parms *p, const char *path)
{
	const char *end = strstr(path, " (deleted)"), *rest;
	const size_t len = strlen(" (deleted)");

	if (!p->stat.st_nlink || (end && !end[len]))
		return false;
	if (p->fs_type != PROC_SUPER_MAGIC)
		return true;
	/* A process that has ended is there once more only for a path that is seen. */
	rest = get_relative_path((char *)path, mi->ns_mountpoint);
	return rest && (!atoi(rest) || pstree_item_by_virt(atoi(rest)));
}

int note_path(struct reg_file_info *file)
{
	if (n_noted % 256 == 0) {
		void *more = xrealloc(noted, (n_noted + 256) * sizeof(*noted));

		if (!more)
			return -1;
		noted = more;
	}
	noted[n_noted++] = (struct noted){ .file = file, .store = -1 };
	return 0;
}

/* What a device or a process is to make is not there yet: it is met again in open_hidden(). */
static int keep(struct noted *n, const char *mountpoint, const char *rest)
{
	char path[PATH_MAX];
	int fd;

	if (snprintf(path, sizeof(path), "%s/%s", mountpoint, rest) >= PATH_MAX) {
		pr_err("The path of %s is too long\n", n->file->path);
		return -1;
	}
	fd = open(path, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? 0 : (pr_perror("Can't open %s", path), -1);
	n->store = fdstore_add(fd);
	close(fd);
	n_kept++;
	return n->store < 0 ? -1 : 0;
}

int keep_what_gets_hidden(const struct mount_info *cover)
{
	for (size_t i = 0; i < n_noted; i++) {
		struct reg_file_info *file = noted[i].file;
		struct mount_info *mi;
		char *rest;

		if (noted[i].store >= 0 || file->remap || !file->rfe->has_mnt_id ||
		    !(rest = get_relative_path(file->path, cover->ns_mountpoint)))
			continue;
		mi = lookup_mnt_id(file->rfe->mnt_id);
		/* Not there yet: it is the cover or comes later, so it is seen. */
		if (!mi || mi->nsid != cover->nsid || mi->mnt_fd_id < 0)
			continue;
		if (keep(&noted[i], cover->mountpoint, rest))
			return -1;
	}
	return 0;
}

static int kept_of(const struct reg_file_info *file)
{
	for (size_t i = 0; n_kept && i < n_noted; i++)
		if (noted[i].file == file)
			return noted[i].store;
	return -1;
}

/* A walk that begins in a mount does not see what lies over the mount's own root. */
static int open_in_mount(const struct reg_file_info *file)
{
	struct mount_info *mi = file->rfe->has_mnt_id ? lookup_mnt_id(file->rfe->mnt_id) : NULL;
	int root, fd;
	char *rest;

	if (!mi || mi->mnt_fd_id < 0 || !path_is_hidden(mi, file->path) ||
	    !(rest = get_relative_path(file->path, mi->ns_mountpoint)))
		return -1;
	root = fdstore_get(mi->mnt_fd_id);
	if (root < 0)
		return -1;
	fd = openat(root, *rest ? rest : ".", O_PATH | O_NOFOLLOW | O_CLOEXEC);
	close(root);
	return fd;
}

int open_hidden(const struct reg_file_info *file)
{
	const int store = kept_of(file);

	return store < 0 ? open_in_mount(file) : fdstore_get(store);
}
