// SPDX-License-Identifier: GPL-2.0-only
/*
 * iolimit and iopslimit: one rate for the VE over two disks, whoever of its
 * tasks does what kind of IO; who waits can be killed, frozen and let go; the
 * host, its file systems and other VEs do not wait.
 */
#include "disk.h"
#include <linux/fs.h>
#include <signal.h>
#include <sys/wait.h>

#define MB	(1UL << 20)
#define LIMIT	(2 * MB)
#define CHUNK	(128UL << 10)
#define FILE_MB	40
/* A limit at which the least that the tests write takes two minutes. */
#define SLOW	"16384"
/* Seconds on a busy machine. Who waited for the VE's pace would wait for 120 or more. */
#define SOON	60

static struct ve ve, other;
static char *buf;
static unsigned long *done;	/* shared with the VEs: bytes or operations of each child */
static double *took;		/* shared with the VEs: seconds of what was measured */

static int open_on(char disk, const char *name, int flags)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/mnt/%c/%s", disk, name);
	fd = open(path, O_CREAT | O_CLOEXEC | flags, 0666);
	need(fd >= 0);
	return fd;
}

/* Children of the VE's init; each counts in its own word until it is killed. */
static void __attribute__((noreturn)) writer(int i)
{
	int fd = open_on('a' + i % 2, i < 2 ? "w" : "x", O_RDWR | O_TRUNC);

	for (;;) {
		need(write(fd, buf, CHUNK) == (ssize_t)CHUNK);
		done[i] += CHUNK;
	}
}

static void __attribute__((noreturn)) reader(int i, int flags, size_t chunk, size_t unit)
{
	int fd = open_on('a' + i % 2, "data", O_RDWR | flags);
	ssize_t n;

	for (;;) {
		posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
		lseek(fd, 0, SEEK_SET);
		while ((n = read(fd, buf, chunk)) > 0)
			done[i] += unit ? unit : (size_t)n;
		need(!n);
	}
}

static int run_children(void (*child)(int), double seconds)
{
	double t = test_clock();
	pid_t pid[2];
	int i;

	for (i = 0; i < 2; i++) {
		done[i] = 0;
		pid[i] = fork();
		need(pid[i] >= 0);
		if (!pid[i])
			child(i);
	}
	ve_sleep_ms(seconds * 1000);
	for (i = 0; i < 2; i++)
		kill(pid[i], SIGKILL);
	for (i = 0; i < 2; i++)
		need(waitpid(pid[i], NULL, 0) == pid[i]);
	*took = test_clock() - t;
	return 0;
}

/* In the time that it took, which is more than what was meant on a busy machine. */
static void check_rate(const char *what, unsigned long limit)
{
	double is = done[0] + done[1], want = limit * (*took + 0.25);

	ok(is >= 0.75 * want && is <= 1.25 * want,
	   "%s: %.0f in %.1f s, the limit allows %.0f", what, is, *took, want);
	ok(done[0] && done[1], "%s: both tasks get a share: %lu and %lu", what, done[0], done[1]);
}

static void child_write(int i)
{
	writer(i);
}

static void child_read(int i)
{
	reader(i, 0, CHUNK, 0);
}

static void child_direct(int i)
{
	reader(i, O_DIRECT, 2 * CHUNK, 0);
}

static void child_ops(int i)
{
	reader(i, O_DIRECT, 4096, 1);
}

static int body_write(const struct ve *unused)
{
	(void)unused;
	return run_children(child_write, 4);
}

static int body_read(const struct ve *unused)
{
	(void)unused;
	return run_children(child_read, 3);
}

static int body_direct(const struct ve *unused)
{
	(void)unused;
	return run_children(child_direct, 3);
}

static int body_ops(const struct ve *unused)
{
	(void)unused;
	return run_children(child_ops, 3);
}

/* One call that is longer than the limit allows in seconds. */
static int body_long(const struct ve *unused)
{
	int fd = open_on('a', "long", O_RDWR | O_TRUNC);
	double t = test_clock();

	(void)unused;
	need(write(fd, buf, 6 * MB) == (ssize_t)(6 * MB));
	*took = test_clock() - t;
	return 0;
}

/* Stay in a long write until killed. */
static int body_stuck(const struct ve *unused)
{
	(void)unused;
	done[0] = 1;
	for (;;)
		need(write(open_on('a', "x", O_RDWR | O_TRUNC), buf, 12 * MB) > 0);
	return 0;
}

/* Owe for a direct write, on the way to user mode. */
static int body_owe(const struct ve *unused)
{
	int fd = open_on('b', "owe", O_RDWR | O_DIRECT);

	(void)unused;
	done[0] = 1;
	need(write(fd, buf, 2 * MB) == (ssize_t)(2 * MB));
	done[1] = 1;
	pause();
	return 0;
}

static int body_free(const struct ve *unused)
{
	double t = test_clock();
	int fd = open_on('b', "free", O_RDWR | O_TRUNC);

	(void)unused;
	need(write(fd, buf, 8 * MB) == (ssize_t)(8 * MB));
	t = test_clock() - t;
	ok(t < SOON, "another VE writes 8 MiB in %.2f s", t);
	return 0;
}

static void limit(const char *file, const char *value)
{
	errno = ve_write(&ve, file, value);
	need(!errno);
}

static bool is_frozen(void)
{
	char path[128], text[256] = "";
	int fd;

	snprintf(path, sizeof(path), "%s/payload/cgroup.events", ve.dir);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	need(fd >= 0);
	need(read(fd, text, sizeof(text) - 1) > 0);
	close(fd);
	return strstr(text, "frozen 1");
}

/* Freeze or thaw the VE's tasks. */
static void freeze(bool frozen)
{
	double t = test_clock();
	char path[128];

	snprintf(path, sizeof(path), "%s/payload", ve.dir);
	errno = write_at(path, "cgroup.freeze", frozen ? "1" : "0");
	need(!errno);
	ok(wait_until(is_frozen() == frozen), "it is %s after %.2f s", frozen ? "frozen" : "thawed",
	   test_clock() - t);
}

/* Kill all tasks of the VE. Return: seconds until it has ended. */
static double kill_ve(void)
{
	double t = test_clock();

	errno = ve_write(&ve, "cgroup.kill", "1");
	need(!errno);
	ve_wait(&ve);
	return test_clock() - t;
}

static void test_files(void)
{
	char text[32];

	ok(!strcmp(ve_read(&ve, "ve.ub.iolimit", text, sizeof(text)), "max"),
	   "no iolimit at first");
	ok(!strcmp(ve_read(&ve, "ve.ub.iopslimit", text, sizeof(text)), "max"), "no iopslimit");
	ok_eq(ve_write(&ve, "ve.ub.iolimit", "-1"), EINVAL, "iolimit -1");
	ok_eq(ve_write(&ve, "ve.ub.iolimit", "4M"), EINVAL, "iolimit 4M");
	ok_eq(ve_write(&ve, "ve.ub.iopslimit", "50"), 0, "iopslimit 50");
	ok(!strcmp(ve_read(&ve, "ve.ub.iopslimit", text, sizeof(text)), "50"), "iopslimit is 50");
	ok(!strcmp(ve_read(&ve, "ve.ub.iolimit", text, sizeof(text)), "max"), "iolimit is not");
	ok_eq(ve_write(&ve, "ve.ub.iopslimit", "0"), 0, "iopslimit 0");
	ok(!strcmp(ve_read(&ve, "ve.ub.iopslimit", text, sizeof(text)), "max"), "0 is no limit");
}

static void test_rates(void)
{
	char text[32];
	double free;

	snprintf(text, sizeof(text), "%lu", LIMIT);
	limit("ve.ub.iolimit", text);
	ve_spawn(&ve, body_write);
	check_rate("page cache writes", LIMIT);
	limit("ve.ub.iolimit", text);
	ve_spawn(&ve, body_read);
	check_rate("page cache reads", LIMIT);
	limit("ve.ub.iolimit", text);
	ve_spawn(&ve, body_direct);
	check_rate("direct reads", LIMIT);
	limit("ve.ub.iolimit", "max");
	ve_spawn(&ve, body_long);
	free = *took;
	limit("ve.ub.iolimit", text);
	ve_spawn(&ve, body_long);
	ok(*took > 2.2 && *took < 6 + free,
	   "6 MiB in one write at 2 MiB/s: %.2f s, without a limit %.2f", *took, free);
	limit("ve.ub.iolimit", "max");
	limit("ve.ub.iopslimit", "50");
	ve_spawn(&ve, body_ops);
	check_rate("direct reads of 4 KiB", 50);
	limit("ve.ub.iopslimit", "max");
}

/* A VE whose task waits for its pace: it has been at it for a second. */
static void start_slow(int (*body)(const struct ve *), const char *what)
{
	done[0] = done[1] = 0;
	limit("ve.ub.iolimit", SLOW);
	ve_start(&ve, body, "RUNNING");
	wait_until(done[0]);
	ve_sleep_ms(1000);
	ok(done[0] && !done[1], "%s", what);
}

/* Death, the freezer and a new limit do not wait for the debt. */
static void test_waiters(void)
{
	double t;

	start_slow(body_stuck, "a task is in a write");
	freeze(true);
	freeze(false);
	t = kill_ve();
	ok(t < SOON, "killed after %.2f s", t);

	start_slow(body_owe, "a task owes for a direct write");
	freeze(true);
	freeze(false);
	ok(!done[1], "it still owes");
	limit("ve.ub.iolimit", "max");
	t = test_clock();
	while (!done[1] && test_clock() - t < SOON)
		ve_sleep_ms(10);
	ok_eq(done[1], 1, "it goes on when the limit is lifted");
	t = kill_ve();
	ok(t < SOON, "killed after %.2f s", t);

	start_slow(body_owe, "a task owes again");
	t = kill_ve();
	ok(t < SOON, "killed after %.2f s", t);
}

static void test_others(void)
{
	double t;
	int fd;

	start_slow(body_stuck, "a task is in a write again");
	t = test_clock();
	fd = open_on('a', "host", O_RDWR | O_TRUNC);
	need(write(fd, buf, 8 * MB) == (ssize_t)(8 * MB));
	close(fd);
	t = test_clock() - t;
	ok(t < SOON, "the host writes 8 MiB in %.2f s", t);
	ve_spawn(&other, body_free);

	/* The file system's freezer waits for every write that has begun. */
	fd = open("/mnt/a", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	need(fd >= 0);
	t = test_clock();
	need(!ioctl(fd, FIFREEZE, 0));
	t = test_clock() - t;
	need(!ioctl(fd, FITHAW, 0));
	close(fd);
	ok(t < SOON, "the host freezes the file system in %.2f s", t);
	kill_ve();
	limit("ve.ub.iolimit", "max");
}

static void make_data(char disk)
{
	int fd = open_on(disk, "data", O_RDWR), i;

	need(!fchmod(fd, 0666));
	for (i = 0; i < 8; i++)
		need(write(fd, buf, MB) == (ssize_t)MB);
	need(!fsync(fd));
	need(!posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED));
	close(fd);
}

int main(void)
{
	umask(0);
	need(!posix_memalign((void **)&buf, 4096, 12 * MB));
	memset(buf, 'x', 12 * MB);
	done = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	need(done != MAP_FAILED);
	took = (double *)(done + 2);
	memset(done, 0, 4096);	/* by the host, or the page keeps the VE that wrote it */
	disk_mount("/mnt/a", FILE_MB * 3);
	disk_mount("/mnt/b", FILE_MB * 3);
	make_data('a');
	make_data('b');
	ve_setup(&ve, 132);
	ve_setup(&other, 133);
	test_files();
	test_rates();
	test_waiters();
	test_others();
	ve_teardown(&ve);
	ve_teardown(&other);
	need(!umount("/mnt/a") && !umount("/mnt/b"));
	ok_eq(ve_wait_freed(), 0, "removed cgroups that are kept");
	return test_end();
}
