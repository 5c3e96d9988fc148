// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Leaving the caller's session behind. The only state is what main() found and said of the
 * standard streams. What is reset here is what the kernel hands down over fork and exec;
 * tests/unit/test-child.c walks it.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <linux/sched/types.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "libvz/child.h"
#include "libvz/file.h"

#define KEYCTL_JOIN_SESSION_KEYRING	1
#define IOPRIO_WHO_PROCESS		1
#define MPOL_DEFAULT			0
#define SLACK_NS			50000
#define CPUS_MAX			8192
/* Files that a tool has open at once: of each VE, some. */
#define TOOL_FILES			65536

static int limits_reset(struct vz_err *e)
{
	static const struct {
		rlim_t soft, hard;
	} limits[RLIM_NLIMITS] = {
		[RLIMIT_AS] = { RLIM_INFINITY, RLIM_INFINITY },
		[RLIMIT_CORE] = { 0, RLIM_INFINITY },
		[RLIMIT_CPU] = { RLIM_INFINITY, RLIM_INFINITY },
		[RLIMIT_DATA] = { RLIM_INFINITY, RLIM_INFINITY },
		[RLIMIT_FSIZE] = { RLIM_INFINITY, RLIM_INFINITY },
		[RLIMIT_LOCKS] = { RLIM_INFINITY, RLIM_INFINITY },
		[RLIMIT_MEMLOCK] = { 64 << 20, 64 << 20 },
		[RLIMIT_MSGQUEUE] = { RLIM_INFINITY, RLIM_INFINITY },
		[RLIMIT_NICE] = { 0, 0 },
		[RLIMIT_NOFILE] = { 1024, 1048576 },
		[RLIMIT_NPROC] = { RLIM_INFINITY, RLIM_INFINITY },
		[RLIMIT_RSS] = { RLIM_INFINITY, RLIM_INFINITY },
		[RLIMIT_RTPRIO] = { 0, 0 },
		[RLIMIT_RTTIME] = { RLIM_INFINITY, RLIM_INFINITY },
		[RLIMIT_SIGPENDING] = { RLIM_INFINITY, RLIM_INFINITY },
		[RLIMIT_STACK] = { 8 << 20, RLIM_INFINITY },
	};
	int i;

	for (i = 0; i < RLIM_NLIMITS; i++) {
		struct rlimit r = { limits[i].soft, limits[i].hard };

		if (setrlimit(i, &r))
			return vz_error_sys(e, VZ_SYSTEM, -errno, "Cannot set resource limit %d",
					    i);
	}
	return 0;
}

/* What a kernel lacks, nobody could have set. */
static int schedule_reset(struct vz_err *e)
{
	struct sched_attr attr = {
		.size = sizeof(attr),
		.sched_policy = SCHED_NORMAL,
		.sched_flags = SCHED_FLAG_UTIL_CLAMP_MIN | SCHED_FLAG_UTIL_CLAMP_MAX,
		.sched_util_min = -1,
		.sched_util_max = -1,
	};
	unsigned long cpus[CPUS_MAX / 8 / sizeof(long)];

	if (syscall(SYS_sched_setattr, 0, &attr, 0)) {
		attr.sched_flags = 0;
		attr.sched_util_min = attr.sched_util_max = 0;
		if (syscall(SYS_sched_setattr, 0, &attr, 0))
			return vz_error_sys(e, VZ_SYSTEM, -errno, "Cannot reset the scheduling");
	}
	memset(cpus, 0xff, sizeof(cpus));
	if (syscall(SYS_sched_setaffinity, 0, sizeof(cpus), cpus))
		return vz_error_sys(e, VZ_SYSTEM, -errno, "Cannot use all CPUs");
	if (syscall(SYS_set_mempolicy, MPOL_DEFAULT, NULL, 0) && errno != ENOSYS)
		return vz_error_sys(e, VZ_SYSTEM, -errno, "Cannot reset the memory policy");
	if (syscall(SYS_ioprio_set, IOPRIO_WHO_PROCESS, 0, 0) && errno != ENOSYS)
		return vz_error_sys(e, VZ_SYSTEM, -errno, "Cannot reset the IO priority");
	return 0;
}

/* Switches that few ever touch; kernels and processors lack some. */
static void switches_reset(void)
{
	/* The bits of the kernel's own default. */
	vz_write_file("/proc/self/coredump_filter", "0x33");
	vz_write_file("/proc/self/loginuid", "4294967295");
	/* 0 would only bring back what the caller had. */
	prctl(PR_SET_TIMERSLACK, SLACK_NS, 0, 0, 0);
	prctl(PR_SET_THP_DISABLE, 0, 0, 0, 0);
#ifdef PR_SET_MEMORY_MERGE
	prctl(PR_SET_MEMORY_MERGE, 0, 0, 0, 0);
#endif
	prctl(PR_SET_IO_FLUSHER, 0, 0, 0, 0);
	prctl(PR_MCE_KILL, PR_MCE_KILL_CLEAR, 0, 0, 0);
	prctl(PR_SET_SPECULATION_CTRL, PR_SPEC_STORE_BYPASS, PR_SPEC_ENABLE, 0, 0);
	prctl(PR_SET_SPECULATION_CTRL, PR_SPEC_INDIRECT_BRANCH, PR_SPEC_ENABLE, 0, 0);
	prctl(PR_SET_SPECULATION_CTRL, PR_SPEC_L1D_FLUSH, PR_SPEC_DISABLE, 0, 0);
#ifdef __x86_64__
	prctl(PR_SET_TSC, PR_TSC_ENABLE, 0, 0, 0);
#endif
}

static void signals_reset(void)
{
	sigset_t none;
	int i;

	for (i = 1; i < NSIG; i++)
		signal(i, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

int vz_child_reset(struct vz_err *e)
{
	int ret;

	if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1)
		return vz_error(e, VZ_SYSTEM, -EPERM, "This session gives no new privileges "
				"(no_new_privs): set-id programs of the CT would not work");
	if (prctl(PR_GET_SECCOMP, 0, 0, 0, 0) > 0)
		return vz_error(e, VZ_SYSTEM, -EPERM, "System calls of this session are filtered "
				"(seccomp): the CT would be under the same filter");
	ret = limits_reset(e);
	if (ret)
		return ret;
	ret = schedule_reset(e);
	if (ret)
		return ret;
	if (vz_write_file("/proc/self/oom_score_adj", "0"))
		return vz_error_sys(e, VZ_SYSTEM, -errno, "Cannot reset oom_score_adj");
	if (personality(PER_LINUX) < 0)
		return vz_error_sys(e, VZ_SYSTEM, -errno, "Cannot reset the personality");
	/* The host's session keys stay on the host; a kernel without keys has none. */
	if (syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL) < 0 && errno != ENOSYS)
		return vz_error_sys(e, VZ_SYSTEM, -errno, "Cannot leave the session keyring");
	switches_reset();
	signals_reset();
	umask(022);
	return 0;
}

static void limit_raise(int what, rlim_t least)
{
	struct rlimit r;

	if (getrlimit(what, &r) || (r.rlim_cur >= least))
		return;
	r.rlim_cur = least;
	if (r.rlim_max < least)
		r.rlim_max = least;
	setrlimit(what, &r);
}

static bool lacking[3];
static struct {
	pid_t pid;
	int code;
} tells;

bool vz_tool_lacks(int fd)
{
	return lacking[fd];
}

static bool reader_gone(void)
{
	struct pollfd p = { .fd = 1 };

	return poll(&p, 1, 0) == 1 && (p.revents & POLLERR);
}

/* Children are made by fork(), and have a copy of what is not written yet. */
static void output_end(int code, void *unused)
{
	(void)unused;
	if (getpid() != tells.pid || (!fflush(stdout) && !ferror(stdout)) || reader_gone())
		return;
	fprintf(stderr, "%s: cannot write all of it to standard output\n",
		program_invocation_short_name);
	if (!code)
		_exit(tells.code);
}

void vz_tool_tells(int code)
{
	if (!tells.pid)
		on_exit(output_end, NULL);
	tells.pid = getpid();
	tells.code = code;
}

void vz_tool_prepare(void)
{
	sigset_t none;
	int fd;

	/* The lowest free number is the next one. */
	while ((fd = open("/dev/null", O_RDWR)) >= 0 && fd < 3)
		lacking[fd] = true;
	if (fd >= 0)
		close(fd);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	/* With it ignored, nobody could wait for a child. */
	signal(SIGCHLD, SIG_DFL);
	umask(022);
	limit_raise(RLIMIT_NOFILE, TOOL_FILES);
	limit_raise(RLIMIT_FSIZE, RLIM_INFINITY);
}
