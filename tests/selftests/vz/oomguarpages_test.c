// SPDX-License-Identifier: GPL-2.0-only
/*
 * oomguarpages: an OOM inside a VE stays inside and is counted; a global OOM
 * takes the VE that is furthest above its guarantee, not the largest task.
 */
#include "common.h"
#include <sys/wait.h>

#define PAGE	4096UL
#define LIMIT	4096UL
#define BIG	6000UL
#define SMALL	2000UL

static void touch(size_t pages)
{
	char *p = mmap(NULL, pages * PAGE, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	size_t i;

	if (p == MAP_FAILED)
		_exit(2);
	for (i = 0; i < pages; i++)
		p[i * PAGE] = 1;
}

/* A child that holds @pages; it writes to @fd once it does. */
static pid_t holder(size_t pages, int fd)
{
	pid_t pid = fork();

	if (!pid) {
		touch(pages);
		need(write(fd, "", 1) == 1);
		pause();
		_exit(0);
	}
	need(pid > 0);
	return pid;
}

static int inside(const struct ve *ve)
{
	int status;
	pid_t pid = fork();

	if (!pid) {
		touch(2 * LIMIT);
		_exit(0);
	}
	need(pid > 0 && waitpid(pid, &status, 0) == pid);
	ok(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL, "beyond physpages: SIGKILL");
	ok_eq(ve_read_ub(ve, "oomguarpages").failcnt, 1, "one kill is counted");
	ok(ve_read_ub(ve, "physpages").failcnt > 0, "and failures of physpages");
	return 0;
}

static int report[2];	/* from the holders to the test */
static size_t pages_to_hold;

/* Holds, then tells whether the child was killed. */
static int hold(const struct ve *ve)
{
	int status;
	pid_t pid = holder(pages_to_hold, report[1]);

	(void)ve;
	need(waitpid(pid, &status, 0) == pid);
	return 0;
}

static void start_holder(struct ve *ve, size_t pages)
{
	char c;

	pages_to_hold = pages;
	ve_start(ve, hold, "RUNNING");
	need(read(report[0], &c, 1) == 1);
}

static unsigned long kills(const struct ve *ve)
{
	return ve_read_ub(ve, "oomguarpages").failcnt;
}

static void end(struct ve *ve)
{
	ve_write(ve, "cgroup.kill", "1");
	ve_wait(ve);
}

/*
 * The memory controller sums up every two seconds, and does not know of pages
 * that CPUs have yet to put on its lists: who drops caches makes them do it.
 */
static void need_summed(const struct ve *ve, unsigned long pages)
{
	need(wait_until((write_at("/proc/sys/vm", "drop_caches", "1"),
			 ve_read_ub(ve, "oomguarpages").held >= pages)));
}

static void global(struct ve *big, struct ve *small)
{
	unsigned long held = 0;
	int host;
	char c;

	start_holder(big, BIG);
	start_holder(small, SMALL);
	host = holder(2 * BIG, report[1]);
	need(read(report[0], &c, 1) == 1);
	need_summed(small, SMALL);
	need_summed(big, BIG);
	held = ve_read_ub(big, "oomguarpages").held;
	ok(held >= BIG && held < BIG + 1000, "held is the anonymous memory: %lu", held);
	ok(ve_read_ub(big, "oomguarpages").maxheld >= held, "maxheld");
	need(!ve_set_ub(big, "oomguarpages", 4 * BIG, VE_MAX));
	need(!ve_set_ub(small, "oomguarpages", SMALL / 2, VE_MAX));
	/* The OOM killer on request, as it is for a global OOM. */
	need(!write_at("/proc", "sysrq-trigger", "f"));
	wait_until(kills(small) || kills(big));
	ok_eq(kills(small), 1, "the small VE above its guarantee loses a task");
	ok_eq(kills(big), 0, "the large one below it does not");
	need(!kill(host, 0) && waitpid(host, NULL, WNOHANG) == 0);
	ok(true, "nor does the host, whose task is the largest");
	end(small);
	start_holder(small, SMALL);
	need_summed(small, SMALL);
	need(!ve_set_ub(big, "oomguarpages", 100, VE_MAX));
	need(!write_at("/proc", "sysrq-trigger", "f"));
	wait_until(kills(small) > 1 || kills(big));
	ok_eq(kills(big), 1, "without its guarantee the large one does");
	ok_eq(kills(small), 1, "and the small one does not");
	kill(host, SIGKILL);
	need(waitpid(host, NULL, 0) == host);
	end(big);
	end(small);
}

int main(void)
{
	struct ve a, b, c;

	need(!pipe(report));
	ve_setup(&a, 125);
	ok(ve_read_ub(&a, "oomguarpages").barrier < VE_MAX, "a guarantee by default");
	ok_eq(ve_set_ub(&a, "physpages", 0, LIMIT), 0, "set physpages");
	ve_setup(&b, 126);
	ve_setup(&c, 127);
	ve_spawn(&a, inside);
	ok_eq(kills(&b), 0, "a neighbour has nothing to do with it");
	global(&b, &c);
	ve_teardown(&a);
	ve_teardown(&b);
	ve_teardown(&c);
	close(report[0]);
	close(report[1]);
	ok_eq(ve_wait_freed(), 0, "removed cgroups that are kept");
	return test_end();
}
