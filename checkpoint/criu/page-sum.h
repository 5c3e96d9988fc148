/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Pages told apart by their content, and the table of those that the destination of a move has
 * already: vzmigrate fills it and writes it into a file for CRIU, which reads it in the dump.
 *
 * The sum of a page is a sum of products: of each pair of its words, to which words of a
 * secret key are added (NH, as in UMAC), made shorter by a polynomial in a secret point; twice,
 * with another key and point. Who does not know them cannot make two pages of one sum; two
 * that differ have the same one with a probability of about 2^-100.
 */
#ifndef __CR_PAGE_SUM_H__
#define __CR_PAGE_SUM_H__

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PAGE_SUM_SIZE	4096
#define PAGE_SUM_WORDS	(PAGE_SUM_SIZE / sizeof(uint64_t))

/* Beside the images, until they are sent. */
#define PAGE_KNOWN_FILE	"pages-known.img"
/* The pages themselves, in the order of their numbers; beside the images at the destination. */
#define PAGE_STORE_FILE	"pages-store.img"

/**
 * struct page_sum_key - secret of one move
 * @point: of 60 bits each, not 0 or 1
 * @key: the second sum takes them from the third on
 */
struct page_sum_key {
	uint64_t point[2];
	uint64_t key[PAGE_SUM_WORDS + 2];
};

/**
 * struct page_sum_row - of an open-addressed table
 * @sum: of the page
 * @ref: its number and 1; 0: the row is free
 */
struct page_sum_row {
	uint64_t sum[2];
	uint32_t ref, unused;
};

/* The head of PAGE_KNOWN_FILE; behind it are @rows rows, a power of two, never all taken. */
struct page_sum_head {
	uint64_t rows;
	struct page_sum_key key;
};

/* Of a page of anything, anywhere: a copy of it would take as long as its sum. */
typedef uint64_t __attribute__((may_alias, aligned(1))) page_sum_word;

static inline uint64_t page_sum_step(uint64_t h, uint64_t point, uint32_t word)
{
	const uint64_t prime = (1ULL << 61) - 1;
	unsigned __int128 m = (unsigned __int128)h * point + word;
	uint64_t r = (uint64_t)(m & prime) + (uint64_t)(m >> 61);

	return r >= prime ? r - prime : r;
}

static inline uint64_t page_sum_shorten(uint64_t point, unsigned __int128 sum)
{
	uint64_t h = 1;

	for (int i = 0; i < 4; i++, sum >>= 32)
		h = page_sum_step(h, point, (uint32_t)sum);
	return h;
}

/* false: the page is zero. */
static inline bool page_sum(const struct page_sum_key *k, const void *page, uint64_t sum[2])
{
	unsigned __int128 one = 0, other = 0;
	const page_sum_word *word = page;
	const uint64_t *key = k->key;
	uint64_t any = 0;

	for (size_t i = 0; i < PAGE_SUM_WORDS; i += 2, key += 2) {
		any |= word[i] | word[i + 1];
		one += (unsigned __int128)(word[i] + key[0]) * (word[i + 1] + key[1]);
		other += (unsigned __int128)(word[i] + key[2]) * (word[i + 1] + key[3]);
	}
	if (!any)
		return false;
	sum[0] = page_sum_shorten(k->point[0], one);
	sum[1] = page_sum_shorten(k->point[1], other);
	return true;
}

/* The row of a sum, or the free one where it would be. */
static inline size_t page_sum_find(const struct page_sum_row *row, size_t rows,
				   const uint64_t sum[2])
{
	size_t i = sum[0] & (rows - 1);

	while (row[i].ref && (row[i].sum[0] != sum[0] || row[i].sum[1] != sum[1]))
		i = (i + 1) & (rows - 1);
	return i;
}

#endif /* __CR_PAGE_SUM_H__ */
