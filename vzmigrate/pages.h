/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pages that the destination has already, found by their content. So memory can
 * be sent while the VE runs without asking what has changed: what is sent again
 * in the freeze is what is not there. Zero pages are never sent.
 *
 * The sum of a page has a key that is of this migration alone and never leaves this host, so
 * nobody in the VE can make two pages of one sum (checkpoint/criu/page-sum.h).
 */
#ifndef VZMIGRATE_PAGES_H
#define VZMIGRATE_PAGES_H

#include <stdbool.h>
#include <stdint.h>

#define PAGES_SIZE	4096
/* References of a page in a file of images: zero, or what follows, or its number + 1. */
#define PAGES_ZERO	0
#define PAGES_LITERAL	UINT32_MAX
#define PAGES_MAX	(UINT32_MAX - 2)

struct pages;

/* At most limit pages are known. NULL: no memory. */
struct pages *pages_new(uint32_t limit);
void pages_free(struct pages *p);

/* How this page is told: PAGES_ZERO, its number + 1, or PAGES_LITERAL when it is not known. */
uint32_t pages_refer(const struct pages *p, const void *page);
/*
 * The same; one that is not known becomes so, with the next number, and *fresh says that
 * it is to be sent. When no more can be known it is PAGES_LITERAL.
 */
uint32_t pages_learn(struct pages *p, const void *page, bool *fresh);
uint32_t pages_count(const struct pages *p);
/* All that is known, with the key, for CRIU (PAGE_KNOWN_FILE). Return: 0 or -errno. */
int pages_save(const struct pages *p, int fd);

#endif /* VZMIGRATE_PAGES_H */
