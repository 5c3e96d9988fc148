// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Cold start of a VE.
 *
 *   vzctl                         helper                       init of the VE
 *   -----                         ------                       --------------
 *   mount, cgroup, STARTING
 *   fork ------------------------> joins <id>/payload, limits,
 *                                  effective uid of the VE's own
 *                                  unshare user
 *   uid_map, gid_map <-- 'u' ----
 *                     -- 'u' ---->
 *                                  unshare all others
 *   timens_offsets   <-- 't' ----
 *                     -- 't' ---->
 *                                  fork ----------------------> mounts, network
 *   RUNNING          <----------------------------- report ----
 *                     ------------------------------- 'g' -----> exec /sbin/init
 *   end of the pipe = it runs
 *
 * The helper must be in the VE's cgroup when it makes the user namespace: that
 * binds the namespace to the VE. Its uid keeps VEs from sharing one account
 * of namespaces, watches and queued signals.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "libvz/cgroup.h"
#include "libvz/child.h"
#include "libvz/cleanup.h"
#include "libvz/conf.h"
#include "libvz/dad.h"
#include "libvz/device_conf.h"
#include "libvz/err.h"
#include "libvz/file.h"
#include "libvz/guest_conf.h"
#include "libvz/init.h"
#include "libvz/kernel.h"
#include "libvz/log.h"
#include "libvz/look.h"
#include "libvz/mount.h"
#include "libvz/mounted.h"
#include "libvz/mount_idmap.h"
#include "libvz/net_host.h"
#include "libvz/report.h"
#include "libvz/script.h"
#include "libvz/spawn.h"
#include "libvz/start.h"
#include "libvz/state.h"
#include "libvz/ve_cgroup.h"
#include "libvz/veth.h"

struct start {
	const struct vz_conf *c;
	int root;	/* detached mount */
	int sync;	/* socket: steps */
	int report;	/* pipe: errors; closed by exec */
};

/* Tell the other side that step is reached, wait for its answer. */
static int step(int sock, char what)
{
	char got = 0;

	if (send(sock, &what, 1, MSG_NOSIGNAL) != 1)
		return -EPIPE;
	return read(sock, &got, 1) == 1 && got == what ? 0 : -EPIPE;
}

static int be_init(struct start *s, struct vz_err *e)
{
	char go;
	int ret = vz_init_setup(s->c, s->root, e);

	if (ret)
		return ret;
	vz_report_send(s->report, 0, NULL);
	if (read(s->sync, &go, 1) != 1 || go != 'g')
		return vz_error(e, VZ_SYSTEM, -ECANCELED, "The start was called off");
	return vz_init_exec(e);
}

static int own_uid(unsigned int base, struct vz_err *e)
{
	if (setgroups(0, NULL) || setresgid(base, base, base) || setresuid(base, base, base))
		return vz_error_sys(e, VZ_SYSTEM, -errno, "Cannot take the CT's user id %u", base);
	return 0;
}

/* Ends in the helper with 0 once init was made. */
static int helper(struct start *s, struct vz_err *e)
{
	unsigned int base = s->c->uid_base;
	pid_t init;
	int ret;

	ret = vz_cgroup_attach(s->c->id, "payload", 0, e);
	if (ret)
		return ret;
	ret = vz_child_reset(e);
	if (ret)
		return ret;
	ret = own_uid(base, e);
	if (ret)
		return ret;
	if (unshare(CLONE_NEWUSER))
		return vz_error_sys(e, VZ_SYSTEM, -errno, "Cannot make the CT's user namespace");
	if (step(s->sync, 'u'))
		return vz_error(e, VZ_SYSTEM, -EPIPE, "vzctl is gone");
	if (setresgid(0, 0, 0) || setresuid(0, 0, 0))
		return vz_error_sys(e, VZ_SYSTEM, -errno, "Cannot become root of the CT");
	if (unshare(CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWNET |
		    CLONE_NEWCGROUP | CLONE_NEWTIME))
		return vz_error_sys(e, VZ_SYSTEM, -errno, "Cannot make the CT's namespaces");
	if (step(s->sync, 't'))
		return vz_error(e, VZ_SYSTEM, -EPIPE, "vzctl is gone");
	init = fork();
	if (init < 0)
		return vz_error_sys(e, VZ_RESOURCES, -errno, "Cannot fork the CT's init");
	if (init)
		return 0;
	ret = be_init(s, e);
	vz_report_send(s->report, ret, e);
	_exit(1);
}

/* The VE's clocks start at 0: offsets are minus the host's. */
static int set_clocks(pid_t pid, struct vz_err *e)
{
	struct timespec mono, boot;
	char path[64], text[128];
	int ret;

	clock_gettime(CLOCK_MONOTONIC, &mono);
	clock_gettime(CLOCK_BOOTTIME, &boot);
	snprintf(text, sizeof(text), "monotonic %ld %d\nboottime %ld %d\n",
		 -(long)mono.tv_sec, 0, -(long)boot.tv_sec, 0);
	snprintf(path, sizeof(path), "/proc/%d/timens_offsets", pid);
	ret = vz_write_file(path, text);
	return ret ? vz_error_sys(e, VZ_SYSTEM, ret, "Cannot set the CT's clocks") : 0;
}

static int answer(int sock, char what, struct vz_err *e)
{
	char got;

	/* The helper says itself what went wrong. */
	if (read(sock, &got, 1) != 1 || got != what)
		return -EPIPE;
	return 0;
}

static int guide(struct start *s, pid_t pid, int sock, int report, struct vz_err *e)
{
	unsigned int id = s->c->id;
	int ret;

	if (answer(sock, 'u', e))
		return vz_report_recv(report, e);
	ret = vz_userns_map(pid, s->c->uid_base, e);
	if (ret)
		return ret;
	if (send(sock, "u", 1, MSG_NOSIGNAL) != 1 || answer(sock, 't', e))
		return vz_report_recv(report, e);
	ret = set_clocks(pid, e);
	if (ret)
		return ret;
	if (send(sock, "t", 1, MSG_NOSIGNAL) != 1)
		return vz_report_recv(report, e);
	ret = vz_report_recv(report, e);
	if (!ret)
		ret = vz_ve_set_state(id, VE_RUNNING, e);
	/* Its init finds them when it looks for devices. */
	if (ret)
		return ret;
	ret = vz_veth_up(s->c, e);
	if (ret)
		return ret;
	ret = vz_action_inside(s->c, "start", e);
	if (ret)
		return ret;
	if (send(sock, "g", 1, MSG_NOSIGNAL) != 1)
		return vz_error(e, VZ_SYSTEM, -EPIPE, "The CT's init is gone");
	ret = vz_report_recv(report, e);
	if (ret != -EPIPE)
		return ret;
	vz_error_free(e);
	return 0;
}

static int run(const struct vz_conf *c, struct vz_err *e)
{
	cleanup_close int root = -1, ours = -1, theirs = -1, r = -1, w = -1;
	struct start s = { .c = c };
	int sv[2], p[2], ret;
	pid_t pid;

	ret = vz_ve_open_root(c, &root, e);
	if (ret)
		return ret;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sv))
		return vz_error_sys(e, VZ_SYSTEM, -errno, "socketpair");
	ours = sv[0];
	theirs = sv[1];
	if (pipe2(p, O_CLOEXEC))
		return vz_error_sys(e, VZ_SYSTEM, -errno, "pipe");
	r = p[0];
	w = p[1];
	s.root = root;
	s.sync = theirs;
	s.report = w;
	fflush(NULL);
	pid = fork();
	if (pid < 0)
		return vz_error_sys(e, VZ_RESOURCES, -errno, "fork");
	if (!pid) {
		struct vz_err mine = { 0 };

		close(ours);
		close(r);
		vz_default_signals();
		vz_log_no_file();
		ret = helper(&s, &mine);
		if (ret)
			vz_report_send(w, ret, &mine);
		_exit(0);
	}
	close(vz_take_fd(&theirs));
	close(vz_take_fd(&w));
	ret = guide(&s, pid, ours, r, e);
	if (ret)
		kill(pid, SIGKILL);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	return ret;
}

/* Steps of a start that vz_ve_start() undoes. */
static int start(const struct vz_conf *c, struct vz_dad *dad, struct vz_err *e)
{
	int ret = vz_ve_mount(c, e);

	if (ret)
		return ret;
	ret = vz_prepare_private(c, e);
	if (ret)
		return ret;
	ret = vz_device_conf_nodes(c, e);
	if (ret)
		return ret;
	ret = vz_ve_cgroup_create(c, e);
	if (ret)
		return ret;
	ret = vz_ve_set_state(c->id, VE_STARTING, e);
	if (ret)
		return ret;
	ret = run(c, e);
	if (ret)
		return ret;
	ret = vz_dad_wait(dad, c, e);
	if (ret)
		return ret;
	return vz_ve_net_up(c, true, e);
}

int vz_ve_start(const struct vz_conf *c, struct vz_err *e)
{
	int ret = vz_kernel_check(e);
	cleanup_dad struct vz_dad *dad = NULL;
	bool mounted = vz_ve_mounted(c);
	struct vz_err undo = { 0 };

	if (ret)
		return ret;
	if (vz_ve_occupied(c->id))
		return vz_error(e, VZ_RUNNING, -EBUSY, "Container is already running");
	dad = vz_dad_begin(c, &c->ip, NULL);
	/* What an earlier run left has controllers on and takes no tasks. */
	ret = vz_ve_cgroup_remove(c->id, e);
	if (!ret)
		ret = start(c, dad, e);
	if (!ret) {
		/* Its counters have begun at 0. */
		vz_look_forget(c->id);
		return 0;
	}
	vz_ve_net_down(c, NULL);
	if (vz_ve_cgroup_remove(c->id, &undo) || (!mounted && vz_ve_umount(c, &undo)))
		vz_warn("%s", undo.msg);
	vz_error_free(&undo);
	return ret;
}
