// SPDX-License-Identifier: GPL-2.0-only
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include "common/compiler.h"
#include "common/page.h"
#include "image.h"
#include "log.h"
#include "page-known.h"
#include "page-sum.h"
#include "pagemap.h"
#include "protobuf.h"
#include "servicefd.h"
#include "xmalloc.h"

/* Pages read at once. */
#define WINDOW		64
#define UNKNOWN		UINT32_MAX

static const struct page_sum_head *table;

/* What was read last. */
static struct {
	pid_t pid;
	unsigned long start;
	unsigned int nr;
	uint32_t ref[WINDOW];
} window;

/* Numbers that wait for their entries. */
static struct {
	uint32_t *number;
	size_t nr, done, room;
} waiting;

/* Not there: nothing is known. */
static void open_table(void)
{
	static bool tried;
	struct stat st;
	void *map = MAP_FAILED;
	int fd;

	if (tried)
		return;
	tried = true;
	fd = openat(get_service_fd(IMG_FD_OFF), PAGE_KNOWN_FILE, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return;
	if (!fstat(fd, &st) && st.st_size >= (off_t)sizeof(*table))
		map = mmap(NULL, st.st_size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0);
	close(fd);
	if (map == MAP_FAILED) {
		pr_warn("%s cannot be used\n", PAGE_KNOWN_FILE);
		return;
	}
	table = map;
	if (sizeof(*table) + table->rows * sizeof(struct page_sum_row) != (size_t)st.st_size) {
		pr_warn("%s is damaged\n", PAGE_KNOWN_FILE);
		table = NULL;
		munmap(map, st.st_size);
	}
}

static uint32_t look_up(const void *page)
{
	const struct page_sum_row *row = (const void *)(table + 1);
	uint64_t sum[2];
	uint32_t ref;

	if (!page_sum(&table->key, page, sum))
		return UNKNOWN;
	ref = row[page_sum_find(row, table->rows, sum)].ref;
	return ref ? ref - 1 : UNKNOWN;
}

/* What cannot be read is not known. */
static void fill_window(pid_t pid, unsigned long vaddr, unsigned long end)
{
	static char buf[WINDOW * PAGE_SUM_SIZE];
	struct iovec local = { buf, min_t(size_t, end - vaddr, sizeof(buf)) };
	struct iovec remote = { (void *)vaddr, local.iov_len };
	ssize_t len = process_vm_readv(pid, &local, 1, &remote, 1, 0);
	unsigned int i;

	window.pid = pid;
	window.start = vaddr;
	window.nr = 1;
	window.ref[0] = UNKNOWN;
	if (len < PAGE_SUM_SIZE)
		return;
	window.nr = len / PAGE_SUM_SIZE;
	for (i = 0; i < window.nr; i++)
		window.ref[i] = look_up(buf + i * PAGE_SUM_SIZE);
}

static bool push(uint32_t number)
{
	if (waiting.nr == waiting.room) {
		size_t room = waiting.room ? waiting.room * 2 : 4096;

		if (xrealloc_safe(&waiting.number, room * sizeof(*waiting.number)))
			return false;
		waiting.room = room;
	}
	waiting.number[waiting.nr++] = number;
	return true;
}

bool page_known(pid_t pid, unsigned long vaddr, unsigned long end)
{
	unsigned long at;

	open_table();
	if (!table)
		return false;
	at = (vaddr - window.start) / PAGE_SUM_SIZE;
	if (pid != window.pid || vaddr < window.start || at >= window.nr) {
		fill_window(pid, vaddr, end);
		at = 0;
	}
	return window.ref[at] != UNKNOWN && push(window.ref[at]);
}

bool page_known_here(const void *page)
{
	uint32_t number;

	open_table();
	if (!table)
		return false;
	number = look_up(page);
	return number != UNKNOWN && push(number);
}

bool page_known_waiting(void)
{
	return waiting.done < waiting.nr;
}

/* An entry for each run of pages that follow each other in the store too. */
int page_known_write(struct cr_img *pagemap, const struct iovec *iov)
{
	size_t nr = iov->iov_len / PAGE_SUM_SIZE, i, run;
	const uint32_t *number = waiting.number + waiting.done;

	if (waiting.nr - waiting.done < nr) {
		pr_err("%zu known pages at %p and %zu numbers\n", nr, iov->iov_base,
		       waiting.nr - waiting.done);
		return -1;
	}
	for (i = 0; i < nr; i += run) {
		PagemapEntry pe = PAGEMAP_ENTRY__INIT;

		for (run = 1; i + run < nr && number[i + run] == number[i] + run;)
			run++;
		pe.vaddr = (unsigned long)iov->iov_base + i * PAGE_SUM_SIZE;
		pe.nr_pages = run;
		pe.has_flags = true;
		pe.flags = PE_PRESENT;
		pe.has_stored = true;
		pe.stored = number[i];
		if (pb_write_one(pagemap, &pe, PB_PAGEMAP) < 0)
			return -1;
	}
	waiting.done += nr;
	if (!page_known_waiting())
		waiting.done = waiting.nr = 0;
	return 0;
}

int page_store_open(void)
{
	return openat(get_service_fd(IMG_FD_OFF), PAGE_STORE_FILE,
		      O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
}

/* A descriptor that stays open here would be one of the task that is restored. */
ssize_t page_store_preadv(int pages_fd, const struct iovec *iov, int nr, uint64_t off)
{
	ssize_t ret;
	int fd;

	if (!(off & PAGE_STORE_OFFSET))
		return preadv(pages_fd, iov, nr, off);
	fd = page_store_open();
	if (fd < 0)
		return -1;
	ret = preadv(fd, iov, nr, off & ~PAGE_STORE_OFFSET);
	close(fd);
	return ret;
}

void page_store_seek(struct page_read *pr)
{
	if (pr->pi_off & PAGE_STORE_OFFSET)
		pr->pi_off = pr->own_off;
	if (!pr->pe->has_stored)
		return;
	pr->own_off = pr->pi_off;
	pr->pi_off = PAGE_STORE_OFFSET | (off_t)pr->pe->stored * PAGE_SUM_SIZE;
}
