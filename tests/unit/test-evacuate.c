// SPDX-License-Identifier: GPL-2.0-or-later
/* Where an evacuation sends VEs, from figures alone. */
#include <stdlib.h>
#include <string.h>
#include "libvz/setting.h"
#include "tests/unit/tap.h"
#include "vzmigrate/evacuate_book.h"
#include "vzmigrate/evacuate_plan.h"

#define M	(1ULL << 20)

static char *why;

static int choose(const struct evac_host *h, size_t nh, const struct evac_ve *ve, size_t n,
		  size_t i)
{
	free(why);
	why = NULL;
	return evac_choose(h, nh, ve, n, i, &why);
}

static struct evac_host host(const char *name, uint64_t memory, uint64_t disk)
{
	return (struct evac_host){
		.name = name,
		.room = { .memory = memory * M, .disk = disk * M },
	};
}

static struct evac_ve ve(unsigned int id, bool running, uint64_t memory, uint64_t disk)
{
	return (struct evac_ve){ .id = id, .running = running, .host = -1, .step = EVAC_MOVE,
				 .memory = memory * M, .disk = disk * M };
}

static void most_room_first(void)
{
	struct evac_host h[2] = { host("a", 1000, 9000), host("b", 2000, 9000) };
	struct evac_ve v[3] = { ve(101, true, 400, 10), ve(102, true, 300, 10),
				ve(103, false, 0, 8000) };

	/* The host with most memory left. */
	CHECK(choose(h, 2, v, 3, 0) == 1);
	v[0].host = 1;
	/* 1936 - 2 * 400 is left of b while the first is on its way, 936 are of a: still most. */
	CHECK(choose(h, 2, v, 3, 1) == 1);
	v[1].host = 1;
	v[1].memory = 900 * M;
	v[0].result = EVAC_MOVED;
	/* What is on its way there counts. */
	CHECK(choose(h, 2, v, 3, 0) == 0);
	/* One that is down takes no memory, but disk. */
	CHECK(choose(h, 2, v, 3, 2) == 0);
	v[2].disk = 8990 * M;
	/* No disk: what is there. */
	CHECK(choose(h, 2, v, 3, 2) == EVAC_NONE);
	CHECK(why && strstr(why, "a has 9000 MiB of disk left"));
}

static void a_live_move_needs_its_memory_twice(void)
{
	struct evac_host h = host("a", 1064, 9000);
	struct evac_ve v[2] = { ve(101, true, 300, 10), ve(102, true, 300, 10) };

	/* The first goes. */
	CHECK(choose(&h, 1, v, 2, 0) == 0);
	v[0].host = 0;
	/* The second waits: a live move needs twice its memory. */
	CHECK(choose(&h, 1, v, 2, 1) == EVAC_WAIT);
	v[0].result = EVAC_MOVED;
	/* It goes when the first has arrived. */
	CHECK(choose(&h, 1, v, 2, 1) == 0);
	v[0].result = EVAC_OPEN;
	v[1].policy = EVAC_STOPPED;
	/* Stopped for the way it needs its memory once. */
	CHECK(choose(&h, 1, v, 2, 1) == 0);
	v[1].memory = 800 * M;
	/* For what never fits nobody waits. */
	CHECK(choose(&h, 1, v, 2, 1) == EVAC_NONE && why && strstr(why, "memory left"));
	v[0].result = EVAC_FAILED;
	/* What failed takes nothing. */
	CHECK(choose(&h, 1, v, 2, 1) == 0);
}

static void a_number_is_taken(void)
{
	struct room_ve taken = { .id = 101 };
	struct evac_host h[2] = { host("a", 9000, 9000), host("b", 500, 9000) };
	struct evac_ve v = ve(101, true, 100, 10);

	h[0].room.ve = &taken;
	h[0].room.n = 1;
	/* Not to where its number is taken. */
	CHECK(choose(h, 2, &v, 1, 0) == 1);
	v.tried = 2;
	/* Nor to one that has refused it. */
	CHECK(choose(h, 2, &v, 1, 0) == EVAC_NONE && why && strstr(why, "a has a VE 101"));
}

static void words_of_the_setting(void)
{
	int p;

	for (p = 0; vz_evacuate_names[p]; p++)
		if (evac_policy_find(vz_evacuate_names[p]) != (enum evac_policy)p)
			break;
	/* The words of EVACUATE are the policies. */
	CHECK(p == EVAC_NR_POLICIES && !vz_evacuate_names[p]);
	/* A host is one word for ssh and for a shell. */
	CHECK(evac_host_valid("root@node2.example") && !evac_host_valid("-oProxyCommand=x"));
	CHECK(!evac_host_valid("a b") && !evac_host_valid("a;b") && !evac_host_valid(""));
}

int main(void)
{
	TEST(most_room_first);
	TEST(a_live_move_needs_its_memory_twice);
	TEST(a_number_is_taken);
	TEST(words_of_the_setting);
	free(why);
	return tap_failed;
}
