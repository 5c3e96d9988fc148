// SPDX-License-Identifier: GPL-2.0-or-later
/* An open-addressed table, doubled at three quarters; one thread, no lock; numbers from 0. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include "vzmigrate/pages.h"

#define PRIME	((1ULL << 61) - 1)
#define WORDS	(PAGES_SIZE / sizeof(uint64_t))

struct row {
	uint64_t sum[2];
	uint32_t ref;		/* number + 1; 0: free */
};

struct pages {
	uint64_t point[2];
	uint64_t key[WORDS + 2];	/* the second sum takes them from the third on */
	uint32_t n, limit;
	size_t cap;
	struct row *row;
};

static int draw(void *to, size_t len)
{
	while (len) {
		ssize_t n = getrandom(to, len, 0);

		if (n < 0 && errno != EINTR)
			return -errno;
		if (n < 0)
			continue;
		to = (char *)to + n;
		len -= n;
	}
	return 0;
}

struct pages *pages_new(uint32_t limit)
{
	struct pages *p = calloc(1, sizeof(*p));

	if (!p)
		return NULL;
	p->limit = limit < PAGES_MAX ? limit : PAGES_MAX;
	p->cap = 4096;
	p->row = calloc(p->cap, sizeof(*p->row));
	if (!p->row || draw(p->point, sizeof(p->point)) || draw(p->key, sizeof(p->key))) {
		pages_free(p);
		return NULL;
	}
	/* Any point but the trivial ones, of 60 bits. */
	for (int i = 0; i < 2; i++)
		p->point[i] = (p->point[i] >> 4) | 2;
	return p;
}

void pages_free(struct pages *p)
{
	if (!p)
		return;
	explicit_bzero(p->point, sizeof(p->point));
	explicit_bzero(p->key, sizeof(p->key));
	free(p->row);
	free(p);
}

static uint64_t step(uint64_t h, uint64_t point, uint32_t word)
{
	unsigned __int128 m = (unsigned __int128)h * point + word;
	uint64_t r = (uint64_t)(m & PRIME) + (uint64_t)(m >> 61);

	return r >= PRIME ? r - PRIME : r;
}

static uint64_t shorten(uint64_t point, unsigned __int128 sum)
{
	uint64_t h = 1;

	for (int i = 0; i < 4; i++, sum >>= 32)
		h = step(h, point, (uint32_t)sum);
	return h;
}

/* false: the page is zero. */
static bool sum_of(const struct pages *p, const void *page, uint64_t sum[2])
{
	unsigned __int128 one = 0, other = 0;
	uint64_t word[WORDS], any = 0;
	const uint64_t *key = p->key;

	memcpy(word, page, sizeof(word));
	for (size_t i = 0; i < WORDS; i += 2, key += 2) {
		any |= word[i] | word[i + 1];
		one += (unsigned __int128)(word[i] + key[0]) * (word[i + 1] + key[1]);
		other += (unsigned __int128)(word[i] + key[2]) * (word[i + 1] + key[3]);
	}
	if (!any)
		return false;
	sum[0] = shorten(p->point[0], one);
	sum[1] = shorten(p->point[1], other);
	return true;
}

static struct row *find(struct row *row, size_t cap, const uint64_t sum[2])
{
	size_t i = sum[0] & (cap - 1);

	while (row[i].ref && (row[i].sum[0] != sum[0] || row[i].sum[1] != sum[1]))
		i = (i + 1) & (cap - 1);
	return &row[i];
}

uint32_t pages_refer(const struct pages *p, const void *page)
{
	uint64_t sum[2];
	const struct row *r;

	if (!sum_of(p, page, sum))
		return PAGES_ZERO;
	r = find(p->row, p->cap, sum);
	return r->ref ? r->ref : PAGES_LITERAL;
}

static bool grow(struct pages *p)
{
	struct row *bigger;

	if (p->n < p->cap / 4 * 3)
		return true;
	bigger = calloc(p->cap * 2, sizeof(*bigger));
	if (!bigger)
		return false;
	for (size_t i = 0; i < p->cap; i++)
		if (p->row[i].ref)
			*find(bigger, p->cap * 2, p->row[i].sum) = p->row[i];
	free(p->row);
	p->row = bigger;
	p->cap *= 2;
	return true;
}

uint32_t pages_learn(struct pages *p, const void *page, bool *fresh)
{
	uint64_t sum[2];
	struct row *r;

	*fresh = false;
	if (!sum_of(p, page, sum))
		return PAGES_ZERO;
	r = find(p->row, p->cap, sum);
	if (r->ref)
		return r->ref;
	if (p->n == p->limit || !grow(p))
		return PAGES_LITERAL;
	r = find(p->row, p->cap, sum);
	*r = (struct row){ .sum = { sum[0], sum[1] }, .ref = ++p->n };
	*fresh = true;
	return r->ref;
}

uint32_t pages_count(const struct pages *p)
{
	return p->n;
}
