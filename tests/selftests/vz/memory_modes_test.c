// SPDX-License-Identifier: GPL-2.0-only
/*
 * The two ways to give a VE memory. vswap: RAM and swap are bounded, mappings
 * are not; what exceeds RAM is swapped, what exceeds both is killed, inside.
 * Classic: every row has a bound, so mmap fails and nobody is killed.
 */
#include "common.h"
#include <sys/swap.h>

#define PAGE	4096UL
#define RAM	4096UL
#define SWAP	4096UL
#define ROOM	3000UL
#define ZRAM	"/dev/zram0"

static char *map(size_t pages)
{
	return mmap(NULL, pages * PAGE, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

/* Touch @pages in a child. Return: its wait status. */
static int touch(const struct ve *ve, size_t pages, struct ub_row *phys, struct ub_row *swap)
{
	int status;
	pid_t pid = fork();

	if (!pid) {
		char *p = map(pages);
		size_t i;

		if (p == MAP_FAILED)
			_exit(errno == ENOMEM ? 3 : 4);
		for (i = 0; i < pages; i++)
			*(unsigned long *)(p + i * PAGE) = i;
		*phys = ve_read_ub(ve, "physpages");
		*swap = ve_read_ub(ve, "swappages");
		for (i = 0; i < pages; i++)
			if (*(unsigned long *)(p + i * PAGE) != i)
				_exit(5);
		_exit(0);
	}
	need(pid > 0 && waitpid(pid, &status, 0) == pid);
	return status;
}

static struct ub_row *shared_rows(void)
{
	struct ub_row *rows = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
				   MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	need(rows != MAP_FAILED);
	return rows;
}

static int vswap(const struct ve *ve)
{
	struct ub_row *rows = shared_rows();
	int status;

	ok(map(8 * RAM) != MAP_FAILED, "vswap: a mapping of many times the RAM");
	status = touch(ve, RAM + SWAP / 2, &rows[0], &rows[1]);
	ok(!status, "vswap: more than RAM goes to swap: status %#x", status);
	ok(rows[0].held <= RAM, "physpages %lu of %lu", rows[0].held, RAM);
	ok(rows[1].held >= SWAP / 2 && rows[1].held <= SWAP, "swappages %lu of %lu",
	   rows[1].held, SWAP);
	ok_eq(ve_read_ub(ve, "oomguarpages").failcnt, 0, "nobody was killed");
	status = touch(ve, RAM + 2 * SWAP, &rows[0], &rows[1]);
	ok(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL, "vswap: more than both is killed");
	ok_eq(ve_read_ub(ve, "oomguarpages").failcnt, 1, "which is counted");
	return 0;
}

static int classic(const struct ve *ve)
{
	struct ub_row *rows = shared_rows(), before = ve_read_ub(ve, "privvmpages");
	unsigned long base = before.held;
	int status;

	/* The child takes over what is the program's own. */
	base += base - ve_read_ub(ve, "shmpages").held;
	need(!ve_set_ub(ve, "privvmpages", base + ROOM, base + ROOM + 100));
	status = touch(ve, ROOM, &rows[0], &rows[1]);
	ok(!status, "classic: up to the barrier: status %#x", status);
	ok(rows[0].held >= ROOM, "physpages %lu: its barrier of 0 means nothing", rows[0].held);
	ok_eq(ve_wait_held(ve, "privvmpages", before.held), before.held,
	      "held when the child is gone");
	status = touch(ve, ROOM + 1, &rows[0], &rows[1]);
	ok(WIFEXITED(status) && WEXITSTATUS(status) == 3, "classic: mmap beyond it: ENOMEM");
	ok_eq(ve_read_ub(ve, "privvmpages").failcnt, before.failcnt + 1, "counted");
	ok_eq(ve_read_ub(ve, "oomguarpages").failcnt, 0, "and nobody was killed");
	return 0;
}

/* Swap on a compressed disk in memory. */
static void swap_on(void)
{
	static char head[PAGE];
	int fd;

	need(!write_at("/sys/block/zram0", "disksize", "64M"));
	fd = open(ZRAM, O_RDWR);
	need(fd >= 0);
	*(unsigned int *)(head + 1024) = 1;				/* version */
	*(unsigned int *)(head + 1028) = (64UL << 20) / PAGE - 1;	/* last page */
	memcpy(head + PAGE - 10, "SWAPSPACE2", 10);
	need(pwrite(fd, head, PAGE, 0) == (long)PAGE && !fsync(fd));
	close(fd);
	need(!swapon(ZRAM, 0));
}

int main(void)
{
	struct ve a, b;

	swap_on();
	ve_setup(&a, 131);
	ok_eq(ve_set_ub(&a, "physpages", 0, RAM), 0, "set physpages");
	ok_eq(ve_set_ub(&a, "swappages", 0, SWAP), 0, "set swappages");
	ve_spawn(&a, vswap);
	ve_teardown(&a);
	ve_setup(&b, 132);
	ok_eq(ve_set_ub(&b, "physpages", 0, VE_MAX), 0, "physpages without a limit");
	ve_spawn(&b, classic);
	ve_teardown(&b);
	need(!swapoff(ZRAM));
	need(!write_at("/sys/block/zram0", "reset", "1"));
	ok_eq(ve_wait_freed(), 0, "removed cgroups that are kept");
	return test_end();
}
