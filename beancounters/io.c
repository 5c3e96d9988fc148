// SPDX-License-Identifier: GPL-2.0-only
/*
 * IO accounting of a VE: bytes that its tasks read and wrote, and their syncs.
 *
 * Owns struct ub_io: allocated when the VE is bound, freed with its css. The
 * owner of a count is the VE of current, which cannot go meanwhile; a host task
 * that is moved into a VE counts there from its next request on. Counters are
 * per CPU, changed by one instruction each, and summed when they are read.
 */
#include <linux/export.h>
#include <linux/preempt.h>
#include <linux/slab.h>
#include <vz/ub-show.h>
#include "counters.h"
#include "io.h"
#include "io_pace.h"

static int ub_io_arm(struct ub_counters *cs)
{
	struct ub_io *io = kzalloc(sizeof(*io), GFP_KERNEL);

	if (!io)
		return -ENOMEM;
	io->stat = alloc_percpu(struct ub_io_stat);
	if (!io->stat) {
		kfree(io);
		return -ENOMEM;
	}
	cs->io = io;
	return 0;
}

static void ub_io_disarm(struct ub_counters *cs)
{
	if (!cs->io)
		return;
	free_percpu(cs->io->stat);
	kfree(cs->io);
	cs->io = NULL;
}

const struct ub_part ub_io_part = {
	.arm	= ub_io_arm,
	.disarm	= ub_io_disarm,
};

/* Requests of interrupts and of the kernel's own threads are the host's. */
static struct ve *ub_io_ve(void)
{
	return in_task() ? current_ve() : NULL;
}

void __ub_io_read(size_t bytes)
{
	struct ve *ve = ub_io_ve();

	if (!ve)
		return;
	this_cpu_add(ve->ub.counters->io->stat->read, bytes);
	ub_io_charge(ve, bytes, 1);
}
EXPORT_SYMBOL(__ub_io_read);

void __ub_io_write(size_t bytes)
{
	struct ve *ve = ub_io_ve();

	if (!ve)
		return;
	this_cpu_add(ve->ub.counters->io->stat->write, bytes);
	ub_io_charge(ve, bytes, 1);
}
EXPORT_SYMBOL(__ub_io_write);

/* Who writes the pages back, and in how many requests, is not known yet. */
void __ub_io_dirty(size_t bytes)
{
	struct ve *ve = ub_io_ve();

	if (!ve)
		return;
	this_cpu_add(ve->ub.counters->io->stat->write, bytes);
	this_cpu_add(ve->ub.counters->io->stat->dirty, bytes);
	ub_io_charge(ve, bytes, 0);
}
EXPORT_SYMBOL(__ub_io_dirty);

void __ub_io_cancel(size_t bytes)
{
	struct ve *ve = ub_io_ve();

	if (ve)
		this_cpu_add(ve->ub.counters->io->stat->cancel, bytes);
}
EXPORT_SYMBOL(__ub_io_cancel);

struct ve *__ub_io_sync_begin(enum ub_io_sync kind)
{
	struct ve *ve = ub_io_ve();

	if (ve)
		this_cpu_inc(ve->ub.counters->io->stat->syncs[kind]);
	return ve;
}

void __ub_io_sync_end(struct ve *ve, enum ub_io_sync kind)
{
	this_cpu_inc(ve->ub.counters->io->stat->synced[kind]);
}

/* Ends are read before beginnings, so no call seems to have ended too often. */
void ub_io_sum(struct ub_io *io, struct ub_io_stat *sum)
{
	const struct ub_io_stat *s;
	int cpu, i;

	*sum = (struct ub_io_stat){ };
	for_each_possible_cpu(cpu) {
		s = per_cpu_ptr(io->stat, cpu);
		for (i = 0; i < UB_IO_NR_SYNCS; i++)
			sum->synced[i] += READ_ONCE(s->synced[i]);
	}
	/* A beginning that is not seen yet has no end that was seen. */
	smp_rmb();
	for_each_possible_cpu(cpu) {
		s = per_cpu_ptr(io->stat, cpu);
		sum->read += READ_ONCE(s->read);
		sum->write += READ_ONCE(s->write);
		sum->dirty += READ_ONCE(s->dirty);
		sum->cancel += READ_ONCE(s->cancel);
		for (i = 0; i < UB_IO_NR_SYNCS; i++)
			sum->syncs[i] += READ_ONCE(s->syncs[i]);
	}
}

void ub_io_bytes(struct ve *ve, u64 *read, u64 *written)
{
	struct ub_io_stat sum;

	ub_io_sum(ve->ub.counters->io, &sum);
	*read = sum.read;
	*written = sum.write;
}
