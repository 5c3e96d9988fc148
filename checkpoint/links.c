// SPDX-License-Identifier: GPL-2.0-or-later
/* Names that a dump has given to files of a VE: a list of "PID NAME", a null byte behind each. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "checkpoint/links.h"
#include "libvz/cleanup.h"
#include "libvz/err.h"
#include "libvz/file.h"

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
	if (!err && unlinkat(images, LIST, 0))
		err = -errno;
	return err ? vz_error_sys(e, VZ_CHKPNT, err, "keep the list of " LIST) : 0;
}

/* As CRIU saw it: from the root of a process, whose mounts may be its own. */
static int remove_one(const char *line)
{
	cleanup_close int root = -1, dir = -1;
	char at[32], *path, *name;
	int pid = strtol(line, &path, 10);

	name = strrchr(path, '/');
	if (pid <= 0 || *path != ' ' || !name || strncmp(name + 1, NAME, strlen(NAME)))
		return -EBADMSG;
	*name++ = 0;
	snprintf(at, sizeof(at), "/proc/%d/root", pid);
	root = open(at, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root < 0)
		return -errno;
	dir = vz_open_in_root(root, path + 1, O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
	if (dir < 0)
		return dir;
	return unlinkat(dir, name, 0) && errno != ENOENT ? -errno : 0;
}

int ckpt_links_remove(int work)
{
	cleanup_free char *list = NULL;
	size_t len;
	int err = vz_read_at(work, LIST, &list, &len);

	if (err)
		return err == -ENOENT ? 0 : err;
	for (char *line = list, *next; line < list + len; line = next) {
		int one;

		next = line + strlen(line) + 1;
		one = remove_one(line);
		err = err ? err : one;
	}
	return err;
}

void ckpt_links_forget(int work)
{
	unlinkat(work, LIST, 0);
}
