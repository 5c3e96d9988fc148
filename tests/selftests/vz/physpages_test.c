// SPDX-License-Identifier: GPL-2.0-only
/*
 * physpages, swappages: the memory controller's counters, limits that set
 * memory.max and memory.swap.max, failures when the VE is out of memory.
 */
#include "common.h"

#define PAGE	4096UL
#define LIMIT	4096UL		/* pages */
/* Pages that the controller charges ahead on CPUs, 64 each, and what start-up frees late. */
static unsigned long stock;

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

static int touch_in_child(size_t pages, const struct ve *ve, unsigned long *held)
{
	int ready[2], status;
	char c;
	pid_t pid;

	need(!pipe(ready));
	pid = fork();
	if (!pid) {
		close(ready[0]);
		touch(pages);
		need(write(ready[1], "", 1) == 1);
		pause();
	}
	need(pid > 0);
	close(ready[1]);
	if (read(ready[0], &c, 1) == 1) {
		*held = ve_read_ub(ve, "physpages").held;
		kill(pid, SIGTERM);
	}
	close(ready[0]);
	need(waitpid(pid, &status, 0) == pid);
	return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

static int body(const struct ve *ve)
{
	unsigned long base = ve_read_ub(ve, "physpages").held, held = 0;
	struct ub_row row;

	ok_eq(touch_in_child(LIMIT / 2, ve, &held), SIGTERM, "half of the limit");
	ok(held >= base + LIMIT / 2 - stock && held <= base + LIMIT / 2 + 2 * stock,
	   "held grew by what was touched: %lu from %lu", held, base);
	row = ve_read_ub(ve, "physpages");
	ok(row.maxheld >= held, "maxheld");
	ok_eq(row.failcnt, 0, "no failure yet");
	ok_eq(touch_in_child(2 * LIMIT, ve, &held), SIGKILL, "twice the limit is killed");
	row = ve_read_ub(ve, "physpages");
	ok(row.failcnt > 0, "failures: %lu", row.failcnt);
	ok(row.maxheld <= LIMIT, "the limit was not passed: %lu", row.maxheld);
	return 0;
}

int main(void)
{
	char buf[32], want[32];
	struct ub_row row;
	struct ve ve;

	/* Here: the file in /sys that tells it would be the VE's, who looks it up first. */
	stock = 64 * sysconf(_SC_NPROCESSORS_ONLN) + 128;
	ve_setup(&ve, 105);
	row = ve_read_ub(&ve, "physpages");
	ok_eq(row.limit, VE_MAX, "no limit at first");
	ok_eq(ve_set_ub(&ve, "physpages", 0, LIMIT), 0, "set physpages");
	snprintf(want, sizeof(want), "%lu", LIMIT * PAGE);
	ok(!strcmp(ve_read(&ve, "memory.max", buf, sizeof(buf)), want),
	   "memory.max is %s", buf);
	row = ve_read_ub(&ve, "physpages");
	ok_eq(row.barrier, 0, "the barrier is stored");
	ok_eq(row.limit, LIMIT, "the limit is shown");
	ok(!strcmp(ve_read(&ve, "memory.high", buf, sizeof(buf)), "max"),
	   "the barrier throttles nothing: memory.high is %s", buf);
	if (!access(CGROUP_ROOT "/test-105/memory.swap.max", F_OK)) {
		ok_eq(ve_set_ub(&ve, "swappages", 0, 1000), 0, "set swappages");
		ok(!strcmp(ve_read(&ve, "memory.swap.max", buf, sizeof(buf)), "4096000"),
		   "memory.swap.max is %s", buf);
		ok_eq(ve_read_ub(&ve, "swappages").limit, 1000, "limit of swappages");
	}
	ok_eq(ve_write(&ve, "memory.max", "16777216"), 0, "set memory.max");
	ok_eq(ve_read_ub(&ve, "physpages").limit, LIMIT, "memory.max is the limit");
	ve_spawn(&ve, body);
	ve_teardown(&ve);
	ok_eq(ve_wait_freed(), 0, "removed cgroups that are kept");
	return test_end();
}
