// SPDX-License-Identifier: GPL-2.0-only
/*
 * /proc/pressure of a VE is about the VE: what it waits for shows there and in no other VE,
 * and what is written there costs the host neither a thread nor memory. On a kernel that does
 * not count for cgroups (cgroup_disable=pressure) each file says so: pressure_without_cgroups,
 * where a read was the end of the machine.
 */
#include "common.h"
#include <dirent.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <vz/abi.h>

#define DIR_NAME	"/proc/pressure/"
#define TRIGGERS	64		/* a VE's, in ve/pressure.c */
#define PIPES		16		/* of 64 KiB: more than a CPU has in stock */
#define ENOUGH		2000000		/* us that the busy one has lost */

static const char *const names[] = { "cpu", "io", "memory", "irq" };

struct pressure {
	unsigned long long some, full;	/* totals */
};

static struct ve busy, idle;
static bool counted;		/* for cgroups, in this kernel */
static volatile int *phase;	/* shared with the VEs */
static struct pressure *lost;	/* the same: by the idle one while it waited */

/* One line, whole: @begin and the numbers that it has on a host. */
static const char *take_line(const char *p, const char *begin, unsigned long long *total)
{
	double avg[3];
	char word[8];
	int end = -1;

	if (sscanf(p, "%7s avg10=%lf avg60=%lf avg300=%lf total=%llu%n", word, &avg[0], &avg[1],
		   &avg[2], total, &end) != 5 || end < 0 || p[end] != '\n' || strcmp(word, begin))
		return NULL;
	if (avg[0] < 0 || avg[0] > 100 || avg[1] > 100 || avg[2] > 100)
		return NULL;
	return p + end + 1;
}

/* Return: 0, or the errno; EBADMSG for a text that is none. */
static int read_fd(int fd, bool some, struct pressure *at)
{
	char text[512];
	const char *p = text;
	ssize_t len = pread(fd, text, sizeof(text) - 1, 0);

	if (len < 0)
		return errno;
	text[len] = '\0';
	if (some)
		p = take_line(p, "some", &at->some);
	if (p)
		p = take_line(p, "full", &at->full);
	return p && !*p ? 0 : EBADMSG;
}

static int read_name(const char *dir, const char *name, struct pressure *at)
{
	char path[128];
	int fd, err;

	snprintf(path, sizeof(path), "%s%s", dir, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno;
	err = read_fd(fd, strncmp(name, "irq", 3), at);
	close(fd);
	return err;
}

static struct pressure read_cpu(const char *dir)
{
	struct pressure at = { 0 };

	errno = read_name(dir, "cpu", &at);
	need(!errno);
	return at;
}

/* Return: 0 or the errno of setting a trigger. */
static int set(int fd, const char *text)
{
	ssize_t len = strlen(text) + 1;

	return write(fd, text, len) == len ? 0 : errno;
}

static int open_rw(const char *name)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), DIR_NAME "%s", name);
	fd = open(path, O_RDWR | O_CLOEXEC);
	need(fd >= 0);
	return fd;
}

static int events(int fd, int ms)
{
	struct pollfd p = { .fd = fd, .events = POLLPRI };

	return poll(&p, 1, ms) < 0 ? -errno : p.revents;
}

/* What a file says was written to it. */
static const char *trigger_of(int fd)
{
	static char text[VE_TRIGGER_SIZE];

	return ioctl(fd, VE_TRIGGER_GET, text) ? strerror(errno) : text;
}

static void own_proc(void)
{
	need(!mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
	need(!mount("proc", "/proc", "proc", 0, NULL));
}

/* As many files as the host has, each of them well known. */
static void look(void)
{
	struct pressure at;
	struct dirent *de;
	struct stat st;
	DIR *d = opendir(DIR_NAME);
	int found = 0;
	char path[300];
	size_t i;

	need(d);
	while ((de = readdir(d))) {
		if (de->d_name[0] == '.')
			continue;
		for (i = 0; i < sizeof(names) / sizeof(*names); i++)
			found += !strcmp(names[i], de->d_name);
		ok_eq(read_name(DIR_NAME, de->d_name, &at), counted ? 0 : EOPNOTSUPP, de->d_name);
		snprintf(path, sizeof(path), DIR_NAME "%s", de->d_name);
		need(!stat(path, &st));
		ok_eq(st.st_mode, S_IFREG | 0666, "its mode, as on the host");
	}
	closedir(d);
	ok_eq(found, *phase, "files, as on the host");
}

static void try_wrong_triggers(void)
{
	static const char *const wrong[] = {
		"", "some", "some 100000", "any 100000 2000000", "some 0 2000000",
		"some 100000 0", "some 2000001 2000000", "some 100000 12000000",
		"some -1 2000000", "full x 2000000",
		/* for which the kernel would start a thread */
		"some 150000 1000000", "full 150000 500000", "some 1 2000001",
	};
	int fd = open_rw("memory");
	char large[4096] = "some 100000 2000000";
	void *volatile nowhere = NULL;
	size_t i;

	ok_eq(events(fd, 0), POLLERR | POLLPRI, "events of a file without a trigger");
	for (i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
		ok_eq(set(fd, wrong[i]), EINVAL, wrong[i]);
	ok(write(fd, large, 0) < 0 && errno == EINVAL, "nothing");
	ok(write(fd, nowhere, 20) < 0 && errno == EFAULT, "from nowhere");
	ok(!*trigger_of(fd), "none of them is the file's");
	ok(write(fd, large, sizeof(large)) == sizeof(large), "much more behind it is passed over");
	ok(!strcmp(trigger_of(fd), "some 100000 2000000"), "it is: %s", trigger_of(fd));
	ok_eq(set(fd, "some 100000 2000000"), EBUSY, "a second one in the same file");
	ok_eq(events(fd, 0), 0, "events of one that waits");
	close(fd);
}

static void try_as_user(void)
{
	int status;
	pid_t pid = fork();

	need(pid >= 0);
	if (!pid) {
		int fd;

		need(!setresgid(1000, 1000, 1000) && !setresuid(1000, 1000, 1000));
		fd = open_rw("io");
		_exit(set(fd, "full 100000 4000000") ||
		      strcmp(trigger_of(fd), "full 100000 4000000"));
	}
	need(waitpid(pid, &status, 0) == pid);
	ok_eq(status, 0, "any user of the VE may have one");
}

/* The VE may have no more memory, and what this CPU has in stock for it is used. */
static void use_up_memory(const struct ve *ve, int pipes[PIPES][2])
{
	static char data[65536];
	unsigned long held;
	cpu_set_t one;
	int i;

	CPU_ZERO(&one);
	CPU_SET(0, &one);
	need(!sched_setaffinity(0, sizeof(one), &one));
	for (i = 0; i < PIPES; i++)
		need(!pipe2(pipes[i], O_NONBLOCK));
	held = ve_read_ub(ve, "kmemsize").held;
	need(!ve_set_ub(ve, "kmemsize", held, held));
	for (i = 0; i < PIPES; i++) {
		while (write(pipes[i][1], data, sizeof(data)) > 0)
			;
		if (errno == ENOMEM)
			return;
	}
	die("a VE at its limit had %d pipes", PIPES);
}

/* A VE has so many and pays for them; what it gives back it can have again. */
static void try_many(const struct ve *ve)
{
	int fds[TRIGGERS + 1], pipes[PIPES][2], i, made, err = 0;

	for (i = 0; i <= TRIGGERS; i++)
		fds[i] = open_rw(names[i % 3]);
	use_up_memory(ve, pipes);
	for (made = 0; made < TRIGGERS && !err; made++)
		err = set(fds[made], "some 2000000 2000000");
	need(!ve_set_ub(ve, "kmemsize", VE_MAX, VE_MAX));
	ok_eq(err, ENOMEM, "triggers of a VE that may have no more memory");
	for (i = made - 1; i < TRIGGERS; i++)
		need(!set(fds[i], "some 2000000 2000000"));
	ok_eq(set(fds[TRIGGERS], "some 2000000 2000000"), ENOSPC, "one more than it may have");
	close(fds[5]);
	ok_eq(set(fds[TRIGGERS], "some 2000000 2000000"), 0, "and when another one has ended");
	/* the rest ends with the VE */
}

static int body_look(const struct ve *ve)
{
	int fd;

	own_proc();
	if (!*phase) {
		ok(access(DIR_NAME, F_OK) && errno == ENOENT, "a VE has none either");
		return 0;
	}
	look();
	if (!counted) {
		fd = open_rw("cpu");
		ok_eq(set(fd, "some 100000 2000000"), EOPNOTSUPP, "a trigger");
		ok(events(fd, 0) & POLLERR, "who polls is told");
		return 0;
	}
	try_wrong_triggers();
	try_as_user();
	try_many(ve);
	return 0;
}

/* Loses time: its limit stands before it. */
static int body_busy(const struct ve *ve)
{
	int fd;

	(void)ve;
	own_proc();
	fd = open_rw("cpu");
	need(!set(fd, "some 100000 2000000"));
	*phase = 2;
	while (*phase < 3)
		usleep(1000);
	if (!fork())
		for (;;)
			;
	ok(events(fd, PATIENCE * 1000) & POLLPRI, "a VE that waits is woken by its trigger");
	while (read_cpu(DIR_NAME).full < ENOUGH)
		usleep(100000);
	*phase = 4;
	pause();
	return 0;
}

static int body_idle(const struct ve *ve)
{
	struct pressure before, now;
	int fd;

	(void)ve;
	own_proc();
	fd = open_rw("cpu");
	need(!set(fd, "some 2000000 2000000"));
	before = read_cpu(DIR_NAME);
	*phase = 1;
	while (*phase < 5)
		usleep(100000);
	now = read_cpu(DIR_NAME);
	ok_eq(events(fd, 0), 0, "the trigger of one that sleeps");
	lost->some = now.some - before.some;
	lost->full = now.full - before.full;
	*phase = 6;
	pause();
	return 0;
}

/* Threads of the host that look at triggers. */
static int threads(void)
{
	DIR *d = opendir("/proc");
	struct dirent *de;
	char path[280];
	int found = 0;

	need(d);
	while ((de = readdir(d))) {
		snprintf(path, sizeof(path), "/proc/%s/comm", de->d_name);
		found += *de->d_name >= '1' && *de->d_name <= '9' &&
			 !strcmp(read_file(path), "psimon");
	}
	closedir(d);
	return found;
}

/* Where the host finds the /proc of a VE. */
static const char *dir_of(const struct ve *ve)
{
	static char dir[64];
	char init[16];

	ve_read(ve, "ve.init", init, sizeof(init));
	snprintf(dir, sizeof(dir), "/proc/%s/root" DIR_NAME, init);
	return dir;
}

static void check_is_cgroups(const struct ve *ve)
{
	struct pressure before, at, after;
	char dir[80];

	snprintf(dir, sizeof(dir), "%s/", ve->dir);
	errno = read_name(dir, "cpu.pressure", &before);
	need(!errno);
	at = read_cpu(dir_of(ve));
	need(!read_name(dir, "cpu.pressure", &after));
	ok(before.some <= at.some && at.some <= after.some && before.full <= at.full &&
	   at.full <= after.full, "the file of VE %u is its cgroup's: %llu, %llu, %llu", ve->id,
	   before.full, at.full, after.full);
}

static void end(struct ve *ve)
{
	errno = ve_write(ve, "cgroup.kill", "1");
	need(!errno);
	ve_wait(ve);
	ve_teardown(ve);
}

/* A file that the host has open is the VE's to its end, and as good afterwards. */
static void end_with_file_open(struct ve *ve)
{
	struct pressure at;
	char path[80];
	int fd;

	snprintf(path, sizeof(path), "%scpu", dir_of(ve));
	fd = open(path, O_RDWR | O_CLOEXEC);
	need(fd >= 0);
	ok_eq(set(fd, "some 150000 1000000"), EINVAL, "a thread for a VE, asked for by the host");
	ok_eq(set(fd, "some 2000000 2000000"), 0, "a trigger");
	ok_eq(ve_write(ve, "cgroup.pressure", "0"), 0, "the host counts no more");
	ok_eq(read_fd(fd, true, &at), EOPNOTSUPP, "and the VE is told");
	ok_eq(ve_write(ve, "cgroup.pressure", "1"), 0, "the host counts again");
	ok_eq(read_fd(fd, true, &at), 0, "and the VE sees it");
	end(ve);
	ok_eq(read_fd(fd, true, &at), 0, "a file of a VE that has gone");
	ok_eq(events(fd, 0), 0, "its trigger");
	close(fd);
}

static void compare_two(void)
{
	unsigned long long full;
	int before = threads();

	errno = write_at(CGROUP_ROOT, "cgroup.subtree_control", "+cpu");
	need(!errno);
	*phase = 0;
	ve_setup(&idle, 162);
	ve_start(&idle, body_idle, "RUNNING");
	need(wait_until(*phase == 1));
	ve_setup(&busy, 163);
	ve_start(&busy, body_busy, "RUNNING");
	need(wait_until(*phase == 2));
	ok_eq(ve_write(&busy, "cpu.max", "10000 100000"), 0, "a tenth of a processor");
	*phase = 3;
	ok(wait_until(*phase == 4), "it has lost time");
	*phase = 5;
	ok(wait_until(*phase == 6), "the other one has slept");
	full = read_cpu(dir_of(&busy)).full;
	ok(full >= ENOUGH && lost->some < ENOUGH / 2 && lost->full < ENOUGH / 2,
	   "one lost %llu us, the other one %llu, %llu", full, lost->some, lost->full);
	ok_eq(read_cpu(DIR_NAME).full, 0, "which no machine as a whole does");
	check_is_cgroups(&busy);
	check_is_cgroups(&idle);
	ok_eq(threads(), before, "threads for triggers");
	end(&busy);
	end_with_file_open(&idle);
}

int main(void)
{
	struct ve ve;
	char path[80];
	void *page;
	size_t i;

	test_start();
	page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	need(page != MAP_FAILED);
	phase = page;
	lost = page + 64;
	*phase = 0;	/* by the host, or the page keeps the VE that wrote it */
	rcu_hurry();
	ve_setup(&ve, 161);
	snprintf(path, sizeof(path), "%s/cpu.pressure", ve.dir);
	counted = !access(path, F_OK);
	for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
		snprintf(path, sizeof(path), DIR_NAME "%s", names[i]);
		*phase += !access(path, F_OK);
	}
	ok(!*phase || *phase >= 3, "files of the host: %d", *phase);
	ve_spawn(&ve, body_look);
	ve_teardown(&ve);
	if (counted)
		compare_two();
	ok_eq(ve_wait_freed(), 0, "removed cgroups that are kept");
	return test_end();
}
