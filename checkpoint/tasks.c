// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Tasks in the VE's cgroup that are not children of its init: they came from
 * the host (vzctl enter, vzctl exec), CRIU cannot dump them, and its message
 * would not say so. Found before anything is frozen.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "checkpoint/internal.h"
#include "libvz/cleanup.h"
#include "libvz/ve.h"

static ino_t pid_ns_of(pid_t pid)
{
	char path[64];
	struct stat st;

	snprintf(path, sizeof(path), "/proc/%d/ns/pid", pid);
	return stat(path, &st) ? 0 : st.st_ino;
}

/* A child of a task outside of the VE's pid namespace. Gone tasks are not foreign. */
static bool foreign(pid_t pid, ino_t ve_ns, char *comm, size_t n)
{
	cleanup_free char *status = NULL;
	char path[64], *p;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	if (ckpt_read_at(AT_FDCWD, path, &status, NULL))
		return false;
	p = strstr(status, "\nPPid:");
	if (!p || pid_ns_of(atoi(p + 6)) == ve_ns || !pid_ns_of(pid))
		return false;
	if (sscanf(status, "Name: %63[^\n]", path) == 1)
		snprintf(comm, n, "%s", path);
	return true;
}

static int check_dir(unsigned int id, int parent, const char *name, pid_t init, ino_t ns,
		     struct vz_err *e)
{
	int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	cleanup_free char *procs = NULL;
	cleanup_dir DIR *dir = NULL;
	char *line, *save = NULL;
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
	err = ckpt_read_at(fd, "cgroup.procs", &procs, NULL);
	if (err && err != -EOPNOTSUPP && err != -ENODEV)
		return vz_error_sys(e, VZ_CHKPNT, err, "read cgroup %s", name);
	for (line = procs ? strtok_r(procs, "\n", &save) : NULL; line; line = strtok_r(NULL, "\n", &save)) {
		char comm[64] = "?";
		pid_t pid = atoi(line);

		if (pid != init && foreign(pid, ns, comm, sizeof(comm)))
			return vz_error(e, VZ_CHKPNT, -EBUSY,
					"process %d (%s) was started in VE %u from the host: end it (vzctl enter, exec) first",
					pid, comm, id);
	}
	while ((n = readdir(dir))) {
		if (n->d_type != DT_DIR || !strcmp(n->d_name, ".") || !strcmp(n->d_name, ".."))
			continue;
		err = check_dir(id, fd, n->d_name, init, ns, e);
		if (err)
			return err;
	}
	return 0;
}

int ckpt_cg_check_tasks(unsigned int id, pid_t init, struct vz_err *e)
{
	char path[PATH_MAX];

	return check_dir(id, AT_FDCWD, vz_cgroup_path(path, id, "payload"), init, pid_ns_of(init), e);
}
