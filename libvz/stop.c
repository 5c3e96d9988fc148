// SPDX-License-Identifier: GPL-2.0-or-later
/* The end of a VE: asked for, forced, or found. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>
#include "libvz/alive.h"
#include "libvz/cleanup.h"
#include "libvz/clock.h"
#include "libvz/conf.h"
#include "libvz/err.h"
#include "libvz/file.h"
#include "libvz/log.h"
#include "libvz/mount.h"
#include "libvz/net_host.h"
#include "libvz/spawn.h"
#include "libvz/state.h"
#include "libvz/stop.h"
#include "libvz/ve_cgroup.h"

static bool is_systemd(pid_t init)
{
	char name[VZ_PROCESS_NAME];

	vz_process_name(init, name);
	return !strcmp(name, "systemd");
}

/*
 * systemd listens to a signal; other inits come with a program that knows how.
 * Nobody waits for that program: it is the VE's, and may never end.
 */
static int ask_to_halt(unsigned int id, int timeout_ms, pid_t *pid, struct vz_err *e)
{
	static char *const poweroff[] = { "/sbin/poweroff", NULL };
	static char *const poweroff2[] = { "/usr/sbin/poweroff", NULL };
	static char *const halt[] = { "/sbin/halt", NULL };
	static char *const bin[] = { "/bin/poweroff", NULL };
	struct vz_spawn s = { .argv = { poweroff, poweroff2, bin, halt }, .env = vz_ve_env,
			      .timeout_ms = timeout_ms };
	cleanup_close int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	pid_t init = vz_ve_init(id);

	if (init > 0 && is_systemd(init)) {
		cleanup_close int fd = pidfd_open(init, 0);

		if (fd >= 0 && vz_ve_init(id) == init &&
		    !pidfd_send_signal(fd, SIGRTMIN + 4, NULL, 0))
			return 0;
	}
	s.fd[0] = s.fd[1] = s.fd[2] = null;
	return vz_ve_spawn(id, &s, pid, e);
}

/* All of it within the time that the configuration gives. */
static int halt(const struct vz_conf *c, struct vz_err *e)
{
	int64_t end = vz_now_ms() + c->stop_timeout * 1000LL, left;
	pid_t pid = 0;
	int ret = ask_to_halt(c->id, c->stop_timeout * 1000, &pid, e);

	if (ret)
		return ret;
	left = end - vz_now_ms();
	ret = vz_ve_wait_state(c->id, VE_STOPPED, left > 0 ? left : 0, e);
	if (pid > 0)
		waitpid(pid, NULL, WNOHANG);
	return ret;
}

int vz_ve_stop(const struct vz_conf *c, bool fast, struct vz_err *e)
{
	int ret = -EINVAL;
	struct vz_err why = { 0 };

	if (!vz_ve_occupied(c->id))
		return vz_error(e, VZ_NOTRUNNING, -ESRCH, "Container is not running");
	if (!fast && vz_ve_answers(c->id) && !vz_ve_frozen(c->id)) {
		ret = halt(c, &why);
		if (ret == -EINTR) {
			vz_error_free(&why);
			return vz_error(e, VZ_STOPFAIL, ret, "Interrupted: CT %u may still halt",
					c->id);
		}
		if (ret)
			vz_warn("CT %u did not halt (%s), killing it", c->id, why.msg);
		vz_error_free(&why);
	}
	if (ret) {
		ret = vz_ve_kill(c->id, e);
		if (!ret)
			ret = vz_ve_wait_state(c->id, VE_STOPPED, 10000, e);
		if (ret) {
			if (e)
				e->cause = VZ_STOPFAIL;
			return ret;
		}
	}
	return vz_ve_cleanup(c, e);
}

int vz_ve_cleanup(const struct vz_conf *c, struct vz_err *e)
{
	struct vz_err first = { 0 };
	int ret, ret2;

	/* All of it is tried; the first failure is told. */
	ret = vz_ve_net_down(c, e);
	ret2 = vz_ve_cgroup_remove(c->id, ret ? &first : e);
	ret = ret ? ret : ret2;
	ret2 = vz_ve_umount(c, ret ? &first : e);
	vz_error_free(&first);
	return ret ? ret : ret2;
}
