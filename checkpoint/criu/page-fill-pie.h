/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OPENVE_CRIU_PAGE_FILL_PIE_H
#define OPENVE_CRIU_PAGE_FILL_PIE_H

/*
 * Pages of the store go into private memory by userfaultfd(2): the kernel takes a free page,
 * copies into it and maps it. Reading into memory that is not there yet costs a fault for each
 * page, and each page is cleared before it is overwritten. Nobody ever waits for such a page, and
 * no mapping is left registered: what is not filled is read. Mappings are registered as wholes:
 * parts of one that get their first pages while they differ are never one again, and mremap(2) of
 * them fails. Runs in the task itself; only for criu/pie.
 */
#include "page-known.h"

/* Shorter ranges are read sooner than their mapping is registered. */
#define PAGE_FILL_MIN		(32 * PAGE_SIZE)
#define PAGE_FILL_HUGE		(2UL << 20)
#define PAGE_FILL_FAILED(at)	((at) > (unsigned long)-4096)
#ifndef UFFD_USER_MODE_ONLY
#define UFFD_USER_MODE_ONLY	1
#endif

/* @vma: where the last range was; @uffd: -1: not open yet, -2: not to be had */
struct page_fill {
	struct task_restore_args *args;
	VmaEntry *vma;
	int uffd;
};

/* Does a fault bring more than one page? Then a read takes fewer, and leaves larger pages. */
static inline bool page_fill_faults_are_large(void)
{
	unsigned long at = sys_mmap(NULL, 2 * PAGE_FILL_HUGE, PROT_READ | PROT_WRITE,
				    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	unsigned long huge = round_up(at, PAGE_FILL_HUGE);
	unsigned char there = 0;

	if (PAGE_FILL_FAILED(at))
		return true;
	*(volatile char *)huge = 1;
	sys_mincore((void *)(huge + PAGE_SIZE), PAGE_SIZE, &there);
	sys_munmap((void *)at, 2 * PAGE_FILL_HUGE);
	return there & 1;
}

/* Return: a descriptor for the memory of the caller alone, or -2. */
static inline int page_fill_open(void)
{
	struct uffdio_api api = { .api = UFFD_API };
	int uffd;

	if (page_fill_faults_are_large())
		return -2;
	uffd = sys_userfaultfd(O_CLOEXEC | UFFD_USER_MODE_ONLY);
	if (uffd < 0)
		return -2;
	if (!sys_ioctl(uffd, UFFDIO_API, (unsigned long)&api))
		return uffd;
	sys_close(uffd);
	return -2;
}

static inline void page_fill_close(struct page_fill *f)
{
	if (f->uffd >= 0)
		sys_close(f->uffd);
	f->uffd = -2;
}

/* The mapping that has all of a range, NULL when none has that can be filled. */
static inline VmaEntry *page_fill_mapping(struct page_fill *f, const struct iovec *iov)
{
	const unsigned long at = (unsigned long)iov->iov_base;
	VmaEntry *end = f->args->vmas + f->args->vmas_n;

	if (!f->vma || at < f->vma->start)
		f->vma = f->args->vmas;
	while (f->vma < end && f->vma->end <= at)
		f->vma++;
	if (f->vma == end || at < f->vma->start || f->vma->end - at < iov->iov_len)
		return f->vma = NULL;
	if (!vma_entry_can_be_lazy(f->vma) || vma_entry_is(f->vma, VMA_AREA_SHSTK) ||
	    f->vma->madv & (1UL << MADV_HUGEPAGE))
		return NULL;
	return f->vma;
}

/* Return: how many bytes of a range are there now, from its start on. */
static inline long page_fill_range(struct page_fill *f, const struct iovec *iov, unsigned long off)
{
	VmaEntry *vma = iov->iov_len < PAGE_FILL_MIN ? NULL : page_fill_mapping(f, iov);
	struct uffdio_register reg = { .mode = UFFDIO_REGISTER_MODE_MISSING };
	struct uffdio_copy copy = { .dst = (unsigned long)iov->iov_base, .len = iov->iov_len };
	unsigned long src;

	if (vma && f->uffd == -1)
		f->uffd = page_fill_open();
	if (!vma || f->uffd < 0)
		return 0;
	src = sys_mmap(NULL, iov->iov_len, PROT_READ, MAP_SHARED | MAP_POPULATE,
		       f->args->vma_store_fd, off);
	if (PAGE_FILL_FAILED(src))
		return 0;
	copy.src = src;
	reg.range.start = vma->start;
	reg.range.len = vma_entry_len(vma);
	if (!sys_ioctl(f->uffd, UFFDIO_REGISTER, (unsigned long)&reg)) {
		sys_ioctl(f->uffd, UFFDIO_COPY, (unsigned long)&copy);
		/* A fault in it would fail while it is registered. */
		if (sys_ioctl(f->uffd, UFFDIO_UNREGISTER, (unsigned long)&reg.range))
			page_fill_close(f);
	}
	sys_munmap((void *)src, iov->iov_len);
	return copy.copy > 0 ? copy.copy : 0;
}

/* @n bytes from the @i-th range on are there. Return: the first range that is not whole. */
static inline int page_fill_advance(struct restore_vma_io *rio, int i, unsigned long n)
{
	rio->off += n;
	for (; i < rio->nr_iovs && n >= rio->iovs[i].iov_len; i++) {
		n -= rio->iovs[i].iov_len;
		rio->iovs[i].iov_len = 0;
	}
	if (n) {
		rio->iovs[i].iov_base += n;
		rio->iovs[i].iov_len -= n;
	}
	return i;
}

/* What is there afterwards is taken off what the restorer is to read. */
static inline void page_fill(struct page_fill *f, struct restore_vma_io *rio)
{
	int i = 0;

	while (rio->off & PAGE_STORE_OFFSET && i < rio->nr_iovs && f->uffd != -2) {
		struct iovec *iov = rio->iovs + i;
		const unsigned long off = rio->off & ~PAGE_STORE_OFFSET;
		long n = page_fill_range(f, iov, off);
		int nr = 1;

		while (!n && i + nr < rio->nr_iovs && iov[nr].iov_len < PAGE_FILL_MIN)
			nr++;
		if (!n)
			n = sys_preadv(f->args->vma_store_fd, iov, nr, off);
		/* The restorer meets it again. */
		if (n <= 0)
			return;
		i = page_fill_advance(rio, i, n);
	}
}

#endif
