// SPDX-License-Identifier: GPL-2.0-or-later
/* Rows: mappings and page faults. */
#include <sys/mman.h>
#include "bench.h"

#define SIZE	(64 << 10)
#define PAGE	4096

static void *map(void)
{
	void *p = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	need(p != MAP_FAILED);
	return p;
}

static void run_mmap(unsigned int n)
{
	while (n--)
		need(!munmap(map(), SIZE));
}

/* @n pages, in turns of an area that is emptied and touched again. */
static void run_fault(unsigned int n)
{
	char *p = map();
	unsigned int i;

	for (i = 0; i < n; i++) {
		if (i % (SIZE / PAGE) == 0)
			need(!madvise(p, SIZE, MADV_DONTNEED));
		p[i % (SIZE / PAGE) * PAGE] = 1;
	}
	need(!munmap(p, SIZE));
}

const struct row memory_rows[] = {
	{ "mmap+munmap", 5000, .run = run_mmap },
	{ "page-fault", 8000, .run = run_fault },
	{ }
};
