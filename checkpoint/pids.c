// SPDX-License-Identifier: GPL-2.0-or-later
/* The processes of a VE: by its cgroups, so that none can hide from proc. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include "checkpoint/pids.h"
#include "libvz/cgroup.h"
#include "libvz/cgtree.h"
#include "libvz/cleanup.h"
#include "libvz/err.h"
#include "libvz/file.h"

static int add_pid(struct ckpt_pids *p, pid_t pid)
{
	if (p->n == p->room) {
		size_t room = p->room ? 2 * p->room : 64;
		pid_t *more = reallocarray(p->pid, room, sizeof(*more));

		if (!more)
			return -ENOMEM;
		p->pid = more;
		p->room = room;
	}
	p->pid[p->n++] = pid;
	return 0;
}

static int add_cgroup(void *arg, int fd, const char *path)
{
	cleanup_free char *list = NULL;
	char *save = NULL;
	int err = vz_read_at(fd, "cgroup.procs", &list, NULL);

	/* EOPNOTSUPP: a threaded cgroup, whose processes its domain root lists. */
	if (err)
		return err == -EOPNOTSUPP || err == -ENODEV ? 0 : err;
	for (char *line = strtok_r(list, "\n", &save); line && !err;
	     line = strtok_r(NULL, "\n", &save))
		err = add_pid(arg, atoi(line));
	return err;
}

int ckpt_pids_list(unsigned int id, struct ckpt_pids *p, struct vz_err *e)
{
	char path[PATH_MAX];
	int err = vz_cgtree_walk(AT_FDCWD, vz_cgroup_path(path, id, "payload"), add_cgroup, p);

	if (err && err != -ENOENT)
		return vz_error_sys(e, VZ_CHKPNT, err, "read the cgroups of VE %u", id);
	return 0;
}
