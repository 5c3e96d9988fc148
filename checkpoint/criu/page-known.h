/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef __CR_PAGE_KNOWN_H__
#define __CR_PAGE_KNOWN_H__

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/uio.h>

struct cr_img;
struct page_read;

/*
 * Pages of a move that the destination has already. In the dump a page of the table in
 * PAGE_KNOWN_FILE is not written: its entry of the pagemap has its number in PAGE_STORE_FILE,
 * where the restore finds it. Without the first file everything is written.
 */

/*
 * Dump. Is the page of a task that stands still known? It is then one of those that
 * page_known_write() writes entries for, in the order of these calls.
 * @vaddr: of the page
 * @end: no page beyond is there for sure; what is before may be read as well
 */
bool page_known(pid_t pid, unsigned long vaddr, unsigned long end);
/* The same of a page that is mapped here. */
bool page_known_here(const void *page);
/* Are there such pages to be written? */
bool page_known_waiting(void);
int page_known_write(struct cr_img *pagemap, const struct iovec *iov);

/* Restore. Offsets in the store are told from those in a file of pages by this bit. */
#define PAGE_STORE_OFFSET	(1ULL << 62)

/* For a restorer, which closes it. Return: the descriptor, -1 when there is no store. */
int page_store_open(void);
/* As preadv(2), of the store where the offset is one of it. */
ssize_t page_store_preadv(int pages_fd, const struct iovec *iov, int nr, uint64_t off);
/* The reader has come to an entry: from where is it read? */
void page_store_seek(struct page_read *pr);

#endif /* __CR_PAGE_KNOWN_H__ */
