// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Where a row is measured.
 *
 *   root    the host's root cgroup, which the memory controller does not account
 *   cgroup  a cgroup two levels down with cpu, memory and pids, as systemd
 *           makes them for services
 *   peer    the same in new user, pid, mount, net, ipc, uts and cgroup
 *           namespaces: a container with everything but a VE
 *   ve      the same in a VE
 *   limits  a VE in which every row has a limit, far from what is held
 *
 * Each has a tmpfs of its own as the working folder.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "bench.h"

#define CG	"/sys/fs/cgroup"
#define UID	0x40000000u
void (*place_connect)(const char *name, pid_t pid);

#define SPACES	(CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWNET | \
		 CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP)

void die(const char *what)
{
	fprintf(stderr, "bench: %s: %s\n", what, strerror(errno));
	exit(1);
}

int put(const char *text, const char *path_format, ...)
{
	char path[128];
	va_list ap;
	ssize_t n;
	int fd;

	va_start(ap, path_format);
	vsnprintf(path, sizeof(path), path_format, ap);
	va_end(ap);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	n = write(fd, text, strlen(text));
	close(fd);
	return n < 0 ? -1 : 0;
}

/* Every row that has bounds of its own. */
static void set_limits(const char *name)
{
	static const char *const limits[] = {
		"kmemsize 536870912 536870912", "lockedpages 65536 65536",
		"privvmpages 262144 262144", "shmpages 65536 65536",
		"numproc 4096 4096", "numtcpsock 4096 4096", "numflock 4096 4096",
		"numpty 64 64", "numsiginfo 4096 4096", "tcpsndbuf 67108864 67108864",
		"tcprcvbuf 67108864 67108864", "othersockbuf 67108864 67108864",
		"dgramrcvbuf 67108864 67108864", "numothersock 4096 4096",
		"dcachesize 67108864 67108864", "numfile 65536 65536",
		"pipepages 65536 65536",
	};
	size_t i;

	for (i = 0; i < sizeof(limits) / sizeof(limits[0]); i++)
		need(!put(limits[i], CG "/%s/ve.ub.resources", name));
}

static void make_cgroup(const char *name)
{
	bool ve = strcmp(name, "cgroup") && strcmp(name, "peer");
	char path[64], text[16];

	need(!put("+cpu +memory +pids", CG "/cgroup.subtree_control"));
	snprintf(path, sizeof(path), CG "/%s", name);
	need(!mkdir(path, 0755) || errno == EEXIST);
	if (ve) {
		need(!put("+ve", CG "/cgroup.subtree_control"));
		snprintf(text, sizeof(text), "%u", 100 + getpid());
		need(!put(text, CG "/%s/ve.id", name));
		need(!put("STARTING", CG "/%s/ve.state", name));
		if (!strcmp(name, "limits"))
			set_limits(name);
	}
	need(!put("+cpu +memory +pids", CG "/%s/cgroup.subtree_control", name));
	snprintf(path, sizeof(path), CG "/%s/payload", name);
	need(!mkdir(path, 0755) || errno == EEXIST);
	need(!put("0", CG "/%s/payload/cgroup.procs", name));
}

static void run_in_namespaces(const char *name)
{
	int go[2], status;
	char text[32], c;
	pid_t pid;

	need(!pipe2(go, O_CLOEXEC));
	pid = syscall(SYS_clone, SPACES | SIGCHLD, 0, 0, 0, 0);
	need(pid >= 0);
	if (!pid) {
		need(read(go[0], &c, 1) == 1);
		close(go[0]);
		close(go[1]);
		need(!setresgid(0, 0, 0) && !setresuid(0, 0, 0));
		return;
	}
	snprintf(text, sizeof(text), "0 %u 65536", UID);
	need(!put(text, "/proc/%d/uid_map", pid) && !put(text, "/proc/%d/gid_map", pid));
	if (place_connect)
		place_connect(name, pid);
	if (strcmp(name, "peer"))
		need(!put("RUNNING", CG "/%s/ve.state", name));
	need(write(go[1], "", 1) == 1);
	need(waitpid(pid, &status, 0) == pid);
	_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 1);
}

void enter_place(const char *name)
{
	if (strcmp(name, "root"))
		make_cgroup(name);
	if (strcmp(name, "root") && strcmp(name, "cgroup"))
		run_in_namespaces(name);
	else
		need(!unshare(CLONE_NEWNS));
	need(!mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL));
	need(!mount("tmpfs", "/mnt", "tmpfs", 0, NULL) && !chdir("/mnt"));
}
