// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Action scripts. On the host they get a clean environment, no descriptors and
 * no shell of ours; in a VE they get pipes, never a descriptor of a file.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>
#include "libvz/cleanup.h"
#include "libvz/conf.h"
#include "libvz/err.h"
#include "libvz/file.h"
#include "libvz/log.h"
#include "libvz/paths.h"
#include "libvz/report.h"
#include "libvz/script.h"
#include "libvz/script_path.h"
#include "libvz/spawn.h"

#define TEXT_MAX	(1 << 20)

static int judge(const char *path, int status, struct vz_err *e)
{
	if (WIFEXITED(status) && !WEXITSTATUS(status))
		return 0;
	if (WIFEXITED(status))
		return vz_error(e, VZ_ACTIONSCRIPT, -ECANCELED, "Error executing action script %s: "
				"it returned %d", path, WEXITSTATUS(status));
	return vz_error(e, VZ_ACTIONSCRIPT, -ECANCELED, "Action script %s was ended by signal %d",
			path, WTERMSIG(status));
}

static int run(const struct vz_conf *c, const char *path, struct vz_err *e)
{
	char veid[32], conf[PATH_MAX + 16], file[PATH_MAX];
	char *const env[] = {
		veid, conf, "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
		"HOME=/", "TERM=linux", NULL,
	};
	char *const argv[] = { (char *)path, NULL };
	int status;
	pid_t pid;

	snprintf(veid, sizeof(veid), "VEID=%u", c->id);
	snprintf(conf, sizeof(conf), "VE_CONFFILE=%s", vz_conf_path(file, c->id));
	pid = fork();
	if (pid < 0)
		return vz_error_sys(e, VZ_RESOURCES, -errno, "fork");
	if (!pid) {
		close_range(3, ~0U, 0);
		signal(SIGPIPE, SIG_DFL);
		execve(path, argv, env);
		_exit(127);
	}
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return vz_error_sys(e, VZ_SYSTEM, -errno, "waitpid");
	return judge(path, status, e);
}

int vz_action_script(const struct vz_conf *c, const char *what, struct vz_err *e)
{
	char path[2][PATH_MAX];
	/* Going down, the VE's own script comes first. */
	bool own_first = strstr(what, "umount");
	int i, ret;

	snprintf(path[own_first], PATH_MAX, VZ_CONFDIR "/vps.%s", what);
	vz_script_path(path[!own_first], c->id, what);
	for (i = 0; i < 2; i++) {
		if (access(path[i], X_OK))
			continue;
		ret = run(c, path[i], e);
		if (ret)
			return ret;
	}
	return 0;
}

/**
 * struct talk - a script on its way into a VE, and what it prints
 * @text, @left: what is still to be written
 * @line, @n: the line that is not whole yet
 */
struct talk {
	const char *text;
	size_t left;
	char line[512];
	size_t n;
};

static void heard(struct talk *t, const char *buf, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (buf[i] != '\n' && t->n < sizeof(t->line) - 1) {
			t->line[t->n++] = buf[i];
			continue;
		}
		vz_say("%.*s", (int)t->n, t->line);
		t->n = 0;
		if (buf[i] != '\n')
			t->line[t->n++] = buf[i];
	}
}

/* false: the other end is gone. */
static bool tell(struct talk *t, int fd)
{
	ssize_t n = write(fd, t->text, t->left < PIPE_BUF ? t->left : PIPE_BUF);

	if (n < 0)
		return errno == EAGAIN || errno == EINTR;
	t->text += n;
	t->left -= n;
	return t->left;
}

static bool hear(struct talk *t, int fd)
{
	char buf[4096];
	ssize_t n = read(fd, buf, sizeof(buf));

	if (n > 0)
		heard(t, buf, n);
	return n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR));
}

/* Until the shell ends; what it has left behind may hold its pipes. */
static int converse(struct talk *t, int in, int out, int done)
{
	struct pollfd p[3] = {
		{ .fd = in, .events = POLLOUT }, { .fd = out, .events = POLLIN },
		{ .fd = done, .events = POLLIN },
	};

	while (!p[2].revents) {
		if (poll(p, 3, -1) < 0 && errno != EINTR)
			return -errno;
		if (vz_interrupted())
			return -EINTR;
		if (p[0].revents && !tell(t, in)) {
			close(in);
			p[0].fd = -1;
			p[0].revents = 0;
		}
		if (p[1].revents && !hear(t, out))
			p[1].fd = -1;
	}
	/* As much as a pipe can hold has come already. */
	for (int i = 0; i < 16 && p[1].fd >= 0 && poll(&p[1], 1, 0) == 1; i++)
		if (!hear(t, out))
			break;
	if (t->n)
		heard(t, "\n", 1);
	if (p[0].fd >= 0)
		close(in);
	return 0;
}

static int run_inside(const struct vz_conf *c, const char *path, const char *text, size_t len,
		      struct vz_err *e)
{
	static char *const bash[] = { "/bin/bash", "-s", NULL };
	static char *const sh[] = { "/bin/sh", "-s", NULL };
	cleanup_close int in = -1, out = -1, ours = -1, theirs = -1, done = -1;
	struct talk t = { .text = text, .left = len };
	char veid[32];
	char *const env[] = { vz_ve_env[0], vz_ve_env[1], vz_ve_env[2], vz_ve_env[3], veid, NULL };
	struct vz_spawn s = { .argv = { bash, sh }, .env = env };
	int p[2], q[2], status = 0, ret;
	pid_t pid;

	snprintf(veid, sizeof(veid), "VEID=%u", c->id);
	if (pipe2(p, O_CLOEXEC))
		return vz_error_sys(e, VZ_RESOURCES, -errno, "pipe");
	in = p[0];
	ours = p[1];
	if (pipe2(q, O_CLOEXEC))
		return vz_error_sys(e, VZ_RESOURCES, -errno, "pipe");
	out = q[0];
	theirs = q[1];
	s.fd[0] = in;
	s.fd[1] = s.fd[2] = theirs;
	ret = vz_ve_spawn(c->id, &s, &pid, e);
	if (ret)
		return ret;
	close(vz_take_fd(&in));
	close(vz_take_fd(&theirs));
	fcntl(ours, F_SETFL, O_NONBLOCK);
	done = pidfd_open(pid, 0);
	ret = converse(&t, vz_take_fd(&ours), out, done);
	if (ret)
		kill(pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return ret ? vz_error_sys(e, VZ_ACTIONSCRIPT, ret, "Action script %s", path) :
		     judge(path, status, e);
}

int vz_action_inside(const struct vz_conf *c, const char *what, struct vz_err *e)
{
	cleanup_close int fd = -1;
	cleanup_free char *text = NULL;
	char path[PATH_MAX];
	size_t len = 0;
	int ret;

	if (access(vz_script_path(path, c->id, what), X_OK))
		return 0;
	fd = vz_open_file(path);
	ret = fd < 0 ? fd : vz_read_fd(fd, TEXT_MAX, &text, &len);
	if (ret)
		return vz_error_sys(e, VZ_ACTIONSCRIPT, ret, "Action script %s", path);
	return run_inside(c, path, text, len, e);
}
