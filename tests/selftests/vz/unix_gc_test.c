// SPDX-License-Identifier: GPL-2.0-only
/*
 * The collector of sockets in flight, which runs for whoever closes a socket and
 * looks at those of all VEs: it gets a tenth of a CPU, whatever a VE has in
 * flight, and what is garbage still goes. Kernel threads close garbage; they do
 * not linger for a VE, which would keep every other file that they are to close.
 */
#include "sock.h"
#include <dirent.h>
#include <sys/resource.h>

#define MOST_FILES	253	/* in one message: SCM_MAX_FD */
#define WARM_MS		3000
#define WATCH_MS	4000
#define CYCLES		300

static void pair(int *sv)
{
	need(!socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, sv));
}

/*
 * A cycle is garbage once its socket is closed, and found when another is: that
 * which sent it.
 */

/* @n of @fds to @sv[1]. Return: whether there was room. */
static bool send_fds(const int *sv, const int *fds, int n)
{
	char control[CMSG_SPACE(MOST_FILES * sizeof(int))] = { 0 }, c = 0;
	struct iovec iov = { &c, 1 };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = CMSG_SPACE(n * sizeof(int)),
	};
	struct cmsghdr *cmsg = CMSG_FIRSTHDR(&msg);

	cmsg->cmsg_level = SOL_SOCKET;
	cmsg->cmsg_type = SCM_RIGHTS;
	cmsg->cmsg_len = CMSG_LEN(n * sizeof(int));
	memcpy(CMSG_DATA(cmsg), fds, n * sizeof(int));
	return sendmsg(sv[0], &msg, 0) == 1;
}

/* The same with one in @n copies. */
static bool send_files(const int *sv, int fd, int n)
{
	int fds[MOST_FILES], i;

	for (i = 0; i < n; i++)
		fds[i] = fd;
	return send_fds(sv, fds, n);
}

/* As much for the collector to look at as may be, none of it garbage. */
static void fill(double end)
{
	int sv[2], i;

	for (i = 0; i < 16; i++) {
		pair(sv);
		while (test_clock() < end && send_files(sv, sv[1], MOST_FILES))
			;
	}
	while (test_clock() < end)
		ve_sleep_ms(10);
}

/* Each time it is to look at all. */
static void call(double end)
{
	int sv[2];

	while (test_clock() < end) {
		pair(sv);
		close(sv[0]);
		close(sv[1]);
	}
}

/* Garbage with as many files as may be, which kernel threads are to close. */
static void litter(double end)
{
	int sv[2], fds[MOST_FILES], i;

	while (test_clock() < end) {
		if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, sv)) {
			ve_sleep_ms(1);
			continue;
		}
		fds[0] = dup(sv[1]);
		for (i = 1; i < MOST_FILES; i++)
			fds[i] = open("/", O_RDONLY | O_CLOEXEC);
		send_fds(sv, fds, MOST_FILES);
		close_range(3, ~0U, 0);
	}
}

static int run(void (*odd)(double end), void (*even)(double end))
{
	double end = test_clock() + (WARM_MS + WATCH_MS) / 1000. + 1;
	int i;

	for (i = 0; i < 4; i++) {
		pid_t pid = fork();

		need(pid >= 0);
		if (pid)
			continue;
		(i % 2 ? odd : even)(end);
		_exit(0);
	}
	while (wait(NULL) > 0)
		;
	return 0;
}

static int attack_graph(const struct ve *ve)
{
	(void)ve;
	return run(fill, call);
}

static int attack_litter(const struct ve *ve)
{
	(void)ve;
	return run(litter, litter);
}

/* CPU time of the kernel's workers, in ticks. */
static unsigned long workers_ticks(void)
{
	unsigned long user, system, sum = 0;
	char path[300], line[512];
	struct dirent *d;
	DIR *dir = opendir("/proc");

	need(dir);
	while ((d = readdir(dir))) {
		FILE *f;

		snprintf(path, sizeof(path), "/proc/%s/stat", d->d_name);
		f = *d->d_name > '0' && *d->d_name <= '9' ? fopen(path, "re") : NULL;
		if (!f)
			continue;
		if (fgets(line, sizeof(line), f) && strstr(line, "(kworker/") &&
		    sscanf(strrchr(line, ')') + 2,
			   "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user,
			   &system) == 2)
			sum += user + system;
		fclose(f);
	}
	closedir(dir);
	return sum;
}

/* What kernel workers get while @attack runs in the VE, which may have @files. */
static void test_share(struct ve *ve, const char *what, int (*attack)(const struct ve *),
		       long files)
{
	unsigned long before, permille;
	double begin;

	need(!ve_set_ub(ve, "numfile", files, files));
	ve_start(ve, attack, "RUNNING");
	ve_sleep_ms(WARM_MS);
	before = workers_ticks();
	begin = test_clock();
	ve_sleep_ms(WATCH_MS);
	permille =
		(workers_ticks() - before) * 1000 / sysconf(_SC_CLK_TCK) / (test_clock() - begin);
	ok(permille < 300,
	   "%s: kernel workers get no more of a CPU than others can spare: %lu/1000", what,
	   permille);
	ok_eq(ve_wait(ve), 0, "the attack's end");
	need(!ve_set_ub(ve, "numfile", VE_MAX, VE_MAX));
}

static int garbage(const struct ve *ve)
{
	int sv[2], i;

	ok_eq(ve_wait_held(ve, "numothersock", 0), 0, "sockets after the attack");
	ok_eq(ve_wait_held(ve, "numfile", 0), 0, "files after the attack");
	for (i = 0; i < CYCLES; i++) {
		pair(sv);
		need(send_files(sv, sv[1], 2));
		close(sv[1]);
		close(sv[0]);
	}
	ok_eq(ve_wait_held(ve, "numothersock", 0), 0, "sockets after cycles of them");
	ok_eq(ve_wait_held(ve, "numfile", 0), 0, "files after cycles of sockets");
	return 0;
}

/* A connection with more under way than its peer will ever take, closed by a kernel thread. */
static int lingering(const struct ve *ve)
{
	struct linger hour = { 1, 3600 };
	int listener, sv[2], ends[2];
	char bytes[4096] = { 0 };

	lo_up();
	listener = lo_bound(SOCK_STREAM, 0);
	lo_pair(listener, ends);
	while (send(ends[0], bytes, sizeof(bytes), MSG_DONTWAIT) > 0)
		;
	need(errno == EAGAIN);
	need(!setsockopt(ends[0], SOL_SOCKET, SO_LINGER, &hour, sizeof(hour)));
	pair(sv);
	need(send_files(sv, ends[0], 1));
	need(send_files(sv, sv[1], 1));
	close(ends[0]);
	close(sv[1]);
	close(sv[0]);
	ok_eq(ve_wait_held(ve, "numothersock", 0), 0, "sockets after a cycle with a lingering one");
	pair(sv);
	need(send_files(sv, sv[1], 2));
	close(sv[1]);
	close(sv[0]);
	ok_eq(ve_wait_held(ve, "numothersock", 0), 0, "sockets after the next cycle");
	return 0;
}

int main(void)
{
	struct rlimit most = { 1 << 20, 1 << 20 };
	struct ve ve;

	need(!setrlimit(RLIMIT_NOFILE, &most));
	ve_setup(&ve, 139);
	test_share(&ve, "many in flight", attack_graph, VE_MAX);
	test_share(&ve, "much garbage", attack_litter, 3000);
	ve_spawn(&ve, garbage);
	ve_spawn(&ve, lingering);
	ok_eq(ve_wait_held(&ve, "numtcpsock", 0), 0, "connections of the stopped VE");
	ok_eq(ve_wait_held(&ve, "numothersock", 0), 0, "sockets of the stopped VE");
	ok_eq(ve_wait_held(&ve, "numfile", 0), 0, "its files");
	ve_teardown(&ve);
	ok_eq(ve_wait_freed(), 0, "cgroups that are kept");
	return test_end();
}
