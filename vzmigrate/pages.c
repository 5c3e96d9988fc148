// SPDX-License-Identifier: GPL-2.0-or-later
/* An open-addressed table, doubled at three quarters; one thread, no lock; numbers from 0. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include "checkpoint/criu/page-sum.h"
#include "libvz/file.h"
#include "vzmigrate/pages.h"

struct pages {
	struct page_sum_head head;
	uint32_t n, limit;
	struct page_sum_row *row;
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
	p->head.rows = 4096;
	p->row = calloc(p->head.rows, sizeof(*p->row));
	if (!p->row || draw(&p->head.key, sizeof(p->head.key))) {
		pages_free(p);
		return NULL;
	}
	/* Any point but the trivial ones, of 60 bits. */
	for (int i = 0; i < 2; i++)
		p->head.key.point[i] = (p->head.key.point[i] >> 4) | 2;
	return p;
}

void pages_free(struct pages *p)
{
	if (!p)
		return;
	explicit_bzero(&p->head.key, sizeof(p->head.key));
	free(p->row);
	free(p);
}

uint32_t pages_refer(const struct pages *p, const void *page)
{
	uint64_t sum[2];
	const struct page_sum_row *r;

	if (!page_sum(&p->head.key, page, sum))
		return PAGES_ZERO;
	r = &p->row[page_sum_find(p->row, p->head.rows, sum)];
	return r->ref ? r->ref : PAGES_LITERAL;
}

static bool grow(struct pages *p)
{
	const size_t rows = p->head.rows * 2;
	struct page_sum_row *bigger;

	if (p->n < p->head.rows / 4 * 3)
		return true;
	bigger = calloc(rows, sizeof(*bigger));
	if (!bigger)
		return false;
	for (size_t i = 0; i < p->head.rows; i++)
		if (p->row[i].ref)
			bigger[page_sum_find(bigger, rows, p->row[i].sum)] = p->row[i];
	free(p->row);
	p->row = bigger;
	p->head.rows = rows;
	return true;
}

uint32_t pages_learn(struct pages *p, const void *page, bool *fresh)
{
	uint64_t sum[2];
	struct page_sum_row *r;

	*fresh = false;
	if (!page_sum(&p->head.key, page, sum))
		return PAGES_ZERO;
	r = &p->row[page_sum_find(p->row, p->head.rows, sum)];
	if (r->ref)
		return r->ref;
	if (p->n == p->limit || !grow(p))
		return PAGES_LITERAL;
	r = &p->row[page_sum_find(p->row, p->head.rows, sum)];
	*r = (struct page_sum_row){ .sum = { sum[0], sum[1] }, .ref = ++p->n };
	*fresh = true;
	return r->ref;
}

uint32_t pages_count(const struct pages *p)
{
	return p->n;
}

int pages_save(const struct pages *p, int fd)
{
	int ret = vz_pwrite_all(fd, &p->head, sizeof(p->head), 0);

	return ret ? ret : vz_pwrite_all(fd, p->row, p->head.rows * sizeof(*p->row),
					 sizeof(p->head));
}
