// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel log of a VE: what its programs write and what the kernel says of
 * them is there and in no other log; whoever reads it, writes it, fills it or
 * holds it open goes wrong only for himself; a restored VE has it again.
 */
#include "vz.h"
#include <poll.h>
#include <sys/klog.h>
#include <sys/prctl.h>
#include <sys/sysmacros.h>

#define KMSG	"/tmp/vz-kmsg"		/* a node that anybody may use */
#define ALL	(256 << 10)
#define NOWHERE	((char *)(sizeof(long) * shared->one))

enum { READ = 2, READ_ALL, READ_CLEAR, CLEAR, UNREAD = 9, SIZE };	/* of syslog(2) */

static struct shared {
	volatile int	ready, go;
	volatile long	one;		/* 1, and no constant */
	char		all[ALL];
} *shared;

/* All that syslog(2) gives, in shared->all. */
static char *all(int type)
{
	int n = klogctl(type, shared->all, ALL - 1);

	shared->all[n > 0 ? n : 0] = '\0';
	return shared->all;
}

static bool logged(const char *what)
{
	return strstr(all(READ_ALL), what);
}

static int say(const char *what)
{
	int fd = open(KMSG, O_WRONLY | O_CLOEXEC), ret;

	ret = fd < 0 ? -1 : write(fd, what, strlen(what));
	close(fd);
	return ret;
}

/* Next record of @fd, "" when there is none. */
static char *record(int fd)
{
	static char buf[8192];
	int n = read(fd, buf, sizeof(buf) - 1);

	buf[n > 0 ? n : 0] = '\0';
	return buf;
}

static void test_records(void)
{
	int fd = open(KMSG, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	unsigned long long seq, us, up;
	struct timespec ts;
	unsigned int pri;
	char big[1200];
	char *p;

	if (!ok(fd >= 0, "a VE opens /dev/kmsg"))
		return;
	fails_with(EAGAIN, read(fd, big, sizeof(big)), "its log is empty at first");
	ok(klogctl(READ_ALL, big, sizeof(big)) == 0 && klogctl(UNREAD, NULL, 0) == 0 &&
	   klogctl(SIZE, NULL, 0) > 0, "for syslog(2) as well");
	ok(write(fd, "<5>one line\n", 12) == 12, "it may be written");
	p = record(fd);
	clock_gettime(CLOCK_BOOTTIME, &ts);
	up = ts.tv_sec * 1000000ull + ts.tv_nsec / 1000;
	ok(sscanf(p, "%u,%llu,%llu,-;", &pri, &seq, &us) == 3 && pri == 13 && !seq && us <= up &&
	   us + 5000000 > up && strstr(p, ";one line\n"), "a record comes out: %s", p);
	ok(strstr(all(READ_ALL), "<13>[") && strstr(shared->all, "] one line\n"),
	   "as a line as well: %s", shared->all);
	ok(write(fd, "<0>no kernel", 12) == 12 && !strncmp(record(fd), "8,1,", 4),
	   "what a program writes never passes for the kernel's");
	ok(write(fd, "a\x1b[2J\\\xff\nb", 9) == 9 &&
	   strstr(record(fd), ";a\\x1b[2J\\x5c\\xff\\x0ab\n"),
	   "bytes that are no text are shown as numbers");
	ok(strstr(all(READ_ALL), "\n<12>[") && strstr(strstr(shared->all, "[2J"), "] b\n"),
	   "each line of a message has a head");
	ok(write(fd, "<99999999999999999999>x", 23) == 23 && strstr(record(fd), ";x\n"),
	   "any number is taken for a level");
	ok(write(fd, "<12", 3) == 3 && strstr(record(fd), ";<12\n"), "and half a one for text");
	ok(write(fd, "", 0) == 0 && !strncmp(record(fd), "12,5,", 5), "an empty message is one");
	memset(big, 'x', sizeof(big));
	fails_with(EINVAL, write(fd, big, 1025), "a message that is too long is refused");
	ok(write(fd, big, 1024) == 1024, "the longest is not");
	fails_with(EINVAL, read(fd, big, 1000), "a reader needs room for it");
	fails_with(EFAULT, read(fd, NOWHERE, sizeof(big)), "and an address");
	fails_with(EAGAIN, read(fd, big, sizeof(big)), "what could not be copied is read");
	fails_with(EFAULT, write(fd, NOWHERE, 10), "so does a writer");
	fails_with(ESPIPE, lseek(fd, 3, SEEK_SET), "there is no seeking to a byte");
	fails_with(EINVAL, lseek(fd, 0, SEEK_CUR), "nor from here");
	ok(!lseek(fd, 0, SEEK_SET) && !strncmp(record(fd), "13,0,", 5), "but to the first");
	ok(!lseek(fd, 0, SEEK_END) && !*record(fd) && errno == EAGAIN, "and behind the last");
	ok(!klogctl(CLEAR, NULL, 0) && !*all(READ_ALL), "cleared, nothing is shown");
	ok(!lseek(fd, 0, SEEK_DATA) && !*record(fd), "by SEEK_DATA neither");
	ok(!lseek(fd, 0, SEEK_SET) && !strncmp(record(fd), "13,0,", 5), "it is there still");
	close(fd);
}

/* What is written to one file is limited, as on the host. */
static void test_bound(void)
{
	int fd = open(KMSG, O_WRONLY | O_CLOEXEC), i, n = 0;
	char *p;

	klogctl(CLEAR, NULL, 0);
	for (i = 0; i < 100; i++)
		if (write(fd, "many", 4) != 4)
			break;
	close(fd);
	for (p = all(READ_ALL); (p = strstr(p, "many")); p++)
		n++;
	ok(i == 100 && n >= 5 && n <= 30, "of 100 messages in a row %d are kept", n);
}

static void test_full(void)
{
	int fd = open(KMSG, O_RDONLY | O_NONBLOCK | O_CLOEXEC), i, n = 0;
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	char line[900];
	unsigned int seq, last;

	memset(line, 'y', sizeof(line));
	line[sizeof(line) - 1] = '\0';
	for (i = 0; i < 500; i++)
		if (say(line) != sizeof(line) - 1)
			break;
	ok(i == 500, "a log that is full takes more");
	ok(poll(&pfd, 1, 0) == 1 && pfd.revents & POLLERR, "poll tells who lost some");
	fails_with(EPIPE, read(fd, line, sizeof(line)), "and read does");
	if (sscanf(record(fd), "%*u,%u,", &last) != 1)
		last = 0;
	ok(last > 100, "the oldest went first: it goes on at %u", last);
	while (sscanf(record(fd), "%*u,%u,", &seq) == 1 && seq == last + 1 && ++n)
		last = seq;
	ok(n > 30, "%d more are there, none is missing", n);
	fails_with(EAGAIN, read(fd, line, sizeof(line)), "and no more");
	ok(klogctl(READ_ALL, shared->all, 3000) > 1500 &&
	   !strncmp(shared->all, "<12>[", 5), "of what does not fit the last is shown");
	close(fd);
}

/* Lines in pieces of any size make up what READ_ALL shows. */
static void test_parts(void)
{
	static char parts[2000];
	size_t n = 0;
	int ret;

	while (klogctl(UNREAD, NULL, 0) > 0)
		if (klogctl(READ, shared->all, ALL) <= 0)
			break;
	klogctl(CLEAR, NULL, 0);
	say("<4>first\nof two");
	say("<4>second");
	ret = klogctl(UNREAD, NULL, 0);
	while (n < sizeof(parts) - 8 && klogctl(UNREAD, NULL, 0) > 0)
		n += klogctl(READ, parts + n, 7);
	parts[n] = '\0';
	ok(ret == (int)n && !strcmp(parts, all(READ_ALL)), "read in parts it is whole: %s", parts);
	say("<4>third");
	fails_with(EFAULT, klogctl(READ, NOWHERE, 100), "an address is looked at");
	fails_with(EINVAL, klogctl(READ, NULL, 100), "none at all is no address");
	fails_with(EINVAL, klogctl(READ, parts, -1), "nor is a size below zero one");
	fails_with(EINVAL, klogctl(77, NULL, 0), "an unknown action is refused");
}

static void test_proc(void)
{
	int fd = open("/proc/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC), status;
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	char buf[4096] = "";
	pid_t pid;

	if (!ok(fd >= 0, "a VE opens /proc/kmsg"))
		return;
	while (read(fd, buf, sizeof(buf)) > 0)
		;
	ok(errno == EAGAIN && !poll(&pfd, 1, 0), "all of it was read");
	pid = fork();
	if (!pid) {
		usleep(200000);
		_exit(say("wake up") != 7);
	}
	ok(poll(&pfd, 1, 10000) == 1 && pfd.revents == POLLIN, "poll wakes when a message comes");
	memset(buf, 0, sizeof(buf));
	ok(read(fd, buf, sizeof(buf) - 1) > 0 && strstr(buf, "] wake up\n"), "which is read");
	waitpid(pid, &status, 0);
	fcntl(fd, F_SETFL, 0);
	pid = fork();
	if (!pid) {
		usleep(200000);
		_exit(say("once more") != 9);
	}
	memset(buf, 0, sizeof(buf));
	ok(read(fd, buf, sizeof(buf) - 1) > 0 && strstr(buf, "] once more\n"),
	   "a reader that waits gets the next");
	waitpid(pid, &status, 0);
	close(fd);
}

/* A child that dies by @signal in the way that @die is; its pid. */
static pid_t dies(int signal, void (*die_of)(void))
{
	pid_t pid = fork();
	int status;

	if (!pid) {
		prctl(PR_SET_NAME, "dies\nVE 1: x");
		die_of();
		_exit(0);
	}
	return waitpid(pid, &status, 0) == pid && WIFSIGNALED(status) &&
	       WTERMSIG(status) == signal ? pid : -1;
}

static void of_address(void)
{
	*(volatile int *)0x123 = 1;
}

static void of_instruction(void)
{
	__builtin_trap();
}

static void of_memory(void)
{
	size_t size = 256UL << 20, i;
	char *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	for (i = 0; i < size; i += 4096)
		((volatile char *)p)[i] = 1;
}

static void test_deaths(void)
{
	char want[64];
	pid_t pid;

	klogctl(CLEAR, NULL, 0);
	pid = dies(SIGSEGV, of_address);
	snprintf(want, sizeof(want), "[%d]: segfault at 123 ip ", pid);
	ok(pid > 0 && logged(want), "a fault is noted with the VE's number: %s", shared->all);
	ok(strstr(shared->all, " in log_test["), "and with where it was");
	pid = dies(SIGILL, of_instruction);
	snprintf(want, sizeof(want), "[%d]: trap invalid opcode ", pid);
	ok(pid > 0 && logged(want), "so is a trap: %s", shared->all);
	pid = dies(SIGKILL, of_memory);
	snprintf(want, sizeof(want), ": Killed process %d (dies", pid);
	ok(pid > 0 && logged(want), "and who was killed for memory: %s", shared->all);
}

/* As many processes as the VE may have, and one more. */
static void test_refused(void)
{
	pid_t pid[64];
	int n, i;

	for (n = 0; n < 64; n++) {
		pid[n] = fork();
		if (!pid[n]) {
			pause();
			_exit(0);
		}
		if (pid[n] < 0)
			break;
	}
	ok(n < 64 && errno == EAGAIN && wait_until(logged("numproc: 1 more refused to log_test, ")),
	   "what was refused is noted: %s", shared->all);
	for (i = 0; i < n; i++) {
		kill(pid[i], SIGKILL);
		waitpid(pid[i], NULL, 0);
	}
}

static int as_user(void)
{
	char buf[100];

	if (setgid(1000) || setuid(1000))
		return 1;
	if (klogctl(CLEAR, NULL, 0) != -1 || klogctl(READ, buf, 100) != -1 ||
	    open("/proc/kmsg", O_RDONLY) >= 0)
		return 2;
	if (unshare(CLONE_NEWUSER))
		return 3;
	return klogctl(CLEAR, NULL, 0) != -1 || errno != EPERM ? 4 : 0;
}

static void test_user(void)
{
	pid_t pid = fork();
	int status;

	if (!pid)
		_exit(as_user());
	ok(waitpid(pid, &status, 0) == pid && !status,
	   "a user may not, not even as root of a namespace of his own (%#x)", status);
}

/* All at once for a while: nothing hangs, no record is torn. */
static void test_race(void)
{
	int i, status, bad = 0;
	pid_t pid[6];
	time_t end = time(NULL) + 3;

	for (i = 0; i < 6; i++) {
		pid[i] = fork();
		if (pid[i])
			continue;
		int fd = open(i % 2 ? KMSG : "/proc/kmsg", O_RDONLY | O_NONBLOCK);
		char buf[4096], *p;

		while (time(NULL) < end) {
			if (i < 2) {
				say("race AAAAAAAAAAAAAAAA\n");
				say("race BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB\n");
				continue;
			}
			int n = read(fd, buf, sizeof(buf) - 1);

			buf[n > 0 ? n : 0] = '\0';
			for (p = buf; (p = strstr(p, "race ")); p += 5)
				if (strspn(p + 5, "A") != 16 && strspn(p + 5, "B") != 42)
					_exit(1);
			if (n > 0 && buf[n - 1] != '\n')
				_exit(2);
			klogctl(READ_ALL, buf, sizeof(buf));
			lseek(fd, 0, SEEK_SET);
		}
		_exit(0);
	}
	for (i = 0; i < 6; i++)
		bad += waitpid(pid[i], &status, 0) != pid[i] || status;
	ok(!bad, "many at once see whole records");
}

static int first(void *arg)
{
	(void)arg;
	test_records();
	test_bound();
	test_full();
	test_parts();
	test_proc();
	test_deaths();
	test_refused();
	test_user();
	test_race();
	klogctl(CLEAR, NULL, 0);
	say("secret of VE 91");
	return 0;
}

static int second(void *arg)
{
	(void)arg;
	ok(!logged("secret"), "a VE does not see another's log");
	say("from VE 92");
	/* Held open by the host when this is over. */
	if (dup2(open(KMSG, O_RDWR), 50) != 50)
		return 1;
	if (!fork()) {
		char buf[100];
		int fd = open("/proc/kmsg", O_RDONLY);

		while (read(fd, buf, sizeof(buf)) > 0)
			;
		_exit(0);
	}
	shared->ready = 1;
	return !wait_until(shared->go);
}

/* pid of init of the VE as the host sees it */
static pid_t init_of(const struct test_ve *ve)
{
	return atoi(read_file(ve_path(ve, "ve.init")));
}

static void test_held(void)
{
	struct pollfd pfd = { .events = POLLIN };
	struct test_ve ve;
	char *p;
	int pid;

	shared->ready = shared->go = 0;
	need(!ve_create(&ve, 92) && !ve_boot(&ve, second, NULL, "STARTING") && !ve_run(&ve));
	need(wait_until(shared->ready));
	pid = syscall(SYS_pidfd_open, init_of(&ve), 0);
	pfd.fd = syscall(SYS_pidfd_getfd, pid, 50, 0);
	need(pfd.fd >= 0);
	fcntl(pfd.fd, F_SETFL, O_NONBLOCK);
	shared->go = 1;
	ok(!ve_join(&ve), "a VE stops though somebody waits for its log");
	need(ve_wait_state(&ve, "STOPPED"));
	ok(strstr(read_file(ve_path(&ve, "ve.log")), " from VE 92"), "then the host has its log");
	need(!ve_boot(&ve, second, NULL, "STARTING"));
	ok(!strstr(read_file(ve_path(&ve, "ve.log")), "from VE 92"),
	   "a new start begins a new one");
	shared->go = 1;
	need(!ve_run(&ve) && !ve_join(&ve));
	ve_destroy(&ve);
	ok(access(ve.dir, F_OK), "a file of it does not keep a VE");
	p = record(pfd.fd);
	ok(strstr(p, ";from VE 92\n"), "who has it open reads it to the end: %s", p);
	ok(poll(&pfd, 1, 0) == 1 && pfd.revents & POLLHUP && read(pfd.fd, shared->all, 100) == 0,
	   "which is the end");
	ok(write(pfd.fd, "x", 1) == 1, "writing goes nowhere");
	close(pfd.fd);
	close(pid);
}

/* Host: nothing of what VE 91 wrote, but its dead programs with the number of the VE. */
static void test_host(void)
{
	ok(!logged("secret") && !logged("one line") && !logged("race AA") && !logged("race BB"),
	   "the host's log has nothing that a VE wrote");
	ok(logged("VE 91: dies?VE 1: x["), "but what died there, and no line that a name forged");
	ok(logged("VE 91: killed process "), "and who was killed for memory");
	ok(logged("VE 91: numproc: "), "and what was refused");
}

static int restored(void *arg)
{
	int fd = open(KMSG, O_RDONLY | O_NONBLOCK);

	(void)arg;
	ok(!strncmp(record(fd), "6,70,", 5) && !strncmp(record(fd), "12,71,", 6) && !*record(fd),
	   "a restored VE has its log, by the same numbers");
	ok(strstr(all(READ_ALL), "<12>[") && strstr(shared->all, "] two\\\n<") &&
	   !strstr(shared->all, "one"), "it knows what was cleared: %s", shared->all);
	ok(strstr(strstr(shared->all, "two\\"), "lines\n"), "and each byte");
	ok(klogctl(UNREAD, NULL, 0) > 0, "and what was not read");
	say("new");
	ok(!strncmp(record(fd), "12,72,", 6), "what comes then follows");
	return 0;
}

static void test_restore(void)
{
	static const char *const bad[] = {
		"6", "6 7", "x 7 text", "70000 7 text", "6 9999999999999999999999 text",
		"6 7 \\x4", "6 7 \\q00", "now", "now 1 first 2 read 3",
		"now 1 first -2 read 3 clear x", "now 1 first 2 read 3 clear 4 more",
		"now 1 first 18446744073709551615 read 0 clear 0",
	};
	struct test_ve ve;
	size_t i;

	need(!ve_create(&ve, 93));
	fails_with(EBUSY, write_file(ve_path(&ve, "ve.log"), "6 7 x"),
		   "only a VE that is restored");
	need(!ve_boot(&ve, restored, NULL, "RESTORING"));
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		fails_with(EINVAL, write_file(ve_path(&ve, "ve.log"), "%s", bad[i]),
			   "\"%s\" is no record", bad[i]);
	ok(!write_file(ve_path(&ve, "ve.log"),
		       "now 50000000000 first 70 read 71 clear 71\n6 49000000000 one\n"),
	   "a log is taken");
	ok(!write_file(ve_path(&ve, "ve.log"), "12 -5 two\\x5c\\x0alines\n"), "line by line");
	fails_with(EBUSY, write_file(ve_path(&ve, "ve.log"), "now 1 first 0 read 0 clear 0"),
		   "it begins once");
	ok(strstr(read_file(ve_path(&ve, "ve.log")), "first 70 read 71 clear 71\n6 "),
	   "and it is what the host reads");
	need(!ve_run(&ve));
	fails_with(EBUSY, write_file(ve_path(&ve, "ve.log"), "6 7 x"), "not when it runs");
	ok(!ve_join(&ve), "VE 93 ran");
	ve_destroy(&ve);
}

static unsigned long kmemsize(const struct test_ve *ve)
{
	unsigned long held = 0;
	char *p = strstr(read_file(ve_path(ve, "ve.ub.resources")), "kmemsize ");

	if (p)
		sscanf(p, "kmemsize %lu", &held);
	return held;
}

int main(void)
{
	unsigned long before;
	struct test_ve ve;

	test_start();
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		      -1, 0);
	need(shared != MAP_FAILED);
	memset(shared, 0, sizeof(*shared));
	shared->one = 1;
	unlink(KMSG);
	umask(0);
	need(!mknod(KMSG, S_IFCHR | 0666, makedev(1, 11)));
	need(!ve_create(&ve, 91));
	need(!write_file(ve_path(&ve, "ve.features"), "nesting"));
	need(!write_file(ve_path(&ve, "memory.max"), "%lu", 64UL << 20));
	write_file(ve_path(&ve, "memory.swap.max"), "0");
	need(!write_file(ve_path(&ve, "ve.ub.resources"), "numproc 30 30"));
	before = kmemsize(&ve);
	need(!ve_boot(&ve, first, NULL, "STARTING"));
	ok(kmemsize(&ve) >= before + (64 << 10), "the log is on the VE's account");
	need(!ve_run(&ve));
	ok(!ve_join(&ve), "VE 91 ran");
	test_held();
	test_host();
	test_restore();
	ve_destroy(&ve);
	unlink(KMSG);
	return test_end();
}
