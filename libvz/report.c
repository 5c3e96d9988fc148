// SPDX-License-Identifier: GPL-2.0-or-later
/* Errors that cross a process boundary: one record in a pipe. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>
#include "libvz/cleanup.h"
#include "libvz/err.h"
#include "libvz/report.h"

static volatile sig_atomic_t interrupted;

static void note(int sig)
{
	interrupted = sig;
}

void vz_catch_signals(void)
{
	struct sigaction a = { .sa_handler = note };

	sigaction(SIGINT, &a, NULL);
	sigaction(SIGTERM, &a, NULL);
}

bool vz_interrupted(void)
{
	return interrupted;
}

void vz_default_signals(void)
{
	signal(SIGINT, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
}

/* At most PIPE_BUF, so a record is written whole. */
struct record {
	int ret;
	enum vz_cause cause;
	char text[1000];
};
_Static_assert(sizeof(struct record) <= PIPE_BUF, "a record is one atomic write");

void vz_report_send(int fd, int ret, const struct vz_err *e)
{
	struct record r = { .ret = ret };
	ssize_t n;

	if (ret && e) {
		r.cause = e->cause;
		if (e->msg)
			snprintf(r.text, sizeof(r.text), "%s", e->msg);
	}
	n = write(fd, &r, sizeof(r));
	(void)n;
}

int vz_report_recv(int fd, struct vz_err *e)
{
	struct record r;
	ssize_t n;

	do
		n = read(fd, &r, sizeof(r));
	while (n < 0 && errno == EINTR && !interrupted);
	if (n < 0 && errno == EINTR)
		return vz_error(e, VZ_SYSTEM, -EINTR, "Interrupted");
	if (n != sizeof(r))
		return vz_error(e, VZ_SYSTEM, -EPIPE, "A helper process ended without a word");
	return r.ret ? vz_error(e, r.cause, r.ret, "%.*s", (int)sizeof(r.text), r.text) : 0;
}

int vz_in_child(int (*fn)(void *arg, struct vz_err *e), void *arg, struct vz_err *e)
{
	cleanup_close int r = -1, w = -1;
	int p[2], ret;
	pid_t pid;

	if (pipe2(p, O_CLOEXEC))
		return vz_error_sys(e, VZ_SYSTEM, -errno, "pipe");
	r = p[0];
	w = p[1];
	fflush(NULL);
	pid = fork();
	if (pid < 0)
		return vz_error_sys(e, VZ_RESOURCES, -errno, "fork");
	if (!pid) {
		struct vz_err mine = { 0 };

		vz_default_signals();
		vz_report_send(w, fn(arg, &mine), &mine);
		_exit(0);
	}
	close(vz_take_fd(&w));
	ret = vz_report_recv(r, e);
	if (ret == -EINTR)
		kill(pid, SIGKILL);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	return ret;
}

struct in_ns {
	int pid, flags;
	int (*fn)(void *arg, struct vz_err *e);
	void *arg;
};

static int enter_and_run(void *arg, struct vz_err *e)
{
	struct in_ns *in = arg;
	cleanup_close int fd = pidfd_open(in->pid, 0);

	if (fd < 0 || setns(fd, in->flags))
		return vz_error_sys(e, VZ_SYSTEM, -errno, "Cannot enter the CT's namespaces");
	return in->fn(in->arg, e);
}

int vz_in_ns(int pid, int flags, int (*fn)(void *arg, struct vz_err *e), void *arg,
	     struct vz_err *e)
{
	struct in_ns in = { pid, flags, fn, arg };

	return vz_in_child(enter_and_run, &in, e);
}
