// SPDX-License-Identifier: GPL-2.0-only
/*
 * Packet rings: their pages are in kmemsize, refused with ENOMEM at its
 * barrier, and given back with the socket.
 */
#include "kmem.h"
#include "sock.h"
#include <net/ethernet.h>

#define BLOCK	(64UL << 10)
#define BLOCKS	64UL

static int ring(int fd, unsigned int blocks)
{
	return packet_ring(fd, BLOCK, blocks);
}

static int body(const struct ve *ve)
{
	int fd = socket(AF_PACKET, SOCK_RAW, htons(ETH_P_ALL));
	unsigned long base, now;
	struct ub_row before;
	volatile char *p;
	size_t i;

	need(fd >= 0);
	base = held_of(ve, "kmemsize");
	ok(!ring(fd, BLOCKS), "a ring of 4 MiB");
	now = held_of(ve, "kmemsize");
	/* what start-up freed may be given back only now, so not exact */
	ok(now + SLACK > base + BLOCKS * BLOCK && now < base + BLOCKS * BLOCK + SLACK,
	   "held grew by %lu", now - base);
	p = mmap(NULL, BLOCKS * BLOCK, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	ok(p != MAP_FAILED, "it can be mapped");
	for (i = 0; i < BLOCKS; i++)
		p[i * BLOCK + BLOCK / 2] = 1;
	need(!munmap((void *)p, BLOCKS * BLOCK));
	need(!ring(fd, 0));
	ok(ve_wait_held(ve, "kmemsize", base + SLACK) <= base + SLACK, "given back");
	before = ve_read_ub(ve, "kmemsize");
	need(!ve_set_ub(ve, "kmemsize", before.held + BLOCKS * BLOCK / 2,
			before.held + BLOCKS * BLOCK / 2));
	ok(ring(fd, BLOCKS) && errno == ENOMEM, "beyond the barrier: ENOMEM");
	ok(ve_read_ub(ve, "kmemsize").failcnt > before.failcnt, "failures are counted");
	ok(ve_wait_held(ve, "kmemsize", before.held + SLACK) <= before.held + SLACK,
	   "nothing is kept");
	need(!ve_set_ub(ve, "kmemsize", VE_MAX, VE_MAX));
	ok(!ring(fd, BLOCKS), "left at exit");
	return 0;
}

int main(void)
{
	struct ve ve;

	ve_setup(&ve, 128);
	ve_spawn(&ve, body);
	return kmem_end(&ve);
}
