/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * IO hooks that foreign files call: counting, and the pace of a VE that has an
 * iolimit or iopslimit. Empty when CONFIG_VE is off, a jump over nothing until
 * the first VE is made.
 *
 * The task that asks for the IO pays: a read when its bio is submitted, a write
 * when a page becomes dirty or a direct bio is made. It never sleeps there,
 * since locks are held. It owes, and pays where none are: on its way back to
 * user mode, and in the loops of calls that may be long.
 */
#ifndef _VZ_UB_IO_H
#define _VZ_UB_IO_H

#include <linux/sched.h>
#include <linux/types.h>
#include <vz/hook.h>

struct address_space;
struct ve;

/* What is counted of the calls in fs/sync.c. */
enum ub_io_sync {
	UB_IO_SYNC,		/* sync(2), syncfs(2) */
	UB_IO_FSYNC,
	UB_IO_FDATASYNC,
	UB_IO_RANGE_SYNC,
	UB_IO_NR_SYNCS,
};

#ifdef CONFIG_VE

/*
 * current owes for IO. A bit that is free in all 6.12 releases, written by
 * current only, like all of these flags.
 */
#define PF_VE_IO_DEBT		PF__HOLE__01000000

void __ub_io_read(size_t bytes);
void __ub_io_write(size_t bytes);
void __ub_io_dirty(size_t bytes);
void __ub_io_cancel(size_t bytes);
struct ve *__ub_io_sync_begin(enum ub_io_sync kind);
void __ub_io_sync_end(struct ve *ve, enum ub_io_sync kind);
void __ub_io_pace(const struct address_space *mapping);
void __ub_io_pay(void);

#endif /* CONFIG_VE */

/* A bio that reads is submitted. Any context. */
static inline void ub_io_read(size_t bytes)
{
	VE_HOOK(__ub_io_read(bytes));
}

/* A direct write. Any context. */
static inline void ub_io_write(size_t bytes)
{
	VE_HOOK(__ub_io_write(bytes));
}

/* Pages of the page cache become dirty. Any context, locks held. */
static inline void ub_io_dirty(size_t bytes)
{
	VE_HOOK(__ub_io_dirty(bytes));
}

/* Dirty pages are dropped without having been written. The same. */
static inline void ub_io_cancel(size_t bytes)
{
	VE_HOOK(__ub_io_cancel(bytes));
}

/* Return: who asked, for ub_io_sync_end(). */
static inline struct ve *ub_io_sync_begin(enum ub_io_sync kind)
{
	return VE_HOOK(__ub_io_sync_begin(kind), NULL);
}

static inline void ub_io_sync_end(struct ve *ve, enum ub_io_sync kind)
{
	VE_HOOK(ve ? __ub_io_sync_end(ve, kind) : (void)0);
}

static inline struct ve *ub_io_fsync_begin(int datasync)
{
	return ub_io_sync_begin(datasync ? UB_IO_FDATASYNC : UB_IO_FSYNC);
}

static inline void ub_io_fsync_end(struct ve *ve, int datasync)
{
	ub_io_sync_end(ve, datasync ? UB_IO_FDATASYNC : UB_IO_FSYNC);
}

/*
 * A call that may be long does IO on @mapping: sleep a while when current owes.
 * Not for callers that must not wait. May sleep.
 */
static inline void ub_io_pace(const struct address_space *mapping, bool nowait)
{
	VE_HOOK((current->flags & PF_VE_IO_DEBT) && !nowait ? __ub_io_pace(mapping) : (void)0);
}

/* Back to user mode: sleep until all that current asked for is paid. */
static inline void ub_io_pay(void)
{
	VE_HOOK(current->flags & PF_VE_IO_DEBT ? __ub_io_pay() : (void)0);
}

#endif /* _VZ_UB_IO_H */
