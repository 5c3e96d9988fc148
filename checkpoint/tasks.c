// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Tasks in the VE's cgroup that CRIU cannot dump, found where its own message
 * would not say why: children of a task of the host (vzctl enter, vzctl exec),
 * before anything is frozen, and tasks that wait in vfork(), once all is.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "checkpoint/internal.h"
#include "libvz/cleanup.h"
#include "libvz/ve.h"

/* Of a name in /proc/<pid>/status, in which the kernel escapes what is not printed. */
#define COMM_SIZE	64

/* What to do with each task of a VE; an error ends the walk. */
struct walk {
	const char *file;	/* cgroup.procs or cgroup.threads */
	int (*task)(const struct walk *w, pid_t pid, struct vz_err *e);
	unsigned int id;
	pid_t init;
	ino_t ns;
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

static int walk_dir(const struct walk *w, int parent, const char *name, struct vz_err *e)
{
	int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	cleanup_free char *list = NULL;
	cleanup_dir DIR *dir = NULL;
	struct dirent *n;
	int err;

	if (fd < 0)
		return errno == ENOENT ? 0 : vz_error_sys(e, VZ_CHKPNT, -errno, "open cgroup %s", name);
	dir = fdopendir(fd);
	if (!dir) {
		err = -errno;
		close(fd);
		return vz_error_sys(e, VZ_CHKPNT, err, "read cgroup %s", name);
	}
	/* EOPNOTSUPP: a threaded cgroup, whose processes its domain root lists. */
	err = ckpt_read_at(fd, w->file, &list, NULL);
	if (err && err != -EOPNOTSUPP && err != -ENODEV)
		return vz_error_sys(e, VZ_CHKPNT, err, "read cgroup %s", name);
	err = list ? walk_list(w, list, e) : 0;
	while (!err && (n = readdir(dir)))
		if (n->d_type == DT_DIR && strcmp(n->d_name, ".") && strcmp(n->d_name, ".."))
			err = walk_dir(w, fd, n->d_name, e);
	return err;
}

static int walk_ve(const struct walk *w, struct vz_err *e)
{
	char path[PATH_MAX];

	return walk_dir(w, AT_FDCWD, vz_cgroup_path(path, w->id, "payload"), e);
}

/* -errno: the task is gone. */
static int read_status(pid_t pid, char **text, char comm[COMM_SIZE])
{
	char path[64];
	int err;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	err = ckpt_read_at(AT_FDCWD, path, text, NULL);
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

/* A child of a task outside of the VE's pid namespace. Gone tasks are not foreign. */
static int not_foreign(const struct walk *w, pid_t pid, struct vz_err *e)
{
	cleanup_free char *status = NULL;
	char comm[COMM_SIZE], *p;

	if (pid == w->init || read_status(pid, &status, comm))
		return 0;
	p = strstr(status, "\nPPid:");
	if (!p || pid_ns_of(atoi(p + 6)) == w->ns || !pid_ns_of(pid))
		return 0;
	return vz_error(e, VZ_CHKPNT, -EBUSY,
			"process %d (%s) was started in VE %u from the host: end it (vzctl enter, exec) first",
			pid, comm, w->id);
}

int ckpt_cg_check_tasks(unsigned int id, pid_t init, struct vz_err *e)
{
	const struct walk w = { "cgroup.procs", not_foreign, id, init, pid_ns_of(init) };

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
	const struct walk w = { "cgroup.threads", not_waiting, id, 0, 0 };

	return walk_ve(&w, e);
}
