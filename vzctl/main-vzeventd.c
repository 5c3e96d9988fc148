// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vzeventd: the host's service for VEs. It owns the delegated cgroup, starts
 * VEs at boot, cleans up behind those that ended, starts again those that
 * rebooted, and stops all at shutdown. VEs live on when it is killed: whatever
 * it missed it finds in the cgroup tree when it starts.
 */
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>
#include "libvz/cgroup.h"
#include "libvz/child.h"
#include "libvz/cleanup.h"
#include "libvz/conf.h"
#include "libvz/err.h"
#include "libvz/exit.h"
#include "libvz/file.h"
#include "libvz/kernel.h"
#include "libvz/log.h"
#include "libvz/net_classes.h"
#include "libvz/quota_watch.h"
#include "libvz/rate.h"
#include "libvz/seal.h"
#include "vzctl/daemon_all.h"
#include "vzctl/daemon_disk.h"
#include "vzctl/daemon_job.h"
#include "vzctl/daemon_tell.h"

/* Notifications are rate limited and may be merged: look again now and then. */
#define LOOK_MS		5000
#define RETRY_MS	300

/* A cgroup that hands out controllers must hold no process itself. */
static int leave_base(struct vz_err *e)
{
	char cg[PATH_MAX], daemon[PATH_MAX];
	size_t skip = strlen(VZ_CGROUP_ROOT);
	int ret = vz_cgroup_of(getpid(), cg, e);

	if (ret || strcmp(cg, vz_cgroup_base() + skip))
		return ret;
	snprintf(daemon, sizeof(daemon), "%s/daemon", vz_cgroup_base());
	if (mkdir(daemon, 0755) && errno != EEXIST)
		return vz_error_sys(e, VZ_SYSTEM, -errno, "Cannot make %s", daemon);
	strcat(daemon, "/cgroup.procs");
	ret = vz_write_file(daemon, "0");
	return ret ? vz_error_sys(e, VZ_SYSTEM, ret, "Cannot move into %s", daemon) : 0;
}

/* New VEs are seen by their folder, their states by a watch on ve.state. */
static void watch_all(int ino)
{
	char path[PATH_MAX];
	unsigned int *ids;
	size_t n, i;

	inotify_add_watch(ino, vz_cgroup_base(), IN_CREATE | IN_DELETE | IN_ONLYDIR);
	n = vz_cgroup_ids(&ids);
	for (i = 0; i < n; i++)
		inotify_add_watch(ino, vz_cgroup_path(path, ids[i], "ve.state"), IN_MODIFY);
	free(ids);
}

static void drain(int fd)
{
	char buf[4096];

	while (read(fd, buf, sizeof(buf)) == sizeof(buf))
		;
}

/* Ends with the signal that asked for it. */
static int loop(int sig, int ino, int quota)
{
	struct signalfd_siginfo si;

	for (;;) {
		struct pollfd p[3] = {
			{ .fd = sig, .events = POLLIN }, { .fd = ino, .events = POLLIN },
			{ .fd = quota, .events = POLLIN },
		};
		unsigned int left;

		watch_all(ino);
		left = scan_ended();
		scan_moved(false);
		if (poll(p, 3, left ? RETRY_MS : LOOK_MS) < 0 && errno != EINTR)
			return -errno;
		if (p[1].revents)
			drain(ino);
		if (p[2].revents)
			disk_look(quota);
		if (!p[0].revents || read(sig, &si, sizeof(si)) != sizeof(si))
			continue;
		if (si.ssi_signo == SIGCHLD) {
			job_reap();
			boot_look();
		} else {
			return si.ssi_signo;
		}
	}
}

static int set_up(int *sig, int *ino, struct vz_err *e)
{
	sigset_t set;
	int ret = vz_kernel_check(e);

	if (ret)
		return ret;
	ret = leave_base(e);
	if (ret)
		return ret;
	ret = vz_cgroup_prepare(e);
	if (ret)
		return ret;
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
	*sig = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	*ino = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	return *sig < 0 || *ino < 0 ? vz_error_sys(e, VZ_SYSTEM, -errno, "signalfd, inotify") : 0;
}

/* Traffic classes of the host. What is wrong with the file leaves them as they were. */
static void load_classes(void)
{
	cleanup_net_classes struct vz_net_classes t = { 0 };
	struct vz_err e = { 0 };
	int ret = vz_net_classes_load(VZ_NET_CLASSES_FILE, false, &t, &e);

	if (!ret)
		ret = vz_net_classes_set(&t, &e);
	if (ret && ret != -ENOENT)
		vz_warn("Traffic classes are not set: %s", e.msg ? e.msg : strerror(-ret));
	vz_error_free(&e);
}

static int boot(const struct vz_conf *c, struct vz_err *e)
{
	const char *wanted = vz_conf_get(c, "VIRTUOZZO");

	if (!wanted || strcmp(wanted, "no"))
		return boot_all(e);
	vz_say("VIRTUOZZO=no in " VZ_GLOBAL_CONF ": no VE is started with the host");
	return 0;
}

static int serve(char **argv, struct vz_err *e)
{
	cleanup_conf struct vz_conf *c = NULL;
	cleanup_close int sig = -1, ino = -1, quota = -1;
	struct vz_err why = { 0 };
	int ret = vz_conf_global(&c, e);

	if (ret)
		return ret;
	vz_log_setup(c->logging ? c->logfile : NULL, c->log_level, c->verbose, false);
	ret = set_up(&sig, &ino, e);
	if (ret)
		return ret;
	load_classes();
	if (vz_totalrate_apply(c, &why))
		vz_warn("Rates of classes are not set: %s", why.msg);
	vz_error_free(&why);
	job_limit(vz_conf_get(c, "VE_PARALLEL"));
	quota = vz_quota_watch_open();
	if (quota < 0)
		vz_warn("Nobody tells when a CT passes its limit of disk space: %s",
			strerror(-quota));
	tell_systemd("READY=1");
	ret = boot(c, e);
	if (ret)
		return ret;
	ret = loop(sig, ino, quota);
	if (ret == SIGHUP) {
		/* A new version of this program takes over; VEs notice nothing. */
		execv("/usr/sbin/vzeventd", argv);
		return vz_error_sys(e, VZ_SYSTEM, -errno, "/usr/sbin/vzeventd");
	}
	if (ret < 0)
		return vz_error_sys(e, VZ_SYSTEM, ret, "poll");
	tell_systemd("STOPPING=1");
	return shutdown_all(e);
}

int main(int argc, char **argv)
{
	struct vz_err e = { 0 };
	int ret;

	vz_tool_prepare();
	if (argc > 1) {
		bool help = !strcmp(argv[1], "--help") || !strcmp(argv[1], "-h");

		fprintf(help ? stdout : stderr,
			"Usage: vzeventd\nRuns in the foreground; see vz.service.\n");
		return help ? 0 : vz_exit_code(VZ_BADSYNTAX);
	}
	signal(SIGPIPE, SIG_IGN);
	ret = vz_seal_self(argv, &e);
	if (!ret)
		ret = serve(argv, &e);
	if (!ret)
		return 0;
	vz_warn("vzeventd: %s", e.msg ? e.msg : strerror(-ret));
	return vz_exit_code(e.cause);
}
