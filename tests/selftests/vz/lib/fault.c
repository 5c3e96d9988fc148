// SPDX-License-Identifier: GPL-2.0-only
#include "fault.h"

static struct fault_result *fault_result;

static int fault_odds;	/* of fail_ub, opened by the host's root */

bool fault_setup(void)
{
	static const char *const attrs[] = { "failslab", "fail_page_alloc", "fail_ub",
					     "fail_usercopy" };
	char dir[64];
	size_t i;

	test_start();
	if (access(FAULT_DEBUGFS "/failslab", F_OK))
		mount("debugfs", FAULT_DEBUGFS, "debugfs", 0, NULL);
	if (access(FAULT_DEBUGFS "/fail_ub", F_OK) || access(FAULT_DEBUGFS "/failslab", F_OK))
		return false;
	for (i = 0; i < sizeof(attrs) / sizeof(attrs[0]); i++) {
		snprintf(dir, sizeof(dir), FAULT_DEBUGFS "/%s", attrs[i]);
		if (access(dir, F_OK))
			continue;
		errno = write_at(dir, "verbose", "0");
		need(!errno);
	}
	need(!write_at(FAULT_DEBUGFS "/failslab", "ignore-gfp-wait", "N"));
	need(!write_at(FAULT_DEBUGFS "/fail_page_alloc", "ignore-gfp-wait", "N"));
	need(!write_at(FAULT_DEBUGFS "/fail_page_alloc", "min-order", "0"));
	need(!write_at(FAULT_DEBUGFS "/fail_ub", "times", "-1"));
	fault_odds = open(FAULT_DEBUGFS "/fail_ub/probability", O_WRONLY | O_CLOEXEC);
	need(fault_odds >= 0);
	fault_result = mmap(NULL, sizeof(*fault_result), PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	need(fault_result != MAP_FAILED);
	return true;
}

/* fail-nth of the calling thread. A VE's process is not dumpable at first: its files are root's. */
static int fault_open(void)
{
	int fd;

	need(!prctl(PR_SET_DUMPABLE, 1));
	fd = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
	need(fd >= 0);
	return fd;
}

/* Let place number @nth fail. */
static void fault_arm(int fd, int nth)
{
	char text[16];
	int n = snprintf(text, sizeof(text), "%d", nth);

	need(pwrite(fd, text, n, 0) == n);
}

/* No more faults. Return: whether there was one. Reading and writing may be hit themselves. */
static bool fault_disarm(int fd)
{
	char text[16] = "";
	ssize_t n = pread(fd, text, sizeof(text) - 1, 0);

	if (pwrite(fd, "0", 1, 0) != 1)
		need(pwrite(fd, "0", 1, 0) == 1);
	return n > 0 && !atoi(text);
}

/* Rows that caches change: the end of the VE shows whether those are right. */
static bool fault_exact(const char *name)
{
	static const char *const others[] = {
		"kmemsize", "dcachesize", "physpages", "swappages", "oomguarpages",
		"numneigh",
	};
	size_t i;

	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (!strcmp(name, others[i]))
			return false;
	return true;
}

static void fault_read_rows(const struct ve *ve, struct fault_rows *rows)
{
	static char buf[8192];
	ssize_t n = pread(ve->ub_fd, buf, sizeof(buf) - 1, 0);
	char *line, *rest = buf;

	need(n > 0);
	buf[n] = '\0';
	for (rows->n = 0; (line = strsep(&rest, "\n")) && *line && rows->n < FAULT_ROWS; rows->n++)
		need(sscanf(line, "%15s %lu", rows->name[rows->n], &rows->held[rows->n]) == 2);
}

static unsigned long *fault_row(struct fault_rows *rows, const char *name)
{
	int i;

	for (i = 0; i < rows->n && strcmp(rows->name[i], name); i++)
		;
	need(i < rows->n);
	return &rows->held[i];
}

/* The first row that differs, NULL when none does. */
static const char *fault_differs(const struct fault_rows *a, const struct fault_rows *b,
					unsigned long *was, unsigned long *is)
{
	int i;

	for (i = 0; i < a->n; i++) {
		if (a->held[i] == b->held[i] || !fault_exact(a->name[i]))
			continue;
		*was = a->held[i];
		*is = b->held[i];
		return a->name[i];
	}
	return NULL;
}

void fault_settle(const struct ve *ve)
{
	static struct fault_rows last, rows;
	unsigned long was, is;
	int same = 0;

	fault_read_rows(ve, &last);
	need(wait_until((fault_read_rows(ve, &rows),
			 same = fault_differs(&last, &rows, &was, &is) ? 0 : same + 1,
			 last = rows, same >= 50)));
}

/* All rows are back at @before, at once or a while later (RCU, workers). */
static bool fault_rows_back(const struct ve *ve, const struct fault_rows *before,
				   const char *scene, int nth)
{
	static struct fault_rows now;
	unsigned long was, is;
	const char *name;
	int i = 0;

	/* Most are back in a moment. */
	do {
		fault_read_rows(ve, &now);
		name = fault_differs(before, &now, &was, &is);
		if (!name)
			return true;
		ve_sleep_ms(1);
	} while (++i < 10);
	if (wait_until((fault_read_rows(ve, &now),
			!(name = fault_differs(before, &now, &was, &is)))))
		return true;
	printf("# %s, fault %d: %s was %lu, is %lu\n", scene, nth, name, was, is);
	return false;
}

/* What a call may say when memory or a charge was refused it. */
static bool fault_errno(int err)
{
	switch (err) {
	case ENOMEM: case ENOBUFS: case ENOSPC: case ENFILE: case EAGAIN:
	case ENOLCK: case EPERM: case EFAULT:
		return true;
	case E2BIG:	/* execve(2) without a page for its arguments */
	case EINVAL:	/* a network device whose name could not be copied */
		return true;
	}
	return false;
}

static void fault_run_here(const struct scene *s, int nth, int fd)
{
	struct fault_result r = { 0 };

	if (nth)
		fault_arm(fd, nth);
	r.err = s->run() ? errno : 0;
	if (nth)
		r.hit = fault_disarm(fd);
	*fault_result = r;
}

int fault_arrived(void)
{
	return FAULT_ARRIVED + fault_disarm(fault_open());
}

/*
 * One run with a fault at place @nth, none if 0. A child that was killed has
 * failed: there are calls that can say so in no other way.
 */
static struct fault_result fault_run(const struct scene *s, int nth, int fd)
{
	int status;
	pid_t pid;

	if (!s->child) {
		fault_run_here(s, nth, fd);
		return *fault_result;
	}
	*fault_result = (struct fault_result){ .err = ENOMEM, .hit = true };
	pid = fork();
	need(pid >= 0);
	if (!pid) {
		fault_run_here(s, nth, nth ? fault_open() : -1);
		_exit(0);
	}
	need(waitpid(pid, &status, 0) == pid);
	if (WIFEXITED(status) && WEXITSTATUS(status) >= FAULT_ARRIVED)
		*fault_result = (struct fault_result){ .hit = WEXITSTATUS(status) > FAULT_ARRIVED };
	return *fault_result;
}

/* One run and what must hold after it. @ve may be NULL. Return: false after a diagnosis. */
static bool fault_try(const struct ve *ve, const struct scene *s, int nth, int fd,
			     const struct fault_rows *before, struct fault_result *r)
{
	bool good = true;

	if (s->prepare)
		s->prepare();
	*r = fault_run(s, nth, fd);
	if (s->check && !s->check(r->err)) {
		printf("# %s, fault %d: not as it must be after errno %d\n", s->name, nth, r->err);
		good = false;
	}
	if (s->undo)
		s->undo();
	if (r->err && (!r->hit || !(s->foreign || fault_errno(r->err)))) {
		printf("# %s, fault %d: errno %d %s%s\n", s->name, nth, r->err, strerror(r->err),
		       r->hit ? "" : " without a fault");
		good = false;
	}
	return (!ve || fault_rows_back(ve, before, s->name, nth)) && good;
}

static bool fault_all(void)
{
	const char *how = getenv("FAULTS");

	return how && !strcmp(how, "all");
}

static int fault_next(const struct scene *s, int nth)
{
	bool slow = s->child || s->slow;

	if (nth < (slow ? 6 : 40) || fault_all())
		return nth + 1;
	return nth + 1 + nth / (slow ? 2 : 4);
}

bool fault_sweep(const struct ve *ve, const struct scene *s)
{
	static struct fault_rows before, now;
	struct fault_result r = { 0 };
	int fd = fault_open(), nth, faults = 0, refused = 0;
	bool good;

	/*
	 * The first run fills caches, and libc takes the memory that it keeps.
	 * Every other row is back where it was before, when all has been freed.
	 */
	if (ve)
		fault_read_rows(ve, &before);
	good = fault_try(NULL, s, 0, fd, &before, &r);
	if (ve) {
		fault_read_rows(ve, &now);
		*fault_row(&before, "privvmpages") = *fault_row(&now, "privvmpages");
	}
	if (!good || r.err || !fault_try(ve, s, 0, fd, &before, &r) || r.err) {
		close(fd);
		return ok(false, "%s: works without a fault: errno %d", s->name, r.err);
	}
	for (nth = 1; good && nth < FAULT_MOST; nth = fault_next(s, nth)) {
		good = fault_try(ve, s, nth, fd, &before, &r);
		if (!r.hit)
			break;
		faults++;
		refused += !!r.err;
		/* The same again, undisturbed. */
		if (r.err)
			good = fault_try(ve, s, 0, fd, &before, &r) && !r.err && good;
	}
	close(fd);
	return ok(good && faults && nth < FAULT_MOST,
		  "%s: %d faults up to place %d, %d errors, nothing left behind", s->name, faults,
		  nth, refused);
}

/* Refuse @percent of all charges, those of packets in interrupts included. */
static void fault_set_odds(int percent)
{
	char text[16];
	int n = snprintf(text, sizeof(text), "%d", percent);

	need(write(fault_odds, text, n) == n);
}

bool fault_storm(const struct ve *ve, const struct scene *scenes, size_t n)
{
	int rounds = fault_all() ? 40 : 4, i, failed = 0, runs = 0;
	static struct fault_rows before;
	size_t k;

	fault_read_rows(ve, &before);
	for (i = 0; i < rounds; i++) {
		for (k = 0; k < n; k++) {
			if (scenes[k].child)
				continue;
			if (scenes[k].prepare)
				scenes[k].prepare();
			fault_set_odds(5 + i % 4 * 10);
			failed += !!scenes[k].run();
			fault_set_odds(0);
			if (scenes[k].undo)
				scenes[k].undo();
			runs++;
		}
	}
	return ok(fault_rows_back(ve, &before, "storm", 0) && failed,
		  "%d runs with refusals at random, %d failed, nothing left behind", runs, failed);
}
