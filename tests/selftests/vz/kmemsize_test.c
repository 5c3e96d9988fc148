// SPDX-License-Identifier: GPL-2.0-only
/*
 * kmemsize: slab and accounted pages, ENOMEM at the barrier, all of it back.
 */
#include "kmem.h"
#include <sys/resource.h>

#define ROOM	(1UL << 20)
#define PIPES	40	/* of 64 KiB: more than the room */

static unsigned long held(const struct ve *ve)
{
	return ve_read_ub(ve, "kmemsize").held;
}

/*
 * Fill pipes until the kernel refuses a page for one. A short write may have met
 * the barrier in a moment in which something else was given back: once more.
 * Return: the errno of the refusal, 0 when there was none; pipes filled in @n.
 */
static int fill_pipes(int fds[][2], int *n)
{
	static char data[65536];

	for (*n = 0; *n < PIPES; ++*n) {
		while (write(fds[*n][1], data, sizeof(data)) > 0)
			;
		if (errno != EAGAIN)
			return errno;
	}
	return 0;
}

static void test_pages(const struct ve *ve)
{
	struct ub_row before = ve_read_ub(ve, "kmemsize"), row;
	static int fds[PIPES][2];
	unsigned long base;
	int n, i, refused;

	for (i = 0; i < PIPES; i++)
		need(!pipe2(fds[i], O_NONBLOCK));
	base = held(ve);
	need(!ve_set_ub(ve, "kmemsize", base + ROOM, base + ROOM));
	refused = fill_pipes(fds, &n);
	ok(refused == ENOMEM && n > 0, "pipe pages at the barrier: %s after %d pipes",
	   strerrorname_np(refused), n);
	row = ve_read_ub(ve, "kmemsize");
	ok(row.held <= base + ROOM, "held %lu does not pass the barrier %lu", row.held,
	   base + ROOM);
	/* Not held: what was freed before may be given back only now. */
	ok(row.maxheld >= base + ROOM - SLACK / 4, "maxheld %lu was near it", row.maxheld);
	ok(row.maxheld <= base + ROOM, "nor did it pass it ever");
	ok(row.failcnt > before.failcnt, "failures are counted");
	need(!ve_set_ub(ve, "kmemsize", VE_MAX, VE_MAX));
	for (i = 0; i < PIPES; i++) {
		close(fds[i][0]);
		close(fds[i][1]);
	}
	ok(ve_wait_held(ve, "kmemsize", base + SLACK) <= base + SLACK,
	   "pages freed through the folio path come back");
}

static void test_slab(const struct ve *ve)
{
	unsigned long base = held(ve);
	pid_t pids[100];
	int n, i;

	need(!ve_set_ub(ve, "kmemsize", base + ROOM, base + ROOM));
	for (n = 0; n < 100; n++) {
		pids[n] = fork();
		if (!pids[n]) {
			pause();
			_exit(0);
		}
		if (pids[n] < 0)
			break;
	}
	ok(n > 0 && n < 100 && errno == ENOMEM,
	   "fork at the barrier fails with ENOMEM after %d children", n);
	need(!ve_set_ub(ve, "kmemsize", VE_MAX, VE_MAX));
	for (i = 0; i < n; i++)
		kill(pids[i], SIGKILL);
	while (n--)
		waitpid(-1, NULL, 0);
	ok(ve_wait_held(ve, "kmemsize", base + SLACK) <= base + SLACK, "and it all comes back");
}

/*
 * One page touched in every 2 MiB costs a page table each. A fault that is
 * refused one has nobody to return an error to.
 */
static void test_page_tables(const struct ve *ve)
{
	struct ub_row before = ve_read_ub(ve, "kmemsize"), row;
	size_t step = 2UL << 20, size = 2048 * step;
	pid_t pid, got = 0;
	int status = 0;

	need(!ve_set_ub(ve, "kmemsize", before.held + ROOM, before.held + ROOM));
	pid = fork();
	if (!pid) {
		char *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
			       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
		size_t at;

		if (p == MAP_FAILED)
			_exit(2);
		for (at = 0; at < size; at += step)
			p[at] = 1;
		_exit(0);
	}
	need(pid > 0);
	if (!wait_until((got = waitpid(pid, &status, WNOHANG)))) {
		kill(pid, SIGKILL);
		waitpid(pid, &status, 0);
	}
	ok(got && WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL,
	   "a page fault at the barrier ends the process");
	row = ve_read_ub(ve, "kmemsize");
	ok(row.maxheld <= before.held + ROOM || row.maxheld == before.maxheld,
	   "and does not pass the barrier");
	need(!ve_set_ub(ve, "kmemsize", VE_MAX, VE_MAX));
	ok(ve_wait_held(ve, "kmemsize", before.held + SLACK) <= before.held + SLACK,
	   "page tables come back");
}

/* Unused dentries and inodes are dropped before anything is refused. */
static void test_shrink(const struct ve *ve)
{
	struct ub_row before = ve_read_ub(ve, "kmemsize"), row;
	unsigned long barrier = before.held + ROOM;
	struct stat st;
	char path[64];
	int i;

	need(!ve_set_ub(ve, "kmemsize", barrier, barrier));
	/* sysfs keeps missing names: about 200 bytes each, several times the room. */
	for (i = 0; i < 12000; i++) {
		snprintf(path, sizeof(path), "/sys/kernel/nosuch-%d", i);
		if (!stat(path, &st) || errno != ENOENT)
			break;
	}
	ok(i == 12000, "look-ups of %d missing names are not refused", i);
	row = ve_read_ub(ve, "kmemsize");
	ok(row.held > before.held + ROOM / 4 && row.held <= barrier,
	   "though they fill the barrier: held %lu of %lu", row.held, barrier);
	ok_eq(row.failcnt, before.failcnt, "no failure");
	need(!ve_set_ub(ve, "kmemsize", VE_MAX, VE_MAX));
}

static int body(const struct ve *ve)
{
	struct rlimit files = { 4 * PIPES, 4 * PIPES };

	need(!setrlimit(RLIMIT_NOFILE, &files));
	ok(held(ve) > 0, "a running VE uses kernel memory: %lu bytes", held(ve));
	ok_eq(held(ve) % 4096, 0, "counted in whole pages");
	test_pages(ve);
	test_slab(ve);
	test_page_tables(ve);
	test_shrink(ve);
	return 0;
}

int main(void)
{
	struct ve ve;

	ve_setup(&ve, 104);
	ok_eq(held(&ve), 0, "held of a new VE");
	ve_spawn(&ve, body);
	return kmem_end(&ve);
}
