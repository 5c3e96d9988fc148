/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Helpers of the selftests: make a VE out of a cgroup, run a function as its
 * init, read and set its beancounters. Run as root on a kernel with CONFIG_VE;
 * needs nothing but libc and a mounted cgroup2.
 *
 *	int main(void)
 *	{
 *		struct ve ve;
 *
 *		ve_setup(&ve, 101);
 *		ve_spawn(&ve, body);		body(&ve) is init of the VE
 *		ve_teardown(&ve);
 *		return test_end();
 *	}
 *
 * Test results are TAP on stdout. Processes of the VE use ok() as well: the
 * counts are in shared memory. What a test cannot do without ends it (need()).
 */
#ifndef _VZ_SELFTESTS_COMMON_H
#define _VZ_SELFTESTS_COMMON_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define CGROUP_ROOT	"/sys/fs/cgroup"
#define VE_MAX		LONG_MAX	/* unlimited */
#define VE_UID(id)	(0x40000000U + (unsigned int)(id) * 65536U)

/* A VE made of the cgroup CGROUP_ROOT/test-<id>. */
struct ve {
	unsigned int id;
	char dir[64];
	int ub_fd;	/* ve.ub.resources, opened by the host's root */
	pid_t keeper;	/* parent of init, in the VE's cgroup */
	int out;	/* what the VE prints */
};

struct ub_row {
	unsigned long held, maxheld, barrier, limit, failcnt;
};

struct test_count {
	int run, failed;
};

static struct test_count *test_count;

static inline void __attribute__((format(printf, 1, 2), noreturn)) die(const char *fmt, ...)
{
	int err = errno;
	va_list ap;

	printf("Bail out! ");
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	printf(": %s\n", strerror(err));
	fflush(stdout);
	_exit(1);
}

/* Something the test builds on. */
#define need(cond) \
	do { if (!(cond)) die("%s:%d: %s", __FILE__, __LINE__, #cond); } while (0)

static inline void test_start(void)
{
	if (test_count)
		return;
	test_count = mmap(NULL, sizeof(*test_count), PROT_READ | PROT_WRITE,
			  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	need(test_count != MAP_FAILED);
	/* The page shall be the host's, not of the VE that would touch it first. */
	test_count->run = 0;
	setvbuf(stdout, NULL, _IOLBF, 512);
}

/* One test. Return: @good. */
static inline bool __attribute__((format(printf, 2, 3))) ok(bool good, const char *fmt, ...)
{
	int err = errno;
	va_list ap;

	test_start();
	printf("%s %d - ", good ? "ok" : "not ok", ++test_count->run);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	if (good)
		printf("\n");
	else
		printf(" (errno %d %s)\n", err, strerror(err));
	fflush(stdout);
	test_count->failed += !good;
	errno = err;
	return good;
}

/* Test that two numbers are equal and show both when not. */
#define ok_eq(is, want, what)							\
	do {									\
		long is_ = (long)(is), want_ = (long)(want);			\
		ok(is_ == want_, "%s: %ld, expected %ld", what, is_, want_);	\
	} while (0)

static inline int test_end(void)
{
	test_start();
	printf("1..%d\n", test_count->run);
	if (test_count->failed)
		printf("# %d of %d failed\n", test_count->failed, test_count->run);
	fflush(stdout);
	return test_count->failed || !test_count->run;
}

static inline void ve_sleep_ms(long ms)
{
	struct timespec ts = { ms / 1000, ms % 1000 * 1000000 };

	while (nanosleep(&ts, &ts) && errno == EINTR)
		;
}

/* Seconds that something may take which the kernel does later, on the busiest machine. */
#define PATIENCE	60

static inline double test_clock(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

/*
 * Wait until @cond holds: what RCU, a worker, an interrupt or another process
 * still has to do. Value: whether it held, when the time was up at the latest.
 */
#define wait_until(cond) ({							\
	double end_ = test_clock() + PATIENCE;					\
	bool last_, good_;							\
										\
	for (;;) {								\
		last_ = test_clock() > end_;					\
		good_ = (cond);							\
		if (good_ || last_)						\
			break;							\
		ve_sleep_ms(10);						\
	}									\
	good_;									\
})

/* How many random rounds: @n, unless ROUNDS in the environment says otherwise. */
static inline int test_rounds(int n)
{
	const char *rounds = getenv("ROUNDS");

	return rounds ? atoi(rounds) : n;
}

/* Write @text to file @name in folder @dir. Return: 0 or the errno. */
static inline int write_at(const char *dir, const char *name, const char *text)
{
	char path[PATH_MAX];
	ssize_t n;
	int fd, err = 0;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return errno;
	n = write(fd, text, strlen(text));
	if (n < 0)
		err = errno;
	close(fd);
	return err;
}

/* First line of file @name in folder @dir, without its end. */
static inline const char *read_at(const char *dir, const char *name, char *buf, size_t size)
{
	char path[PATH_MAX];
	ssize_t n = -1;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		n = read(fd, buf, size - 1);
		close(fd);
	}
	buf[n > 0 ? n : 0] = '\0';
	buf[strcspn(buf, "\n")] = '\0';
	return buf;
}

/* Write to, read from a file of the VE's cgroup. */
static inline int ve_write(const struct ve *ve, const char *name, const char *text)
{
	return write_at(ve->dir, name, text);
}

static inline const char *ve_read(const struct ve *ve, const char *name, char *buf, size_t size)
{
	return read_at(ve->dir, name, buf, size);
}

/* Let those who wait for RCU wait less: as root of the host, for many rounds in short. */
static inline void rcu_hurry(void)
{
	errno = write_at("/sys/kernel", "rcu_expedited", "1");
	need(!errno);
}

/*
 * Make the cgroup of VE @id and bind it. Its state is STOPPED; processes run in
 * the sub-group payload.
 */
static inline void ve_setup(struct ve *ve, unsigned int id)
{
	char text[16], path[128];

	test_start();
	memset(ve, 0, sizeof(*ve));
	ve->id = id;
	snprintf(ve->dir, sizeof(ve->dir), CGROUP_ROOT "/test-%u", id);
	if (access(CGROUP_ROOT "/cgroup.controllers", F_OK))
		need(!mount("cgroup2", CGROUP_ROOT, "cgroup2", 0, NULL));
	errno = write_at(CGROUP_ROOT, "cgroup.subtree_control", "+memory +ve");
	need(!errno);
	need(!mkdir(ve->dir, 0755) || errno == EEXIST);
	snprintf(text, sizeof(text), "%u", id);
	errno = ve_write(ve, "ve.id", text);
	need(!errno);
	snprintf(path, sizeof(path), "%s/payload", ve->dir);
	need(!mkdir(path, 0755));
	snprintf(path, sizeof(path), "%s/ve.ub.resources", ve->dir);
	ve->ub_fd = open(path, O_RDWR | O_CLOEXEC);
	need(ve->ub_fd >= 0);
}

/*
 * Read a row. Works inside the VE too: the descriptor was opened on the host.
 * Return: the row, zeros when there is none of that name.
 */
static inline struct ub_row ve_read_ub(const struct ve *ve, const char *name)
{
	struct ub_row row = { 0 };
	size_t len = strlen(name);
	char buf[4096], *line, *next;
	ssize_t n;

	n = pread(ve->ub_fd, buf, sizeof(buf) - 1, 0);
	need(n > 0);
	buf[n] = '\0';
	for (line = buf; line; line = next) {
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		if (!strncmp(line, name, len) && line[len] == ' ')
			sscanf(line + len, "%lu %lu %lu %lu %lu", &row.held, &row.maxheld,
			       &row.barrier, &row.limit, &row.failcnt);
	}
	return row;
}

/* Set a row. Works inside the VE too. Return: 0 or the errno. */
static inline int ve_set_ub(const struct ve *ve, const char *name, long barrier, long limit)
{
	char text[96];
	int n = snprintf(text, sizeof(text), "%s %ld %ld", name, barrier, limit);

	return pwrite(ve->ub_fd, text, n, 0) == n ? 0 : errno;
}

/* Wait until held is at most @most. Return: held. */
static inline unsigned long ve_wait_held(const struct ve *ve, const char *name, unsigned long most)
{
	unsigned long held = 0;

	wait_until((held = ve_read_ub(ve, name).held) <= most);
	return held;
}

static inline void ve_write_map(pid_t pid, const char *name, unsigned int id)
{
	char dir[32], text[64];

	snprintf(dir, sizeof(dir), "/proc/%d", pid);
	snprintf(text, sizeof(text), "0 %u 65536", VE_UID(id));
	errno = write_at(dir, name, text);
	need(!errno);
}

/* In the VE's cgroup: make init and wait for it. */
static inline void __attribute__((noreturn))
ve_keeper(const struct ve *ve, int (*body)(const struct ve *), int report, int go)
{
	char dir[128], c;
	int status;
	pid_t pid;

	snprintf(dir, sizeof(dir), "%s/payload", ve->dir);
	errno = write_at(dir, "cgroup.procs", "0");
	need(!errno);
	pid = syscall(SYS_clone, CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWNET |
		      CLONE_NEWIPC | CLONE_NEWUTS | SIGCHLD, 0, 0, 0, 0);
	need(pid >= 0);
	if (!pid) {
		need(read(go, &c, 1) == 1);
		need(!setresgid(0, 0, 0) && !setresuid(0, 0, 0));
		status = body(ve);
		fflush(stdout);
		_exit(status);
	}
	need(write(report, &pid, sizeof(pid)) == sizeof(pid));
	need(waitpid(pid, &status, 0) == pid);
	_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}

/*
 * Start @body as init of new user, pid, mount, net, ipc and uts namespaces in
 * the VE, with the VE in state @state once init runs (RUNNING by default;
 * STARTING leaves it there).
 */
static inline void ve_start(struct ve *ve, int (*body)(const struct ve *), const char *state)
{
	int report[2], go[2], out[2];
	pid_t init;

	/*
	 * The VE prints into a pipe of its own: a pipe keeps pages of its
	 * writers, which would keep the VE as long as our stdout.
	 */
	need(!pipe2(report, O_CLOEXEC) && !pipe2(go, O_CLOEXEC) && !pipe2(out, O_CLOEXEC));
	errno = ve_write(ve, "ve.state", "STARTING");
	need(!errno);
	fflush(stdout);
	ve->keeper = fork();
	need(ve->keeper >= 0);
	if (!ve->keeper) {
		close(report[0]);
		close(go[1]);
		close(out[0]);
		need(dup2(out[1], STDOUT_FILENO) == STDOUT_FILENO);
		close(out[1]);
		ve_keeper(ve, body, report[1], go[0]);
	}
	close(report[1]);
	close(go[0]);
	close(out[1]);
	ve->out = out[0];
	need(read(report[0], &init, sizeof(init)) == sizeof(init));
	close(report[0]);
	ve_write_map(init, "uid_map", ve->id);
	ve_write_map(init, "gid_map", ve->id);
	if (strcmp(state, "STARTING")) {
		errno = ve_write(ve, "ve.state", state);
		need(!errno);
	}
	need(write(go[1], "", 1) == 1);
	close(go[1]);
}

/* Pass on what the VE prints until init's end. Return: its exit status, 128 + signal when killed.
 */
static inline int ve_wait(struct ve *ve)
{
	char text[1024];
	char state[32];
	int status;
	ssize_t n;

	while ((n = read(ve->out, text, sizeof(text))) > 0)
		fwrite(text, 1, n, stdout);
	fflush(stdout);
	close(ve->out);
	need(waitpid(ve->keeper, &status, 0) == ve->keeper);
	ve->keeper = 0;
	/* The keeper was the last task; its release may be a moment away. */
	if (!wait_until(!ve_write(ve, "ve.state", "STOPPED") ||
			!strcmp(ve_read(ve, "ve.state", state, sizeof(state)), "STOPPED")))
		ok(false, "VE %u is %s, not STOPPED", ve->id, state);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* Run @body as init of the VE, in state RUNNING, to its end. */
static inline int ve_spawn(struct ve *ve, int (*body)(const struct ve *))
{
	int status;

	ve_start(ve, body, "RUNNING");
	status = ve_wait(ve);
	ok(!status, "init of VE %u ended with %d", ve->id, status);
	return status;
}

/* Remove the VE. */
static inline void ve_teardown(struct ve *ve)
{
	char path[128];

	close(ve->ub_fd);
	snprintf(path, sizeof(path), "%s/payload", ve->dir);
	wait_until(!rmdir(path) || errno != EBUSY);
	wait_until(!rmdir(ve->dir) || errno != EBUSY);
	ok(access(ve->dir, F_OK), "cgroup of VE %u is gone", ve->id);
}

/*
 * Each CPU keeps pages, and bytes of kernel memory, in stock for the cgroup that
 * used them last, and with them that cgroup; giving up its bytes makes its pages
 * the stock. Let another cgroup use both on every CPU. The kernel also frees a
 * net namespace only when the next one has gone: make one.
 */
static inline void flush_stocks(void)
{
	const char *dir = CGROUP_ROOT "/test-flush";
	int status, cpu;
	pid_t pid;

	need(!mkdir(dir, 0755) || errno == EEXIST);
	pid = fork();
	need(pid >= 0);
	if (!pid) {
		errno = write_at(dir, "cgroup.procs", "0");
		need(!errno);
		for (cpu = 0; cpu < CPU_SETSIZE; cpu++) {
			cpu_set_t set;
			int fds[2];
			char *page;

			CPU_ZERO(&set);
			CPU_SET(cpu, &set);
			if (sched_setaffinity(0, sizeof(set), &set))
				continue;
			need(!pipe(fds));
			close(fds[0]);
			close(fds[1]);
			page = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
				    MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
			need(page != MAP_FAILED && !munmap(page, 4096));
		}
		need(!unshare(CLONE_NEWNET));
		_exit(0);
	}
	need(waitpid(pid, &status, 0) == pid && !status);
}

/*
 * The kernel never drops the last unused entry of sysfs, which keeps the VE that
 * looked at it first: half of one is none (seeks is 0, do_shrink_slab()). Two go.
 */
static inline void touch_sysfs(void)
{
	access("/sys/kernel/notes", F_OK);
	access("/sys/kernel/uevent_seqnum", F_OK);
	/* cgroupfs does the same. */
	access(CGROUP_ROOT "/cgroup.controllers", F_OK);
	access(CGROUP_ROOT "/cgroup.max.depth", F_OK);
	access(CGROUP_ROOT "/cgroup.threads", F_OK);
}

/* Removed cgroups that were kept before this test: another one's. */
static int dying_before;

static int dying_now(char *buf, size_t size)
{
	int fd = open(CGROUP_ROOT "/cgroup.stat", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, buf, size - 1);
	char *at;

	if (fd >= 0)
		close(fd);
	if (n <= 0)
		return -1;
	buf[n] = '\0';
	at = strstr(buf, "nr_dying_descendants ");
	need(at);
	return atoi(at + strlen("nr_dying_descendants "));
}

__attribute__((constructor)) static void look_dying_before(void)
{
	char buf[1024];
	int n = dying_now(buf, sizeof(buf));

	dying_before = n < 0 ? 0 : n;
}

/*
 * Wait until the kernel has freed every removed cgroup, emptying caches on the
 * way. Return: how many of this test it still keeps; more than 0 means that
 * something holds a reference for ever.
 */
static inline int ve_wait_freed(void)
{
	int i, dying = dying_before + 1;
	char buf[1024], *at;

	for (i = 0; i < 300 && dying > dying_before; i++) {
		touch_sysfs();
		write_at("/proc/sys/vm", "drop_caches", "3");
		flush_stocks();
		ve_sleep_ms(200);
		dying = dying_now(buf, sizeof(buf));
		need(dying >= 0);
	}
	/* By which controllers. */
	for (at = dying > dying_before ? strtok(buf, "\n") : NULL; at; at = strtok(NULL, "\n"))
		printf("# %s\n", at);
	return dying > dying_before ? dying - dying_before : 0;
}

#endif /* _VZ_SELFTESTS_COMMON_H */
