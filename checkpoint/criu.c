// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One run of CRIU: a helper process with a mount namespace of its own that
 * talks to "criu swrk" through libcriu, and passes each notification to the
 * process that owns the job.
 *
 * Why a process: libcriu's callback has no user pointer, the mount namespace
 * and the cgroup belong to one operation, and neither a crash of libcriu nor
 * a signal to the caller may leave a VE half dumped. When the owner dies, the
 * helper reads end of file at the next notification and answers "no"; when
 * the helper dies, the owner reads end of file and undoes.
 */
#include <criu/criu.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "checkpoint/check.h"
#include "checkpoint/criu.h"
#include "checkpoint/util.h"
#include "checkpoint/job.h"
#include "checkpoint/log.h"
#include "checkpoint/stall.h"
#include "libvz/cgroup.h"
#include "libvz/child.h"
#include "libvz/cleanup.h"
#include "libvz/conf.h"
#include "libvz/err.h"
#include "libvz/log.h"
#include "libvz/mount.h"
#include "libvz/veth.h"

/* A run that has done nothing for so long is given up. */
#define STALL_S			300
#define LOOK_S			10
/* Of the CPU, at a look: less is a wait. */
#define STEP_US			20000
/* Of a deleted file's content, what goes into the images. */
#define GHOST_LIMIT_BYTES	(1u << 30)

/* Helper to owner; the owner answers an event with an int. */
struct message {
	int end;		/* 0: event, 1: CRIU's run is over */
	int ret;		/* end: 0 or negative errno */
	pid_t pid;		/* root task, where CRIU tells */
	char text[512];		/* event's name, or what went wrong */
};

static int helper_sock = -1;

static int ask_owner(char *action, criu_notify_arg_t na)
{
	struct message m = { .pid = criu_notify_pid(na) };
	int answer;

	snprintf(m.text, sizeof(m.text), "%s", action);
	if (send(helper_sock, &m, sizeof(m), MSG_NOSIGNAL) != sizeof(m) ||
	    recv(helper_sock, &answer, sizeof(answer), 0) != sizeof(answer))
		return -EPIPE;
	return answer;
}

static int reopen(int *fd, const char *path, struct vz_err *e)
{
	int new = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);

	if (new < 0)
		return vz_error_sys(e, VZ_SYSTEM, -errno, "open %s", path);
	close(*fd);
	*fd = new;
	return 0;
}

static int private_mounts(struct ckpt_job *j, struct vz_err *e)
{
	cleanup_close int fd = -1;
	int err;

	if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL))
		return vz_error_sys(e, VZ_SYSTEM, -errno, "make a mount namespace");
	/* Before the host's mount goes: an overlay exists only there. */
	err = vz_ve_open_root(j->c, &fd, e);
	if (err)
		return err;
	/* The host's own nosuid, nodev mount would hide below ours. */
	if (umount2(j->c->root, MNT_DETACH) && errno != EINVAL)
		return vz_error_sys(e, VZ_SYSTEM, -errno, "leave the host's mount on %s",
				    j->c->root);
	if (syscall(SYS_move_mount, fd, "", AT_FDCWD, j->c->root, MOVE_MOUNT_F_EMPTY_PATH))
		return vz_error_sys(e, VZ_SYSTEM, -errno, "mount on %s", j->c->root);
	/* CRIU mounts in its working directory: that must be one of this namespace. */
	err = reopen(&j->images, j->dir, e);
	return err ? err : reopen(&j->work, j->workdir, e);
}

static int add_netdev(const char *ifname, const char *here, void *arg)
{
	char text[64];

	snprintf(text, sizeof(text), "netdev[%s]:%s", ifname, here);
	return criu_local_add_external(arg, text) ? -ENOMEM : 0;
}

static int set_options(const struct ckpt_job *j, criu_opts *o, struct vz_err *e)
{
	char path[PATH_MAX];

	criu_local_set_images_dir_fd(o, j->images);
	criu_local_set_work_dir_fd(o, j->work);
	criu_local_set_log_level(o, CRIU_LOG_WARN);
	criu_local_set_tcp_established(o, true);
	criu_local_set_file_locks(o, true);
	criu_local_set_link_remap(o, true);
	criu_local_set_force_irmap(o, true);
	criu_local_set_ext_unix_sk(o, true);
	criu_local_set_ext_masters(o, true);
	criu_local_set_evasive_devices(o, true);
	criu_local_set_ghost_limit(o, GHOST_LIMIT_BYTES);
	criu_local_set_timeout(o, CKPT_TIMEOUT_S);
	criu_local_set_manage_cgroups(o, true);
	criu_local_set_manage_cgroups_mode(o, CRIU_CG_MODE_SOFT);
	criu_local_set_notify_cb(o, ask_owner);
	if (criu_local_set_service_binary(o, ckpt_criu_program()) ||
	    criu_local_set_log_file(o, j->restore ? "restore.log" : "dump.log") ||
	    criu_local_set_root(o, j->c->root) ||
	    /* venet's hold does it, and does not depend on CRIU's life. */
	    criu_local_set_network_lock(o, CRIU_NETWORK_LOCK_SKIP))
		return vz_error_sys(e, VZ_NOMEM, -ENOMEM, "set CRIU's options");
	if (j->restore && vz_veth_staged(j->c, add_netdev, o, e))
		return vz_error_sys(e, VZ_NOMEM, -ENOMEM, "set CRIU's options");
	if (j->restore)
		return 0;
	criu_local_set_pid(o, j->root);
	/* Frozen by us before: CRIU seizes, thaws, and freezes again if tasks live on. */
	if (criu_local_set_freeze_cgroup(o, vz_cgroup_path(path, j->c->id, "payload")))
		return vz_error_sys(e, VZ_NOMEM, -ENOMEM, "set CRIU's options");
	return 0;
}

static int call_criu(struct ckpt_job *j, struct vz_err *e)
{
	criu_opts *o = NULL;
	int err = private_mounts(j, e);

	/*
	 * CRIU creates the VE's user namespace, which remembers the VE of its
	 * creator and hands its oom score and limits down. A dump needs nothing
	 * of the VE, and must not depend on what it has left.
	 */
	if (!err && j->restore)
		err = vz_cgroup_attach(j->c->id, "criu", 0, e);
	if (!err && j->restore)
		err = vz_child_reset(e);
	signal(SIGPIPE, SIG_IGN);
	if (!err && criu_local_init_opts(&o))
		err = vz_error_sys(e, VZ_NOMEM, -ENOMEM, "CRIU's options");
	if (!err)
		err = set_options(j, o, e);
	if (!err) {
		err = j->restore ? criu_local_restore(o) : criu_local_dump(o);
		if (err >= 0) {
			j->root = j->restore ? err : 0;
			err = 0;
		} else {
			vz_error_sys(e, VZ_SYSTEM, err == -EBADE ? -ECANCELED : err, "criu");
		}
	}
	if (o)
		criu_local_free_opts(o);
	return err;
}

static void __attribute__((noreturn)) helper(struct ckpt_job *j)
{
	struct message m = { .end = 1 };
	struct vz_err e = {};
	sigset_t none;
	int fd = openat(j->work, "criu.out", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	/* A session of its own: the terminal's Ctrl-C is the owner's business. */
	setsid();
	umask(022);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGCHLD, SIG_DFL);
	signal(SIGPIPE, SIG_IGN);
	if (fd >= 0) {
		int in = open("/dev/null", O_RDONLY);

		dup2(in, 0);
		dup2(fd, 1);
		dup2(fd, 2);
	}
	m.ret = call_criu(j, &e);
	m.pid = j->root;
	if (e.msg)
		snprintf(m.text, sizeof(m.text), "%s", e.msg);
	if (send(helper_sock, &m, sizeof(m), MSG_NOSIGNAL) != sizeof(m))
		_exit(1);
	_exit(m.ret ? 1 : 0);
}

/* The helper said that it is over, or died without a word. */
static int conclude(struct ckpt_job *j, const struct message *m, struct vz_err *e)
{
	const enum vz_cause cause = j->restore ? VZ_RESTORE : VZ_CHKPNT;
	const char *verb = j->restore ? "restore" : "dump";
	cleanup_free char *line = NULL;

	if (e->err)	/* a step of ours failed; CRIU followed, or could not any more */
		return e->err;
	if (m && !m->ret)
		return 0;
	line = ckpt_log_error(j->work, j->restore ? "restore.log" : "dump.log");
	if (!m)
		return vz_error(e, cause, -ECHILD,
				"%s of VE %u: criu's helper died%s%s (log in %s)", verb, j->c->id,
				line ? ": " : "", line ? line : "", j->workdir);
	return vz_error(e, cause, m->ret < 0 ? m->ret : -EIO, "%s of VE %u: %s%s%s (log in %s)",
			verb, j->c->id, m->text, line ? ": " : "", line ? line : "", j->workdir);
}

/* What a run of CRIU has done, in steps of any kind. */
struct done {
	const struct ckpt_job *j;
	uint64_t cpu_us, steps;
};

/*
 * What a dump does shows in its files. A restore reads and makes: that takes time of the CPU,
 * which is counted by the VE's cgroup, and a wait that looks now and then takes nearly none.
 */
static uint64_t count_done(void *arg)
{
	struct done *d = arg;
	cleanup_free char *text = NULL;
	struct vz_err unused = {};
	uint64_t now = d->cpu_us;

	if (d->j->restore && !vz_cgroup_read(d->j->c->id, "cpu.stat", &text, &unused))
		sscanf(text, "usage_usec %" SCNu64, &now);
	vz_error_free(&unused);
	d->steps += now - d->cpu_us >= STEP_US;
	d->cpu_us = now;
	return d->steps + ckpt_dir_bytes(d->j->images) + ckpt_dir_bytes(d->j->work);
}

static void stands_still(struct ckpt_job *j, pid_t pid, struct vz_err *e)
{
	const char *verb = j->restore ? "restore" : "dump";
	cleanup_free char *where = NULL;

	where = ckpt_stall(pid, j->work, j->restore ? "restore.log" : "dump.log");
	vz_error(e, j->restore ? VZ_RESTORE : VZ_CHKPNT, -ETIMEDOUT,
		 "%s of VE %u: criu has done nothing for %d s %s (log in %s)", verb, j->c->id,
		 STALL_S, where ? where : "", j->workdir);
}

int ckpt_run(struct ckpt_job *j, struct vz_err *e)
{
	cleanup_close int sock = -1;
	struct done done = { .j = j };
	struct message m;
	bool over = false;
	int pair[2], err;
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
		return vz_error_sys(e, VZ_SYSTEM, -errno, "socketpair");
	pid = fork();
	if (pid < 0) {
		err = vz_error_sys(e, VZ_SYSTEM, -errno, "fork");
		close(pair[0]);
		close(pair[1]);
		return err;
	}
	if (!pid) {
		close(pair[0]);
		helper_sock = pair[1];
		helper(j);
	}
	close(pair[1]);
	sock = pair[0];
	for (;;) {
		ssize_t n;
		int answer;

		if (!ckpt_wait_moving(sock, LOOK_S * 1000, STALL_S / LOOK_S, count_done, &done)) {
			stands_still(j, pid, e);
			kill(-pid, SIGKILL);
			break;
		}
		n = recv(sock, &m, sizeof(m), 0);
		if (n < 0 && errno == EINTR)
			continue;
		over = n == sizeof(m) && m.end;
		if (n != sizeof(m) || m.end)
			break;
		m.text[sizeof(m.text) - 1] = '\0';
		vz_debug("VE %u: criu: %s", j->c->id, m.text);
		if (m.pid && j->restore)
			j->root = m.pid;
		answer = j->event(j, m.text, e);
		if (send(sock, &answer, sizeof(answer), MSG_NOSIGNAL) != sizeof(answer))
			break;
		if (!answer && j->meanwhile)
			j->meanwhile(j, m.text);
	}
	/* EBADE: it said no. All else is libcriu's word for one that says nothing more. */
	j->answered = over && (!m.ret || m.ret == -EBADE);
	if (over && j->restore && !m.ret)
		j->root = m.pid;
	err = conclude(j, over ? &m : NULL, e);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	return err;
}
