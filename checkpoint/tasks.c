// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Tasks in the VE's cgroup that CRIU cannot dump, found where its own message
 * would not say why: children of a task of the host (vzctl enter, vzctl exec),
 * before anything is frozen, and tasks that wait in vfork(), once all is.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "checkpoint/tasks.h"
#include "libvz/cgroup.h"
#include "libvz/cgtree.h"
#include "libvz/alive.h"
#include "libvz/cleanup.h"
#include "libvz/err.h"
#include "libvz/file.h"

/* Of a name in /proc/<pid>/status, in which the kernel escapes what is not printed. */
#define COMM_SIZE	64

/* What to do with each task of a VE, NULL: look at the cgroups only. An error ends the walk. */
struct walk {
	const char *file;	/* cgroup.procs or cgroup.threads */
	int (*task)(const struct walk *w, pid_t pid, struct vz_err *e);
	unsigned int id;
	pid_t init;
	ino_t host;	/* pid namespace of the tools */
	struct vz_err *e;
};

static int walk_list(const struct walk *w, char *list, struct vz_err *e)
{
	char *save = NULL;

	for (char *line = strtok_r(list, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		int err = w->task(w, atoi(line), e);

		if (err)
			return err;
	}
	return 0;
}

/* payload/cgroup.freeze is the host's; in a cgroup of the VE's own it is its root's. */
static int not_iced(const struct walk *w, int fd, const char *path)
{
	cleanup_free char *freeze = NULL;
	const char *own = strstr(path, "/payload/");

	if (!own || vz_read_at(fd, "cgroup.freeze", &freeze, NULL) || *freeze != '1')
		return 0;
	return vz_error(w->e, VZ_CHKPNT, -EDEADLK,
			"VE %u has frozen tasks of its own, in cgroup %.100s: "
			"CRIU cannot work in them",
			w->id, own + strlen("/payload"));
}

static int walk_cgroup(void *arg, int fd, const char *path)
{
	struct walk *w = arg;
	cleanup_free char *list = NULL;
	int err = not_iced(w, fd, path);

	if (err)
		return err;
	if (!w->task)
		return 0;
	err = vz_read_at(fd, w->file, &list, NULL);
	/* EOPNOTSUPP: a threaded cgroup, whose processes its domain root lists. */
	if (err == -EOPNOTSUPP || err == -ENODEV)
		return 0;
	if (err)
		return vz_error_sys(w->e, VZ_CHKPNT, err, "read cgroup %s", path);
	return walk_list(w, list, w->e);
}

static int walk_ve(struct walk *w, struct vz_err *e)
{
	char path[PATH_MAX];
	int err;

	w->e = e;
	err = vz_cgtree_walk(AT_FDCWD, vz_cgroup_path(path, w->id, "payload"), walk_cgroup, w);
	if (!err || err == -ENOENT)
		return 0;
	return e->err ? e->err
		      : vz_error_sys(e, VZ_CHKPNT, err, "read the cgroups of VE %u", w->id);
}

/* -errno: the task is gone. */
static int read_status(pid_t pid, char **text, char comm[COMM_SIZE])
{
	char path[64];
	int err;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	err = vz_read_at(AT_FDCWD, path, text, NULL);
	if (!err && sscanf(*text, "Name: %63[^\n]", comm) != 1)
		strcpy(comm, "?");
	return err;
}

static ino_t pid_ns_of(pid_t pid)
{
	char path[64];
	struct stat st;

	snprintf(path, sizeof(path), "/proc/%d/ns/pid", pid);
	return stat(path, &st) ? 0 : st.st_ino;
}

/*
 * A child of a task of the host; what a container within the VE has started is told of by its
 * namespaces. Gone tasks are not foreign.
 */
static int not_foreign(const struct walk *w, pid_t pid, struct vz_err *e)
{
	cleanup_free char *status = NULL;
	char comm[COMM_SIZE];
	pid_t parent;

	if (pid == w->init)
		return 0;
	parent = vz_process_parent(pid);
	if (!parent || pid_ns_of(parent) != w->host || !pid_ns_of(pid) ||
	    read_status(pid, &status, comm))
		return 0;
	return vz_error(e, VZ_CHKPNT, -EBUSY,
			"process %d (%s) was started in VE %u from the host: end it (vzctl enter, exec) first",
			pid, comm, w->id);
}

int ckpt_cg_check_tasks(unsigned int id, pid_t init, struct vz_err *e)
{
	struct walk w = { "cgroup.procs", not_foreign, id, init, pid_ns_of(getpid()), NULL };

	return walk_ve(&w, e);
}

int ckpt_cg_check_iced(unsigned int id, struct vz_err *e)
{
	struct walk w = { .id = id };

	return walk_ve(&w, e);
}

static int not_waiting(const struct walk *w, pid_t pid, struct vz_err *e)
{
	cleanup_free char *status = NULL;
	char comm[COMM_SIZE];

	if (read_status(pid, &status, comm) || !strstr(status, "\nState:\tD"))
		return 0;
	return vz_error(e, VZ_CHKPNT, -EINPROGRESS,
			"process %d (%s) of VE %u waits in vfork() for its child to call exec: CRIU cannot dump it until then",
			pid, comm, w->id);
}

int ckpt_cg_check_frozen(unsigned int id, struct vz_err *e)
{
	struct walk w = { "cgroup.threads", not_waiting, id, 0, 0, NULL };

	return walk_ve(&w, e);
}
