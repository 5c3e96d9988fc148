// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Memory that changes all the time, in each way that pages come and go, and notes of what must
 * be where. What a move reads of it while the VE runs is old when the VE stands still.
 */
#include "corpus.h"

#define PAGES		192
#define WORDS		512
#define SHARED		64	/* of them; these are only written */

struct note {
	uint64_t seed, last;
};

static uint64_t (*page)[WORDS], (*spare)[WORDS];
static struct note *note;
static volatile int *ask;
static uint64_t drawn = 88172645463325252ULL;

static unsigned int draw(unsigned int most)
{
	drawn ^= drawn << 13;
	drawn ^= drawn >> 7;
	drawn ^= drawn << 17;
	return drawn % most;
}

static void *pages_at(void *at, size_t nr, int flags)
{
	void *map = mmap(at, nr * sizeof(*page), PROT_READ | PROT_WRITE, MAP_ANONYMOUS | flags,
			 -1, 0);

	need(map != MAP_FAILED);
	return map;
}

static void write_page(unsigned int i)
{
	static uint64_t seed;

	seed++;
	for (unsigned int k = 0; k < WORDS; k++)
		page[i][k] = seed << 20 | k;
	note[i] = (struct note){ seed, seed << 20 | (WORDS - 1) };
}

static void copy_page(unsigned int i, unsigned int from)
{
	memcpy(page[i], page[from], sizeof(*page));
	note[i] = note[from];
}

static void drop_page(unsigned int i)
{
	need(!madvise(page[i], sizeof(*page), MADV_DONTNEED));
	note[i] = (struct note){ 0 };
}

static void map_anew(unsigned int i)
{
	need(!munmap(page[i], sizeof(*page)));
	need(pages_at(page[i], 1, MAP_PRIVATE | MAP_FIXED) == page[i]);
	note[i] = (struct note){ 0 };
}

static void move_page(void *from, void *to)
{
	need(mremap(from, sizeof(*page), sizeof(*page), MREMAP_MAYMOVE | MREMAP_FIXED, to) == to);
}

static void swap_pages(unsigned int i, unsigned int j)
{
	struct note n = note[i];

	if (i == j)
		return;
	move_page(page[i], spare);
	move_page(page[j], page[i]);
	move_page(spare, page[j]);
	note[i] = note[j];
	note[j] = n;
}

static void change_word(unsigned int i)
{
	page[i][WORDS - 1]++;
	note[i].last++;
}

static void step(void)
{
	unsigned int i = draw(PAGES), own = SHARED + draw(PAGES - SHARED);

	switch (draw(8)) {
	case 0:
		copy_page(i, draw(PAGES));
		break;
	case 1:
		drop_page(own);
		break;
	case 2:
		map_anew(own);
		break;
	case 3:
		swap_pages(own, SHARED + draw(PAGES - SHARED));
		break;
	case 4:
	case 5:
		change_word(i);
		break;
	default:
		write_page(i);
	}
}

static bool all_are_right(void)
{
	for (unsigned int i = 0; i < PAGES; i++) {
		uint64_t seed = note[i].seed;

		for (unsigned int k = 0; k < WORDS - 1; k++)
			if (page[i][k] != (seed ? seed << 20 | k : 0))
				return false;
		if (page[i][WORDS - 1] != note[i].last)
			return false;
	}
	return true;
}

/* ask: what is wanted, answered, the answer, whether to spoil it. */
static void work(void)
{
	bool spoilt = false;

	for (;;) {
		if (ask[3] && !spoilt)
			page[SHARED + 1][7]++;
		spoilt |= ask[3];
		if (ask[0] != ask[1]) {
			ask[2] = all_are_right();
			ask[1] = ask[0];
		}
		for (int i = 0; !spoilt && i < 4; i++)
			step();
		usleep(2000);
	}
}

static void set_up(void)
{
	pid_t child;

	page = pages_at(NULL, PAGES, MAP_PRIVATE);
	pages_at(page, SHARED, MAP_SHARED | MAP_FIXED);
	spare = pages_at(NULL, 1, MAP_PRIVATE);
	note = (void *)pages_at(NULL, 1, MAP_PRIVATE);
	need(PAGES * sizeof(*note) <= sizeof(*page));
	ask = (void *)pages_at(NULL, 1, MAP_SHARED);
	need((child = fork()) >= 0);
	if (!child)
		work();
}

static void verify(void)
{
	ask[0]++;
	in_time(ask[0] == ask[1]);
	equal(ask[2], 1);
}

static void spoil(void)
{
	ask[3] = 1;
}

STATE(memory_busy, "memory that changes all the time", set_up, verify, spoil);
