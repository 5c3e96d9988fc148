// SPDX-License-Identifier: GPL-2.0-only
#include "ve.h"
#include "file.h"
#include "tap.h"
#include "wait.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

int ve_write(const struct ve *ve, const char *name, const char *text)
{
	return write_at(ve->dir, name, text);
}

const char *ve_read(const struct ve *ve, const char *name, char *buf, size_t size)
{
	return read_at(ve->dir, name, buf, size);
}

void rcu_hurry(void)
{
	errno = write_at("/sys/kernel", "rcu_expedited", "1");
	need(!errno);
}

void ve_setup(struct ve *ve, unsigned int id)
{
	char text[16], path[128];

	test_start();
	memset(ve, 0, sizeof(*ve));
	ve->id = id;
	snprintf(ve->dir, sizeof(ve->dir), CGROUP_ROOT "/test-%u", id);
	if (access(CGROUP_ROOT "/cgroup.controllers", F_OK))
		need(!mount("cgroup2", CGROUP_ROOT, "cgroup2", 0, NULL));
	errno = write_at(CGROUP_ROOT, "cgroup.subtree_control", "+memory +ve");
	need(!errno);
	need(!mkdir(ve->dir, 0755) || errno == EEXIST);
	snprintf(text, sizeof(text), "%u", id);
	errno = ve_write(ve, "ve.id", text);
	need(!errno);
	snprintf(path, sizeof(path), "%s/payload", ve->dir);
	need(!mkdir(path, 0755));
	snprintf(path, sizeof(path), "%s/ve.ub.resources", ve->dir);
	ve->ub_fd = open(path, O_RDWR | O_CLOEXEC);
	need(ve->ub_fd >= 0);
}

struct ub_row ve_read_ub(const struct ve *ve, const char *name)
{
	struct ub_row row = { 0 };
	size_t len = strlen(name);
	char buf[4096], *line, *next;
	ssize_t n;

	n = pread(ve->ub_fd, buf, sizeof(buf) - 1, 0);
	need(n > 0);
	buf[n] = '\0';
	for (line = buf; line; line = next) {
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		if (!strncmp(line, name, len) && line[len] == ' ')
			sscanf(line + len, "%lu %lu %lu %lu %lu", &row.held, &row.maxheld,
			       &row.barrier, &row.limit, &row.failcnt);
	}
	return row;
}

int ve_set_ub(const struct ve *ve, const char *name, long barrier, long limit)
{
	char text[96];
	int n = snprintf(text, sizeof(text), "%s %ld %ld", name, barrier, limit);

	return pwrite(ve->ub_fd, text, n, 0) == n ? 0 : errno;
}

unsigned long ve_wait_held(const struct ve *ve, const char *name, unsigned long most)
{
	unsigned long held = 0;

	wait_until((held = ve_read_ub(ve, name).held) <= most);
	return held;
}

static void ve_write_map(pid_t pid, const char *name, unsigned int id)
{
	char dir[32], text[64];

	snprintf(dir, sizeof(dir), "/proc/%d", pid);
	snprintf(text, sizeof(text), "0 %u 65536", VE_UID(id));
	errno = write_at(dir, name, text);
	need(!errno);
}

/* In the VE's cgroup: make init and wait for it. */
static void ve_keeper(const struct ve *ve, int (*body)(const struct ve *), int report, int go)
{
	char dir[128], c;
	int status;
	pid_t pid;

	snprintf(dir, sizeof(dir), "%s/payload", ve->dir);
	errno = write_at(dir, "cgroup.procs", "0");
	need(!errno);
	pid = syscall(SYS_clone, CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWNET |
		      CLONE_NEWIPC | CLONE_NEWUTS | SIGCHLD, 0, 0, 0, 0);
	need(pid >= 0);
	if (!pid) {
		need(read(go, &c, 1) == 1);
		need(!setresgid(0, 0, 0) && !setresuid(0, 0, 0));
		status = body(ve);
		fflush(stdout);
		_exit(status);
	}
	need(write(report, &pid, sizeof(pid)) == sizeof(pid));
	need(waitpid(pid, &status, 0) == pid);
	_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}

void ve_start(struct ve *ve, int (*body)(const struct ve *), const char *state)
{
	int report[2], go[2], out[2];
	pid_t init;

	/*
	 * The VE prints into a pipe of its own: a pipe keeps pages of its
	 * writers, which would keep the VE as long as our stdout.
	 */
	need(!pipe2(report, O_CLOEXEC) && !pipe2(go, O_CLOEXEC) && !pipe2(out, O_CLOEXEC));
	errno = ve_write(ve, "ve.state", "STARTING");
	need(!errno);
	fflush(stdout);
	ve->keeper = fork();
	need(ve->keeper >= 0);
	if (!ve->keeper) {
		close(report[0]);
		close(go[1]);
		close(out[0]);
		need(dup2(out[1], STDOUT_FILENO) == STDOUT_FILENO);
		close(out[1]);
		ve_keeper(ve, body, report[1], go[0]);
	}
	close(report[1]);
	close(go[0]);
	close(out[1]);
	ve->out = out[0];
	need(read(report[0], &init, sizeof(init)) == sizeof(init));
	close(report[0]);
	ve_write_map(init, "uid_map", ve->id);
	ve_write_map(init, "gid_map", ve->id);
	if (strcmp(state, "STARTING")) {
		errno = ve_write(ve, "ve.state", state);
		need(!errno);
	}
	need(write(go[1], "", 1) == 1);
	close(go[1]);
}

int ve_wait(struct ve *ve)
{
	char text[1024];
	char state[32];
	int status;
	ssize_t n;

	while ((n = read(ve->out, text, sizeof(text))) > 0)
		fwrite(text, 1, n, stdout);
	fflush(stdout);
	close(ve->out);
	need(waitpid(ve->keeper, &status, 0) == ve->keeper);
	ve->keeper = 0;
	/* The keeper was the last task; its release may be a moment away. */
	if (!wait_until(!ve_write(ve, "ve.state", "STOPPED") ||
			!strcmp(ve_read(ve, "ve.state", state, sizeof(state)), "STOPPED")))
		ok(false, "VE %u is %s, not STOPPED", ve->id, state);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int ve_spawn(struct ve *ve, int (*body)(const struct ve *))
{
	int status;

	ve_start(ve, body, "RUNNING");
	status = ve_wait(ve);
	ok(!status, "init of VE %u ended with %d", ve->id, status);
	return status;
}

void ve_teardown(struct ve *ve)
{
	char path[128];

	close(ve->ub_fd);
	snprintf(path, sizeof(path), "%s/payload", ve->dir);
	wait_until(!rmdir(path) || errno != EBUSY);
	wait_until(!rmdir(ve->dir) || errno != EBUSY);
	ok(access(ve->dir, F_OK), "cgroup of VE %u is gone", ve->id);
}
