// SPDX-License-Identifier: GPL-2.0-only
/*
 * Packet rings: their pages are in kmemsize, refused with ENOMEM at its
 * barrier, and given back with the socket.
 */
#include "common.h"
#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <sys/socket.h>

#define BLOCK	(64UL << 10)
#define BLOCKS	64UL
#define SLACK	(512UL << 10)

static unsigned long held(const struct ve *ve)
{
	return ve_read_ub(ve, "kmemsize").held;
}

static int ring(int fd, unsigned int blocks)
{
	struct tpacket_req req = {
		.tp_block_size = BLOCK, .tp_block_nr = blocks,
		.tp_frame_size = 2048, .tp_frame_nr = blocks * (BLOCK / 2048),
	};

	return setsockopt(fd, SOL_PACKET, PACKET_RX_RING, &req, sizeof(req));
}

static int body(const struct ve *ve)
{
	int fd = socket(AF_PACKET, SOCK_RAW, htons(ETH_P_ALL));
	unsigned long base, now;
	struct ub_row before;
	volatile char *p;
	size_t i;

	need(fd >= 0);
	base = held(ve);
	ok(!ring(fd, BLOCKS), "a ring of 4 MiB");
	now = held(ve);
	ok(now >= base + BLOCKS * BLOCK && now < base + BLOCKS * BLOCK + SLACK,
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
	ok(ve_read_ub(ve, "kmemsize").held <= before.held + SLACK, "nothing is kept");
	need(!ve_set_ub(ve, "kmemsize", VE_MAX, VE_MAX));
	ok(!ring(fd, BLOCKS), "left at exit");
	return 0;
}

int main(void)
{
	struct ve ve;

	ve_setup(&ve, 128);
	ve_spawn(&ve, body);
	ok(ve_wait_held(&ve, "kmemsize", 2 * SLACK) <= 2 * SLACK, "held of a stopped VE");
	ve_teardown(&ve);
	ok_eq(ve_wait_freed(), 0, "removed cgroups that are kept");
	return test_end();
}
