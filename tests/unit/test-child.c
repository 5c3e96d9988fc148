// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a process of a VE has from the session of whoever called the tool:
 * nothing. Each attribute gets an odd value in a child, which then resets
 * itself and runs a program's worth of looking.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "libvz/child.h"
#include "libvz/file.h"
#include "tests/unit/tap.h"

#define WHAT_MAX	64

static struct value {
	char name[24];
	long long v;
} *now;
static int nr;

static void note(const char *name, int n, long long v)
{
	snprintf(now[nr].name, sizeof(now[nr].name), n < 0 ? "%s" : "%s %d", name, n);
	now[nr++].v = v;
}

static long long of_file(const char *path)
{
	char *text = NULL;
	long long v;

	if (vz_read_file(path, &text))
		return -1;
	v = strtoll(text, NULL, strstr(path, "filter") ? 16 : 10);
	free(text);
	return v;
}

/* All that is handed down and can be asked for. */
static void look(void)
{
	struct sigaction a;
	struct rlimit r;
	cpu_set_t cpus;
	sigset_t mask;
	int i, mode = 0;
	mode_t um = umask(0);

	nr = 0;
	umask(um);
	for (i = 0; i < RLIM_NLIMITS; i++) {
		getrlimit(i, &r);
		note("soft limit", i, r.rlim_cur);
		note("hard limit", i, r.rlim_max);
	}
	note("umask", -1, um);
	note("policy", -1, sched_getscheduler(0));
	note("nice", -1, getpriority(PRIO_PROCESS, 0));
	sched_getaffinity(0, sizeof(cpus), &cpus);
	note("cpus", -1, CPU_COUNT(&cpus));
	note("memory policy", -1, syscall(SYS_get_mempolicy, &mode, NULL, 0, NULL, 0) ? -1 : mode);
	note("io priority", -1, syscall(SYS_ioprio_get, 1, 0));
	note("personality", -1, personality(0xffffffff));
	note("timer slack", -1, prctl(PR_GET_TIMERSLACK));
	note("huge pages off", -1, prctl(PR_GET_THP_DISABLE, 0, 0, 0, 0));
	note("dump filter", -1, of_file("/proc/self/coredump_filter"));
	note("oom score", -1, of_file("/proc/self/oom_score_adj"));
	sigprocmask(SIG_SETMASK, NULL, &mask);
	note("blocked", -1, sigismember(&mask, SIGUSR1) + sigismember(&mask, SIGRTMIN + 3));
	sigaction(SIGPIPE, NULL, &a);
	note("ignored", -1, a.sa_handler == SIG_IGN);
}

static void be_odd(void)
{
	struct sched_param none = { 0 };
	cpu_set_t one;
	sigset_t mask;
	int i;

	sigfillset(&mask);
	sigprocmask(SIG_SETMASK, &mask, NULL);
	signal(SIGPIPE, SIG_IGN);
	umask(077);
	CPU_ZERO(&one);
	CPU_SET(sched_getcpu(), &one);
	sched_setaffinity(0, sizeof(one), &one);
	sched_setscheduler(0, SCHED_BATCH, &none);
	setpriority(PRIO_PROCESS, 0, 7);
	syscall(SYS_set_mempolicy, 1, &(unsigned long){ 1 }, 64);
	syscall(SYS_ioprio_set, 1, 0, 3 << 13);
	personality(ADDR_NO_RANDOMIZE);
	prctl(PR_SET_TIMERSLACK, 12345);
	prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
	vz_write_file("/proc/self/coredump_filter", "0x7f");
	vz_write_file("/proc/self/oom_score_adj", "500");
	for (i = 0; i < RLIM_NLIMITS; i++) {
		struct rlimit r;

		/* The sanitizers need address space. */
		if (i == RLIMIT_AS || i == RLIMIT_DATA || getrlimit(i, &r))
			continue;
		r.rlim_cur = i == RLIMIT_NOFILE						 ? 40
			     : i == RLIMIT_CPU						 ? 1000
			     : i == RLIMIT_NPROC					 ? 20000
			     : i == RLIMIT_STACK || i == RLIMIT_FSIZE || i == RLIMIT_RSS ? 1 << 30
											 : 5;
		r.rlim_max = r.rlim_max == RLIM_INFINITY ? r.rlim_cur + 100 : r.rlim_max;
		r.rlim_cur = r.rlim_cur > r.rlim_max ? r.rlim_max : r.rlim_cur;
		setrlimit(i, &r);
	}
}

static bool in_child(bool odd, bool reset, struct value *out)
{
	int p[2], status, n = 0;
	pid_t pid;

	if (pipe(p))
		return false;
	pid = fork();
	if (!pid) {
		struct vz_err e = { 0 };

		if (odd)
			be_odd();
		if (reset && vz_child_reset(&e)) {
			fprintf(stderr, "# %s\n", e.msg);
			_exit(2);
		}
		/* As exec and the next fork see it. */
		if (!fork()) {
			look();
			if (write(p[1], &nr, sizeof(nr)) != sizeof(nr) ||
			    write(p[1], now, nr * sizeof(*now)) < 0)
				_exit(1);
			_exit(0);
		}
		wait(NULL);
		_exit(0);
	}
	close(p[1]);
	if (read(p[0], &n, sizeof(n)) != sizeof(n) || n > WHAT_MAX ||
	    read(p[0], out, n * sizeof(*out)) != (ssize_t)(n * sizeof(*out)))
		n = 0;
	close(p[0]);
	waitpid(pid, &status, 0);
	nr = n;
	if (!n || status)
		printf("# odd %d reset %d: %d values, status %x\n", odd, reset, n, status);
	return n && !status;
}

static struct value plain[WHAT_MAX], odd[WHAT_MAX], reset_plain[WHAT_MAX], reset_odd[WHAT_MAX];

static void nothing_is_handed_down(void)
{
	int differ = 0, wrong = 0;

	CHECK(in_child(false, false, plain) && in_child(true, false, odd));
	CHECK(in_child(false, true, reset_plain) && in_child(true, true, reset_odd));
	for (int i = 0; i < nr; i++) {
		bool took = plain[i].v != odd[i].v;

		differ += took;
		if (reset_plain[i].v == reset_odd[i].v)
			continue;
		printf("# %s: %lld, with an odd session %lld\n", plain[i].name, reset_plain[i].v,
		       reset_odd[i].v);
		wrong++;
	}
	printf("# %d attributes, of which %d could be made odd\n", nr, differ);
	CHECK(!wrong && differ >= 20);
}

static void the_ve_has_its_own(void)
{
	static const struct value want[] = {
		{ "umask", 022 }, { "nice", 0 }, { "timer slack", 50000 }, { "dump filter", 0x33 },
		{ "oom score", 0 }, { "blocked", 0 }, { "ignored", 0 }, { "personality", 0 },
		{ "soft limit 7", 1024 }, { "hard limit 7", 1048576 }, { "policy", SCHED_OTHER },
	};

	CHECK(in_child(true, true, reset_odd));
	for (size_t k = 0; k < sizeof(want) / sizeof(want[0]); k++) {
		int i;

		for (i = 0; i < nr && strcmp(reset_odd[i].name, want[k].name); i++)
			;
		if (i == nr || reset_odd[i].v != want[k].v)
			printf("# %s\n", want[k].name);
		CHECK(i < nr && reset_odd[i].v == want[k].v);
	}
}

/* What cannot be undone is told, not handed down. */
static void what_stays_is_refused(void)
{
	int status;
	pid_t pid = fork();

	if (!pid) {
		struct vz_err e = { 0 };

		prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
		_exit(vz_child_reset(&e) == -EPERM && strstr(e.msg, "no_new_privs") ? 0 : 1);
	}
	CHECK(waitpid(pid, &status, 0) == pid && !status);
}

static void tools_start_clean(void)
{
	int status;
	pid_t pid = fork();

	if (!pid) {
		struct stat st;
		sigset_t mask;

		be_odd();
		signal(SIGCHLD, SIG_IGN);
		close(0);
		close(2);
		vz_tool_prepare();
		sigprocmask(SIG_SETMASK, NULL, &mask);
		if (fstat(0, &st) || fstat(2, &st) || sigismember(&mask, SIGTERM) ||
		    umask(0) != 022)
			_exit(1);
		if (!fork())
			_exit(0);
		_exit(wait(&status) < 0 ? 2 : 0);
	}
	CHECK(waitpid(pid, &status, 0) == pid && !status);
}

int main(void)
{
	struct rlimit any = { RLIM_INFINITY, RLIM_INFINITY };

	now = calloc(WHAT_MAX, sizeof(*now));
	if (!now || prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) || prctl(PR_GET_SECCOMP, 0, 0, 0, 0)) {
		printf("ok child_reset # SKIP this session cannot be left\n");
		return 0;
	}
	/* Root of a container may not go beyond its own; tests/vm/vzctl.sh looks at VEs. */
	if (setrlimit(RLIMIT_MEMLOCK, &any)) {
		printf("ok nothing_is_handed_down # SKIP root may not raise limits here\n");
	} else {
		TEST(nothing_is_handed_down);
		TEST(the_ve_has_its_own);
	}
	TEST(what_stays_is_refused);
	TEST(tools_start_clean);
	return tap_failed;
}
