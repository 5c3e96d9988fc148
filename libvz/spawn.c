// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Entering a running VE.
 *
 * A helper joins the cgroup of the VE's init (always a leaf), then all its
 * namespaces in one setns(), and makes the process with CLONE_PARENT: it is
 * our child, and no process of the host stays behind in the VE's cgroup.
 * Between setns() and exec nothing is dumpable, and the program runs from a
 * sealed memfd (CVE-2019-5736).
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <linux/magic.h>
#include <linux/sched.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>
#include "libvz/cgroup.h"
#include "libvz/capability.h"
#include "libvz/child.h"
#include "libvz/cleanup.h"
#include "libvz/clock.h"
#include "libvz/err.h"
#include "libvz/fd_pass.h"
#include "libvz/file.h"
#include "libvz/log.h"
#include "libvz/report.h"
#include "libvz/spawn.h"
#include "libvz/state.h"

#define SPAWN_MS	60000
#define ABANDON_TRIES	250

char *const vz_ve_env[] = {
	"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
	"HOME=/root", "TERM=linux", "SHELL=/bin/bash", NULL,
};

static int become_root(struct vz_err *e)
{
	if (setgroups(0, NULL) || setresgid(0, 0, 0) || setresuid(0, 0, 0))
		return vz_error_sys(e, VZ_SYSTEM, -errno, "Cannot become root of the CT");
	return 0;
}

/*
 * One message: our end of the terminal, from the program, or its pid, from the
 * helper. Which comes first is up to the scheduler. 0 at the end of the socket.
 */
static int recv_word(int sock, pid_t *pid, int *master)
{
	pid_t word = 0;
	union {
		char buf[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} u;
	struct iovec io = { &word, sizeof(word) };
	struct msghdr m = { .msg_iov = &io, .msg_iovlen = 1, .msg_control = u.buf,
			    .msg_controllen = sizeof(u.buf) };
	ssize_t n = recvmsg(sock, &m, MSG_CMSG_CLOEXEC);
	struct cmsghdr *h = n > 0 ? CMSG_FIRSTHDR(&m) : NULL;

	if (h && h->cmsg_type == SCM_RIGHTS)
		memcpy(master, CMSG_DATA(h), sizeof(int));
	else if (n == sizeof(word))
		*pid = word;
	return n > 0;
}

/* The VE's own devpts, whatever its root has put in the way. */
static int open_tty(int sock, int fd[3], struct vz_err *e)
{
	cleanup_close int master =
		open("/dev/pts/ptmx", O_RDWR | O_NOCTTY | O_NOFOLLOW | O_CLOEXEC);
	struct statfs fs;
	int zero = 0, slave;

	if (master < 0 || fstatfs(master, &fs))
		return vz_error_sys(e, VZ_SYSTEM, -errno, "Cannot open /dev/pts/ptmx in the CT");
	if (fs.f_type != DEVPTS_SUPER_MAGIC)
		return vz_error(e, VZ_SYSTEM, -EINVAL, "/dev/pts of the CT is no devpts");
	if (ioctl(master, TIOCSPTLCK, &zero))
		return vz_error_sys(e, VZ_SYSTEM, -errno, "Cannot unlock the terminal");
	slave = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (slave < 0)
		return vz_error_sys(e, VZ_SYSTEM, -errno, "Cannot open the terminal in the CT");
	if (vz_fd_send(sock, master))
		return vz_error_sys(e, VZ_SYSTEM, -EPIPE, "Cannot hand over the terminal");
	fd[0] = fd[1] = fd[2] = slave;
	return 0;
}

/* Runs as pid N of the VE; report closes at exec. */
static int run(struct vz_spawn *s, int sock, int report, struct vz_err *e)
{
	int i, ret;

	ret = become_root(e);
	/* The change of user may have set it again, as fs.suid_dumpable says. */
	prctl(PR_SET_DUMPABLE, 0);
	/* Who ends vzctl ends what it runs. */
	prctl(PR_SET_PDEATHSIG, SIGHUP);
	if (!ret && s->tty)
		ret = open_tty(sock, s->fd, e);
	if (ret)
		return ret;
	setsid();
	for (i = 0; i < 3; i++)
		if (s->fd[i] < 3)
			s->fd[i] = fcntl(s->fd[i], F_DUPFD_CLOEXEC, 3);
	for (i = 0; i < 3; i++)
		if (dup2(s->fd[i], i) < 0)
			return vz_error_sys(e, VZ_SYSTEM, -errno, "dup2");
	if (s->tty)
		ioctl(0, TIOCSCTTY, 0);
	close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
	if (chdir("/"))
		return vz_error_sys(e, VZ_SYSTEM, -errno, "chdir");
	ret = -ENOENT;
	for (i = 0; s->argv[i]; i++) {
		execve(s->argv[i][0], s->argv[i], s->env);
		ret = -errno;
	}
	return vz_error_sys(e, VZ_COMMAND, ret, "Cannot run %s in the CT", s->argv[0][0]);
}

/*
 * A systemd that has just begun lies in payload itself and will leave it to
 * switch controllers on there; a process of ours left in it would keep it from
 * that. Other inits stay where they are.
 */
static bool will_move(pid_t init, const char *cg)
{
	char path[64], exe[PATH_MAX];
	size_t n = strlen(cg);
	ssize_t len;

	if (n < 8 || strcmp(cg + n - 8, "/payload"))
		return false;
	snprintf(path, sizeof(path), "/proc/%d/exe", init);
	len = readlink(path, exe, sizeof(exe) - 1);
	if (len < 0)
		return false;
	exe[len] = '\0';
	return len > 8 && !strcmp(exe + len - 8, "/systemd");
}

static int move_to_cgroup_of(pid_t init, struct vz_err *e)
{
	cleanup_free char *events = NULL;
	char cg[PATH_MAX], path[PATH_MAX];
	int ret, tries;

	for (tries = 0; tries < 250; tries++) {
		ret = vz_cgroup_of(init, cg, e);
		if (ret)
			return ret;
		if (!will_move(init, cg))
			break;
		usleep(20000);
	}
	/* Who joins a frozen cgroup stands still, too. */
	snprintf(path, sizeof(path), VZ_CGROUP_ROOT "%s/cgroup.events", cg);
	if (!vz_read_file(path, &events) && strstr(events, "frozen 1"))
		return vz_error(e, VZ_FROZEN, -EBUSY,
				"The CT has frozen its own init: nothing can run in it");
	snprintf(path, sizeof(path), VZ_CGROUP_ROOT "%s/cgroup.procs", cg);
	ret = vz_write_file(path, "0");
	return ret ? vz_error_sys(e, VZ_SYSTEM, ret, "Cannot join %s", path) : 0;
}

static const int all_ns = CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC |
			  CLONE_NEWUTS | CLONE_NEWNET | CLONE_NEWCGROUP | CLONE_NEWTIME;

/* Runs in the helper; returns only on failure or in the helper after the clone. */
static int helper(unsigned int id, struct vz_spawn *s, int sock, int report, struct vz_err *e)
{
	struct clone_args args = { .flags = CLONE_PARENT };
	pid_t init = vz_ve_init(id), child;
	cleanup_close int pidfd = -1;
	uint64_t bound;
	int ret;

	pidfd = init > 0 ? pidfd_open(init, 0) : -1;
	/* The pid may be another process by now: ask again with the descriptor open. */
	if (pidfd < 0 || vz_ve_init(id) != init)
		return vz_error(e, VZ_NOTRUNNING, -ESRCH, "Container is not running");
	vz_log_no_file();
	prctl(PR_SET_DUMPABLE, 0);
	ret = vz_child_reset(e);
	if (ret)
		return ret;
	ret = move_to_cgroup_of(init, e);
	if (ret)
		return ret;
	ret = vz_capability_bound(init, &bound, e);
	if (ret)
		return ret;
	if (setns(pidfd, all_ns))
		return vz_error_sys(e, VZ_SYSTEM, -errno, "Cannot enter the CT");
	ret = vz_capability_keep(bound, e);
	if (ret)
		return ret;
	child = syscall(SYS_clone3, &args, sizeof(args));
	if (child < 0)
		return vz_error_sys(e, VZ_RESOURCES, -errno, "Cannot fork in the CT");
	if (!child) {
		vz_report_send(report, run(s, sock, report, e), e);
		_exit(127);
	}
	ret = write(sock, &child, sizeof(child)) == sizeof(child) ? 0 : -EPIPE;
	return ret;
}

static int wait_for(int fd, int64_t end, struct vz_err *e)
{
	for (;;) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		int64_t left = end - vz_now_ms();

		if (left <= 0)
			return vz_error(e, VZ_TIMEOUT, -ETIMEDOUT,
					"Nothing can be run in the CT: its init is "
					"stopped, frozen or short of resources");
		if (poll(&p, 1, left) > 0)
			return 0;
		if (vz_interrupted())
			return vz_error(e, VZ_SYSTEM, -EINTR, "Interrupted");
	}
}

/* Killed, it ends also where it is frozen; what cannot end is left to the kernel. */
static void spawn_abandon(pid_t pid)
{
	int i;

	if (pid <= 0)
		return;
	kill(pid, SIGKILL);
	for (i = 0; i < ABANDON_TRIES && !waitpid(pid, NULL, WNOHANG); i++)
		usleep(20000);
}

/* What the helper and the program have to say, until the program runs: silence and the end of the
 * pipe. */
static int spawn_follow(struct vz_spawn *s, pid_t h, int sock, int report, int64_t end, pid_t *pid,
			struct vz_err *e)
{
	int ret;

	while (!*pid || (s->tty && s->master < 0)) {
		ret = wait_for(sock, end, e);
		if (ret)
			return ret;
		if (!recv_word(sock, pid, &s->master))
			break;
	}
	ret = wait_for(report, end, e);
	if (ret)
		return ret;
	ret = vz_report_recv(report, e);
	if (ret != -EPIPE || !*pid)
		return ret;
	vz_error_free(e);
	/* It has written its last word, or is about to. */
	while (waitpid(h, NULL, 0) < 0 && errno == EINTR)
		;
	return 0;
}

int vz_ve_spawn(unsigned int id, struct vz_spawn *s, pid_t *pid, struct vz_err *e)
{
	cleanup_close int r = -1, w = -1, ours = -1, theirs = -1;
	int p[2], sv[2], ret;
	pid_t h;

	s->master = -1;
	if (!vz_ve_answers(id))
		return vz_error(e, VZ_NOTRUNNING, -ESRCH, "Container is not running");
	if (vz_ve_frozen(id))
		return vz_error(e, VZ_NOTRUNNING, -EBUSY,
				"Container is suspended: nothing can run in it");
	if (pipe2(p, O_CLOEXEC))
		return vz_error_sys(e, VZ_SYSTEM, -errno, "pipe");
	r = p[0];
	w = p[1];
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sv))
		return vz_error_sys(e, VZ_SYSTEM, -errno, "socketpair");
	ours = sv[0];
	theirs = sv[1];
	fflush(NULL);
	h = fork();
	if (h < 0)
		return vz_error_sys(e, VZ_RESOURCES, -errno, "fork");
	if (!h) {
		struct vz_err mine = { 0 };

		vz_default_signals();
		ret = helper(id, s, theirs, w, &mine);
		if (ret)
			vz_report_send(w, ret, &mine);
		_exit(0);
	}
	close(vz_take_fd(&w));
	close(vz_take_fd(&theirs));
	*pid = 0;
	ret = spawn_follow(s, h, ours, r, vz_now_ms() + (s->timeout_ms ? : SPAWN_MS), pid, e);
	if (!ret)
		return 0;
	spawn_abandon(h);
	spawn_abandon(*pid);
	return ret;
}
