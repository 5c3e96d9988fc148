// SPDX-License-Identifier: GPL-2.0-only
/*
 * ve.ub.refusals: who was refused what, the last 64 of them, and that a program
 * cannot forge lines by its name. ve.ub.events wakes for each new failure.
 */
#include "row.h"
#include <poll.h>
#include <sys/prctl.h>

#define KEPT	64

static int refusals_fd = -1, events_fd = -1;

struct line {
	unsigned long seq, when, wanted, held, bound;
	char resource[32], severity[8], comm[80];
	int pid;
};

/* Lines of the record. Return: how many; -1 when one is malformed. */
static int read_lines(struct line *lines, int most)
{
	static char buf[32768];
	char *line, *next;
	ssize_t n;
	int i = 0;

	n = pread(refusals_fd, buf, sizeof(buf) - 1, 0);
	need(n >= 0);
	buf[n] = '\0';
	for (line = buf; *line; line = next) {
		struct line *l = &lines[i++];
		int end = 0;

		next = strchr(line, '\n');
		if (!next || i > most)
			return -1;
		*next++ = '\0';
		if (sscanf(line, "%lu %lu %31s %7s %lu %lu %lu %d %79s%n", &l->seq, &l->when,
			   l->resource, l->severity, &l->wanted, &l->held, &l->bound,
			   &l->pid, l->comm, &end) != 9 || line[end])
			return -1;
	}
	return i;
}

static unsigned long boot_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_BOOTTIME, &ts);
	return ts.tv_sec * 1000000000UL + ts.tv_nsec;
}

static void refused_opens(int n)
{
	while (n--)
		need(open("/", O_RDONLY | O_DIRECTORY) < 0 && errno == ENFILE);
}

static void test_lines(const struct ve *ve)
{
	unsigned long base = ve_wait_held(ve, "numfile", 0), from = boot_ns();
	struct line lines[KEPT + 1], *l = lines;
	int i, n, fds[2];

	need(!prctl(PR_SET_NAME, "x\n99 1 numfile"));
	need(!ve_set_ub(ve, "numfile", base, base + 5));
	refused_opens(1);
	need(pipe(fds) < 0);
	n = read_lines(lines, KEPT);
	/* pipe(2) asks for one file at a time. */
	ok_eq(n, 2, "two refusals");
	ok_eq(l->seq, 1, "the first one's number");
	ok(l->when >= from && l->when <= boot_ns(), "its time since boot");
	ok(!strcmp(l->resource, "numfile") && !strcmp(l->severity, "hard"), "%s %s",
	   l->resource, l->severity);
	ok_eq(l->wanted, 1, "wanted");
	ok_eq(l->held, base, "held");
	ok_eq(l->bound, base, "bound");
	/* The reader is in the VE. */
	ok_eq(l->pid, getpid(), "process");
	ok(!strcmp(l->comm, "x\\01299\\0401\\040numfile"), "name %s", l->comm);
	ok_eq(lines[1].seq, 2, "the second one's number");
	ok(lines[1].when >= l->when, "comes later");

	need(!prctl(PR_SET_NAME, "many"));
	refused_opens(200);
	n = read_lines(lines, KEPT);
	ok_eq(n, KEPT, "the last ones are kept");
	for (i = 0; i < n && lines[i].seq == 202UL - KEPT + 1 + i; i++)
		;
	ok_eq(i, n, "in order");
	need(!ve_set_ub(ve, "numfile", VE_MAX, VE_MAX));
}

static void test_soft(const struct ve *ve)
{
	unsigned long base = row_held(ve, "numflock");
	int fd = memfd_create("lock", 0);
	struct line lines[KEPT + 1], *l = &lines[KEPT - 1];
	struct flock fl = { .l_type = F_WRLCK, .l_len = 10 };

	need(fd >= 0 && !fcntl(fd, F_SETLK, &fl));
	need(!ve_set_ub(ve, "numflock", base, base + 1));
	fl = (struct flock){ .l_type = F_UNLCK, .l_start = 5, .l_len = 1 };
	need(fcntl(fd, F_SETLK, &fl) < 0 && errno == ENOLCK);
	need(read_lines(lines, KEPT) == KEPT);
	ok(!strcmp(l->resource, "numflock") && !strcmp(l->severity, "soft"), "%s %s",
	   l->resource, l->severity);
	ok_eq(l->bound, base + 1, "bound is the limit");
	need(!ve_set_ub(ve, "numflock", VE_MAX, VE_MAX));
	close(fd);
}

static void read_events(char *buf, size_t size)
{
	ssize_t n = pread(events_fd, buf, size - 1, 0);

	buf[n > 0 ? n : 0] = '\0';
}

/* Each new failure, also of another row and after a pause, wakes. */
static void test_events(const struct ve *ve)
{
	struct pollfd pfd = { .fd = events_fd, .events = POLLPRI };
	int fd = memfd_create("lock", 0), i, woken = 0;
	struct flock fl = { .l_type = F_WRLCK, .l_len = 1 };
	unsigned long seen;
	char buf[1024], want[64];

	need(fd >= 0);
	read_events(buf, sizeof(buf));
	need(!ve_set_ub(ve, "numflock", 0, 0));
	seen = ve_read_ub(ve, "numflock").failcnt;
	for (i = 0; i < 20; i++) {
		need(fcntl(fd, F_SETLK, &fl) < 0 && errno == ENOLCK);
		snprintf(want, sizeof(want), "numflock %lu\n", ++seen);
		/* A wake may be of what was refused before, and told of late. */
		do {
			pfd.revents = 0;
			if (poll(&pfd, 1, PATIENCE * 1000) != 1 || !(pfd.revents & POLLPRI))
				break;
			read_events(buf, sizeof(buf));
		} while (!strstr(buf, want));
		woken += !!strstr(buf, want);
		ve_sleep_ms(i);
	}
	ok_eq(woken, 20, "each of 20 failures wakes the reader, who finds it named");
	need(!ve_set_ub(ve, "numflock", VE_MAX, VE_MAX));
	close(fd);
}

static int body(const struct ve *ve)
{
	test_lines(ve);
	test_soft(ve);
	test_events(ve);
	return 0;
}

int main(void)
{
	struct line lines[KEPT + 1];
	char path[128];
	struct ve ve;
	int n, i, named = 0;

	ve_setup(&ve, 140);
	snprintf(path, sizeof(path), "%s/ve.ub.refusals", ve.dir);
	refusals_fd = open(path, O_RDONLY);
	need(refusals_fd >= 0);
	snprintf(path, sizeof(path), "%s/ve.ub.events", ve.dir);
	events_fd = open(path, O_RDONLY);
	need(events_fd >= 0);
	ok_eq(read_lines(lines, KEPT), 0, "no refusals");
	ve_spawn(&ve, body);
	n = read_lines(lines, KEPT);
	ok_eq(n, KEPT, "the record outlives the VE's programs");
	for (i = 0; i < n; i++)
		named += lines[i].pid > 1;
	ok_eq(named, n, "with process numbers of the host");
	close(refusals_fd);
	close(events_fd);
	ve_teardown(&ve);
	ok_eq(ve_wait_freed(), 0, "removed cgroups that are kept");
	return test_end();
}
