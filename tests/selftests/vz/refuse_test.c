// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a running VE is refused, what a feature opens, and that the host and a
 * VE that is being set up are not touched.
 */
#include "vz.h"
#include <linux/audit.h>
#include <linux/bpf.h>
#include <linux/filter.h>
#include <linux/keyctl.h>
#include <linux/perf_event.h>
#include <linux/seccomp.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>

static const struct {
	const char	*name, *feature;
	int		flag;
} spaces[] = {
	{ "uts",	"nesting",	CLONE_NEWUTS },
	{ "ipc",	"nesting",	CLONE_NEWIPC },
	{ "pid",	"nesting",	CLONE_NEWPID },
	{ "cgroup",	"nesting",	CLONE_NEWCGROUP },
	{ "time",	"nesting",	CLONE_NEWTIME },
	{ "user",	NULL,		CLONE_NEWUSER },
	{ "mount",	NULL,		CLONE_NEWNS },
	{ "net",	NULL,		CLONE_NEWNET },
};

/* What needs a feature when it belongs to a user namespace that was made in the VE. */
static const struct {
	const char	*name;
	int		flag;
} owned[] = {
	{ "mount",	CLONE_NEWNS },
	{ "net",	CLONE_NEWNET },
	{ "user",	CLONE_NEWUSER },
};

/* In a user namespace of its own, as somebody: nobody may not make another one. */
static int enter_users(void)
{
	return unshare(CLONE_NEWUSER) || prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) ||
	       write_file("/proc/self/setgroups", "deny") ||
	       write_file("/proc/self/uid_map", "0 0 1") ||
	       write_file("/proc/self/gid_map", "0 0 1");
}

/* errno of unshare in a child, which may enter a user namespace first, 0 when it works */
static int try_unshare_behind(bool users, int flag)
{
	int status;
	pid_t pid = fork();

	if (!pid) {
		if (users && enter_users())
			_exit(255);
		_exit(unshare(flag) ? errno : 0);
	}
	return waitpid(pid, &status, 0) == pid && WIFEXITED(status) ?
		WEXITSTATUS(status) : -1;
}

static int try_unshare(int flag)
{
	return try_unshare_behind(false, flag);
}

/* errno of fork with @flag, 0 when it works */
static int try_clone(int flag)
{
	int status;
	pid_t pid = syscall(SYS_clone, flag | SIGCHLD, 0, 0, 0, 0);

	if (pid < 0)
		return errno;
	if (!pid)
		_exit(0);
	waitpid(pid, &status, 0);
	return 0;
}

static int io_uring(void)
{
	char params[256] = { 0 };

	return syscall(SYS_io_uring_setup, 2, params);
}

static int bpf_map(void)
{
	union bpf_attr attr = {
		.map_type = BPF_MAP_TYPE_ARRAY,
		.key_size = 4, .value_size = 4, .max_entries = 1,
	};

	return syscall(SYS_bpf, BPF_MAP_CREATE, &attr, sizeof(attr));
}

/* Needs no privilege, so that only our refusal can say no. */
static int perf(void)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE, .size = sizeof(attr),
		.config = PERF_COUNT_SW_TASK_CLOCK,
		.exclude_kernel = 1, .exclude_hv = 1,
	};

	return syscall(SYS_perf_event_open, &attr, 0, -1, -1, 0);
}

static int add_key(void)
{
	return syscall(SYS_add_key, "user", "vz-test", "x", 1,
		       KEY_SPEC_PROCESS_KEYRING);
}

static int uffd(void)
{
	return syscall(SYS_userfaultfd, O_CLOEXEC | 1 /* UFFD_USER_MODE_ONLY */);
}

static int seccomp_notify(void)
{
	struct sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	struct sock_fprog prog = { .len = 1, .filter = &allow };
	int status;
	pid_t pid = fork();

	if (!pid) {
		prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
		_exit(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
			      SECCOMP_FILTER_FLAG_NEW_LISTENER, &prog) < 0 ? errno : 0);
	}
	waitpid(pid, &status, 0);
	errno = WEXITSTATUS(status);
	return errno ? -1 : 0;
}

static const struct {
	const char	*name, *feature;
	int		(*call)(void);
} calls[] = {
	{ "io_uring_setup",	"io_uring",	io_uring },
	{ "bpf",		"bpf",		bpf_map },
	{ "perf_event_open",	"perf",		perf },
	{ "add_key",		"keys",		add_key },
	{ "userfaultfd",	"userfaultfd",	uffd },
	{ "seccomp listener",	"seccomp_notify", seccomp_notify },
};

static int mount_type(const char *type)
{
	int ret, e;

	mkdir("/tmp/m", 0700);
	ret = mount("none", "/tmp/m", type, 0, NULL);
	e = errno;
	if (!ret)
		umount2("/tmp/m", MNT_DETACH);
	errno = e;
	return ret;
}

static int fsopen_mount(const char *type)
{
	int fd = syscall(SYS_fsopen, type, 1), ret, e;

	if (fd < 0)
		return -1;
	ret = syscall(SYS_fsconfig, fd, 6 /* FSCONFIG_CMD_CREATE */, NULL, NULL, 0);
	e = errno;
	close(fd);
	errno = e;
	return ret;
}

static int huge_map(void)
{
	return mmap(NULL, 2 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS |
		    MAP_HUGETLB, -1, 0) == MAP_FAILED ? -1 : 0;
}

static int refused(void *arg)
{
	size_t i;

	(void)arg;
	mount("tmp", "/tmp", "tmpfs", 0, NULL);
	for (i = 0; i < sizeof(spaces) / sizeof(*spaces); i++) {
		int want = spaces[i].feature ? EPERM : 0;

		ok(try_unshare(spaces[i].flag) == want, "unshare: %s namespace %s",
		   spaces[i].name, want ? "is refused" : "is allowed");
		if (spaces[i].flag != CLONE_NEWTIME)
			ok(try_clone(spaces[i].flag) == want, "clone: %s namespace %s",
			   spaces[i].name, want ? "is refused" : "is allowed");
	}
	for (i = 0; i < sizeof(calls) / sizeof(*calls); i++)
		fails_with(EPERM, calls[i].call(), "%s is refused", calls[i].name);

	fails_with(ENOMEM, huge_map(), "no huge page is left for a VE");

	fails_with(0, eventfd(0, 0), "eventfd is allowed");
	fails_with(0, epoll_create1(0), "epoll is allowed");
	fails_with(0, inotify_init1(0), "inotify is allowed");
	fails_with(0, timerfd_create(CLOCK_MONOTONIC, 0), "timerfd is allowed");
	fails_with(0, signalfd(-1, &(sigset_t){ 0 }, 0), "signalfd is allowed");

	fails_with(0, socket(AF_UNIX, SOCK_STREAM, 0), "unix socket is allowed");
	fails_with(0, socket(AF_INET, SOCK_STREAM, 0), "tcp socket is allowed");
	fails_with(0, socket(AF_INET6, SOCK_DGRAM, 0), "udp6 socket is allowed");
	fails_with(0, socket(AF_INET, SOCK_RAW, 1), "raw icmp socket is allowed");
	fails_with(0, socket(AF_NETLINK, SOCK_RAW, 0), "netlink socket is allowed");
	fails_with(0, socket(AF_PACKET, SOCK_RAW, 0), "packet socket is allowed");
	fails_with(EAFNOSUPPORT, socket(AF_ALG, SOCK_SEQPACKET, 0), "alg socket is refused");
	fails_with(EPROTONOSUPPORT, socket(AF_INET, SOCK_STREAM, 262), "mptcp socket is refused");

	fails_with(0, mount_type("tmpfs"), "tmpfs mounts");
	fails_with(0, mount_type("proc"), "proc mounts");
	fails_with(0, mount_type("devpts"), "devpts mounts");
	fails_with(0, mount_type("cgroup2"), "cgroup2 mounts");
	fails_with(EPERM, mount_type("ramfs"), "ramfs is refused");
	fails_with(EPERM, fsopen_mount("ramfs"), "ramfs by fsopen is refused");
	fails_with(EPERM, mount_type("overlay"), "overlay is refused");
	fails_with(0, fsopen_mount("tmpfs"), "tmpfs by fsopen is allowed");
	return 0;
}

static int opened(void *arg)
{
	size_t i;

	(void)arg;
	for (i = 0; i < sizeof(spaces) / sizeof(*spaces); i++)
		ok(!try_unshare(spaces[i].flag), "with nesting: %s namespace",
		   spaces[i].name);
	for (i = 0; i < sizeof(calls) / sizeof(*calls); i++) {
		int ret = calls[i].call();

		/* an unprivileged bpf may still be refused by its sysctl */
		if (!strcmp(calls[i].name, "bpf") && ret < 0 && errno == EPERM)
			continue;
		ok(ret >= 0, "with its feature: %s", calls[i].name);
	}
	return 0;
}

/* What belongs to a user namespace, in each way to make it; uts and its like are never opened. */
static void try_owned(int want)
{
	for (size_t i = 0; i < sizeof(owned) / sizeof(*owned); i++) {
		const int flag = owned[i].flag;

		ok(try_unshare_behind(true, flag) == want,
		   "unshare: %s namespace in a user namespace: %d", owned[i].name, want);
		if (flag == CLONE_NEWUSER)
			continue;
		ok(try_unshare(CLONE_NEWUSER | flag) == want,
		   "unshare: %s namespace with a user namespace: %d", owned[i].name, want);
		ok(try_clone(CLONE_NEWUSER | flag) == want,
		   "clone: %s namespace with a user namespace: %d", owned[i].name, want);
	}
	for (size_t i = 0; i < sizeof(spaces) / sizeof(*spaces); i++)
		if (spaces[i].feature && spaces[i].flag != CLONE_NEWTIME)
			ok(try_unshare_behind(true, spaces[i].flag) == EPERM,
			   "unshare: %s namespace in a user namespace is refused", spaces[i].name);
}

static int with_userns(void *arg)
{
	(void)arg;
	try_owned(0);
	return 0;
}

/* What is refused is in the VE's log. */
static int without_userns(void *arg)
{
	static char buf[16384];
	long n;

	(void)arg;
	try_owned(EPERM);
	n = syscall(SYS_syslog, 3, buf, sizeof(buf) - 1);
	ok(n > 0 && strstr(buf, "userns"), "the VE's log names the feature");
	return 0;
}

static int setting_up(void *arg)
{
	(void)arg;
	return try_unshare(CLONE_NEWUTS) || io_uring() < 0;
}

/* Asks for a key that only the host's /sbin/request-key could make. */
static int ask_key(void *arg)
{
	(void)arg;
	syscall(SYS_request_key, "user", "vz-test", "please", 0);
	return 0;
}

#define HELPER	"/sbin/request-key"
#define MARK	"/tmp/vz-helper-ran"

static void test_helper(void)
{
	FILE *f;

	if (!access(HELPER, F_OK)) {
		printf("# %s is in use here: helpers are not tested\n", HELPER);
		return;
	}
	f = fopen(HELPER, "w");
	if (!ok(f, "a helper is put in place"))
		return;
	fputs("#!/bin/sh\n: > " MARK "\n", f);
	fchmod(fileno(f), 0755);
	fclose(f);
	unlink(MARK);
	ok(in_ve(94, "keys", ask_key, NULL) == 0 && access(MARK, F_OK),
	   "a VE starts no helper of the host");
	ask_key(NULL);
	ok(!access(MARK, F_OK), "the host does");
	unlink(MARK);
	unlink(HELPER);
}

int main(void)
{
	struct test_ve ve;

	test_start();
	ok(in_ve(91, "", refused, NULL) == 0, "a VE ran the list of refusals");
	ok(in_ve(92, "nesting io_uring bpf perf keys userfaultfd seccomp_notify",
		 opened, NULL) == 0, "a VE with features ran the list");

	ok(in_ve(95, "userns", with_userns, NULL) == 0, "a VE with the feature userns ran");
	ok(in_ve(96, "", without_userns, NULL) == 0, "a VE without it ran");

	/* STARTING: the host's tools are at work inside */
	if (!ve_create(&ve, 93) && !ve_boot(&ve, setting_up, NULL, "STARTING")) {
		close(ve.go);
		ok(ve_join(&ve) == 0, "nothing is refused in STARTING");
	} else {
		ok(false, "VE 93 starts");
	}
	ve_destroy(&ve);

	test_helper();
	ok(!try_unshare(CLONE_NEWUTS) && !try_unshare(CLONE_NEWUSER) && io_uring() >= 0,
	   "the host is refused nothing");
	return test_end();
}
