// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Names that a dump has given to files of a VE: a list of "PID NAME", a null byte behind each. CRIU
 * writes it: beside the images when it dumps, in its working directory when it restores.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "checkpoint/links.h"
#include "libvz/cleanup.h"
#include "libvz/err.h"
#include "libvz/file.h"
#include "libvz/guest.h"
#include "libvz/report.h"

#define LIST	"link-remaps"
#define NAME	"link_remap."

int ckpt_links_take(int images, int work, struct vz_err *e)
{
	cleanup_free char *list = NULL;
	size_t len;
	int err = vz_read_at(images, LIST, &list, &len);

	if (err == -ENOENT)
		return 0;
	if (!err)
		err = vz_replace_at(work, LIST, list, len, 0600);
	return err ? vz_error_sys(e, VZ_CHKPNT, err, "keep the list of " LIST) : 0;
}

/* In the mount namespace where CRIU made it, by a child. */
static int remove_here(void *arg, struct vz_err *e)
{
	char *path = arg, *name = strrchr(path, '/');
	cleanup_close int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC), dir = -1;

	if (root < 0)
		return vz_error_sys(e, VZ_CHKPNT, -errno, "open the root of the VE");
	if (!name || strncmp(name + 1, NAME, strlen(NAME)))
		return vz_error(e, VZ_CHKPNT, -EBADMSG, "%s is no name of a dump", path);
	*name++ = 0;
	dir = vz_open_in_root(root, path, O_PATH | O_DIRECTORY, 0);
	if (dir < 0 || (unlinkat(dir, name, 0) && errno != ENOENT))
		return vz_error_sys(e, VZ_CHKPNT, dir < 0 ? dir : -errno, "remove %s/%s", path,
				    name);
	return 0;
}

int ckpt_links_remove(int work, struct vz_err *e)
{
	cleanup_free char *list = NULL;
	char *line, *path;
	size_t len;
	int err = vz_read_at(work, LIST, &list, &len);

	if (err)
		return err == -ENOENT ? 0 : vz_error_sys(e, VZ_CHKPNT, err, "read " LIST);
	for (line = list; line < list + len; line += strlen(line) + 1) {
		int pid = strtol(line, &path, 10);
		struct vz_err one = {};

		if (vz_in_ns(pid, CLONE_NEWNS, remove_here, path + (*path == ' '), &one))
			err = vz_error(e, VZ_CHKPNT, one.err, "%s", one.msg);
		vz_error_free(&one);
	}
	return err;
}

/* In a mount of its own it was, or is there no more: nothing is said. */
static void remove_at_rest(const struct vz_guest *g, char *path)
{
	char *name = strrchr(path, '/');
	cleanup_close int dir = -1;

	if (!name || strncmp(name + 1, NAME, strlen(NAME)))
		return;
	*name++ = 0;
	/* CRIU writes " /./a/b/NAME". */
	while (*path == ' ' || *path == '/' || !strncmp(path, "./", 2))
		path++;
	dir = vz_guest_folder(g, path);
	if (dir >= 0)
		unlinkat(dir, name, 0);
}

void ckpt_links_abandon(const struct vz_conf *c, int images)
{
	cleanup_guest struct vz_guest g = VZ_GUEST_NONE;
	cleanup_free char *list = NULL;
	struct vz_err e = {};
	size_t len = 0;

	if (vz_read_at(images, LIST, &list, &len) || vz_guest_open(c, &g, &e)) {
		vz_error_free(&e);
		return;
	}
	for (char *line = list, *next; line < list + len; line = next) {
		char *path = strchr(line, ' ');

		next = line + strlen(line) + 1;
		if (path)
			remove_at_rest(&g, path);
	}
}

void ckpt_links_forget(int work)
{
	unlinkat(work, LIST, 0);
}
