// SPDX-License-Identifier: GPL-2.0-or-later
/* vzctl check-host: the memory that it proposes to set aside for vzreboot. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "tests/unit/tap.h"
#include "vzctl/host_memory.h"

static bool proposes(const char *iomem, const char *word)
{
	char *got = host_region_word(iomem);
	bool same = word ? got && !strcmp(got, word) : !got;

	if (!same)
		printf("# got %s\n", got ? got : "nothing");
	free(got);
	return same;
}

static void a_quarter_at_the_end_of_the_largest_piece(void)
{
	CHECK(proposes("00001000-0009fbff : System RAM\n"
		       "00100000-7ffdafff : System RAM\n"
		       "  01000000-01dfffff : Kernel code\n"
		       "100000000-27fffffff : System RAM\n", "memmap=1920M!8320M"));
	CHECK(proposes("00100000-7ffdafff : System RAM\n", "memmap=384M!1536M"));
}

static void what_is_inside_or_beside_of_memory_does_not_count(void)
{
	CHECK(proposes("00100000-3fffffff : System RAM\n"
		       "  00200000-3fffffff : System RAM (kexec)\n"
		       "40000000-ffffffffff : PCI Bus 0000:00\n", "memmap=128M!896M"));
}

static void the_largest_piece_keeps_half(void)
{
	/* four pieces of 1 GiB: a quarter of all is one whole piece */
	CHECK(proposes("00000000-3fffffff : System RAM\n50000000-8fffffff : System RAM\n"
		       "a0000000-dfffffff : System RAM\n100000000-13fffffff : System RAM\n",
		       "memmap=512M!512M"));
}

static void no_room_no_proposal(void)
{
	CHECK(proposes("00100000-0fffffff : System RAM\n", NULL));
	CHECK(proposes("", NULL));
	CHECK(proposes("garbage\n-\n:\n12-\nffffffffffffffff-0 : System RAM\n", NULL));
	/* who may not see addresses sees zeros */
	CHECK(proposes("00000000-00000000 : System RAM\n", NULL));
}

int main(void)
{
	TEST(a_quarter_at_the_end_of_the_largest_piece);
	TEST(what_is_inside_or_beside_of_memory_does_not_count);
	TEST(the_largest_piece_keeps_half);
	TEST(no_room_no_proposal);
	return tap_failed;
}
