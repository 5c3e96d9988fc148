// SPDX-License-Identifier: GPL-2.0-only
/*
 * The beancounter set of a VE.
 *
 * Owns struct ub_counters: allocated when the VE is bound (ub_arm), fixed from
 * then on, freed with its css (ub_free). Whoever holds a charge holds a
 * reference on the css, so the counters outlive every charge. Each counter has
 * a leaf lock of its own; there is no other lock.
 */
#include <linux/cgroup.h>
#include <linux/memcontrol.h>
#include <linux/mm.h>
#include <linux/proc_fs.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <vz/object.h>
#include "counter.h"
#include "io.h"

/* Failures are announced in bunches. */
#define UB_NOTIFY_DELAY	msecs_to_jiffies(10)

const char *const ub_names[UB_NR_RESOURCES] = {
#define UB_RESOURCE_NAME(sym, name)	[UB_##sym] = name,
	UB_RESOURCES(UB_RESOURCE_NAME)
#undef UB_RESOURCE_NAME
};

/* Rows that are counted and enforced. */
static const bool ub_live[UB_NR_RESOURCES] = {
	[UB_KMEMSIZE]		= true,
	[UB_LOCKEDPAGES]	= true,
	[UB_PRIVVMPAGES]	= true,
	[UB_SHMPAGES]		= true,
	[UB_NUMPROC]		= true,
	[UB_PHYSPAGES]		= true,
	[UB_NUMTCPSOCK]		= true,
	[UB_TCPSNDBUF]		= true,
	[UB_TCPRCVBUF]		= true,
	[UB_OTHERSOCKBUF]	= true,
	[UB_DGRAMRCVBUF]	= true,
	[UB_NUMOTHERSOCK]	= true,
	[UB_VMGUARPAGES]	= true,
	[UB_OOMGUARPAGES]	= true,
	[UB_DCACHESIZE]		= true,
	[UB_NUMIPTENT]		= true,
	[UB_NUMNETIF]		= true,
	[UB_NUMNEIGH]		= true,
	[UB_NUMCONNTRACK]	= true,
	[UB_NUMFILE]		= true,
	[UB_SWAPPAGES]		= true,
	[UB_NUMFLOCK]		= true,
	[UB_NUMPTY]		= true,
	[UB_NUMSIGINFO]		= true,
	[UB_NUMMOUNT]		= true,
	[UB_NUMNETNS]		= true,
	[UB_NUMINOTIFY]		= true,
	[UB_PIPEPAGES]		= true,
	[UB_NUMCGROUP]		= true,
	[UB_NUMAIO]		= true,
};

bool ub_is_dummy(enum ub_resource res)
{
	return res == UB_DUMMY0 || (res >= UB_DUMMY1 && res <= UB_DUMMY3);
}

bool ub_is_live(enum ub_resource res)
{
	return ub_live[res];
}

/* Row of that name, or -EINVAL. */
int ub_find_name(const char *name)
{
	int res;

	for (res = 0; res < UB_NR_RESOURCES; res++)
		if (!ub_is_dummy(res) && !strcmp(name, ub_names[res]))
			return res;
	return -EINVAL;
}

/*
 * NULL while the VE is not bound: a binding that fails in the end frees what
 * ub_arm() made.
 */
struct ub_counters *ub_counters(struct ve *ve)
{
	/* Pairs with ve_bind(). */
	return smp_load_acquire(&ve->id) ? ve->ub.counters : NULL;
}

static void ub_notify(struct work_struct *work)
{
	struct ub_counters *cs = container_of(to_delayed_work(work),
					      struct ub_counters, notify);

	cgroup_file_notify(&cs->ve->ub.events_file);
}

void ub_init(struct beancounter *ub)
{
	ub->counters = NULL;
}

int ub_arm(struct ve *ve)
{
	struct ub_counters *cs;
	int i, err = -ENOMEM;

	cs = kzalloc(sizeof(*cs), GFP_KERNEL);
	if (!cs)
		return -ENOMEM;
	cs->slots = kvcalloc(nr_cpu_ids, sizeof(*cs->slots), GFP_KERNEL);
	if (!cs->slots)
		goto fail;
	cs->io = ub_io_alloc();
	if (!cs->io)
		goto fail;
	cs->ve = ve;
	ub_fput_init(&cs->fput);
	INIT_DELAYED_WORK(&cs->notify, ub_notify);
	for (i = 0; i < UB_NR_RESOURCES; i++)
		ub_counter_init(&cs->res[i]);
#define UB_BATCHED_INIT(sym, batch)				\
	ub_counter_batch(&cs->res[UB_##sym], cs->slots, nr_cpu_ids, UB_BATCHED_##sym, batch);
	UB_BATCHED(UB_BATCHED_INIT)
#undef UB_BATCHED_INIT
	ub_memory_defaults(cs);
	ve->ub.counters = cs;
	err = ub_arm_kmem(ve);
	if (err)
		goto fail;
	return 0;

fail:
	ve->ub.counters = NULL;
	ub_io_free(cs->io);
	kvfree(cs->slots);
	kfree(cs);
	return err;
}

int ub_online(struct ve *ve, u32 id)
{
	ve->ub.counters->proc = ub_proc_add(id, ve);
	return ve->ub.counters->proc ? 0 : -ENOMEM;
}

void ub_offline(struct ve *ve)
{
	proc_remove(ve->ub.counters->proc);
	ve->ub.counters->proc = NULL;
}

void ub_free(struct ve *ve)
{
	struct ub_counters *cs = ve->ub.counters;
	int i;

	if (!cs)
		return;
	ub_disarm_kmem(ve);
	cancel_delayed_work_sync(&cs->notify);
	for (i = 0; i < UB_NR_RESOURCES; i++) {
		unsigned long held = ub_counter_held(&cs->res[i]);

		WARN(held, "ub: VE %u is gone with %lu of %s held\n",
		     ve->id, held, ub_names[i]);
	}
	ub_io_free(cs->io);
	kvfree(cs->slots);
	kfree(cs);
	ve->ub.counters = NULL;
}

/*
 * A program of the host acts for the host's tools: they set a VE up, and look
 * after one that is at its limit. Packets that are delivered while it runs, in
 * softirq or with bottom halves off, and kernel threads act for whoever made
 * them work.
 */
static bool ub_by_host_program(void)
{
	return in_task() && !softirq_count() && !(current->flags & PF_KTHREAD) && !current_ve();
}

/* Limits bite a running VE whoever acts, but for the host's own programs. */
static bool ub_may_refuse(struct ve *ve)
{
	return ve_enforces(ve) && !ub_by_host_program();
}

static unsigned long ub_bound(const struct ub_counter *c, unsigned int severity)
{
	switch (severity & ~UB_TEST) {
	case UB_HARD:
		return c->barrier;
	case UB_SOFT:
		return c->limit;
	}
	return UB_MAXVALUE;
}

/* Record a refusal and tell the readers of ve.ub.events. Context: any. */
static void ub_refused(struct ub_counters *cs, enum ub_resource res,
		       unsigned int severity, unsigned long n,
		       unsigned long held, unsigned long bound)
{
	struct ub_refusal what = {
		.wanted = n, .held = held, .bound = bound,
		.res = res, .soft = severity == UB_SOFT,
	};

	ub_refusal_from(&what);
	ub_refusals_add(&cs->refusals, &what);
	queue_delayed_work(system_wq, &cs->notify, UB_NOTIFY_DELAY);
}

int ub_try_charge(struct ve *ve, enum ub_resource res, unsigned long n,
		  unsigned int severity)
{
	struct ub_counters *cs = ve->ub.counters;
	struct ub_counter *c = &cs->res[res];
	unsigned int cpu = raw_smp_processor_id();
	unsigned long flags, held = 0, bound;
	bool refused = false;

	if (IS_ENABLED(CONFIG_VE_FAIL_CHARGE) && severity != UB_FORCE &&
	    ub_may_refuse(ve) && ub_should_fail(n))
		return -ENOMEM;
	if (c->batch && ub_credit_take(ub_credit(c, cpu), n))
		return 0;
	spin_lock_irqsave(&c->lock, flags);
	bound = ub_bound(c, severity);
	if (!ub_charge_locked(c, cpu, n, bound)) {
		held = c->held;
		refused = ub_may_refuse(ve);
		if (!refused)
			ub_charge_locked(c, cpu, n, UB_MAXVALUE);
		else if (!(severity & UB_TEST))
			c->failcnt++;
	}
	spin_unlock_irqrestore(&c->lock, flags);
	if (likely(!refused))
		return 0;
	if (!(severity & UB_TEST))
		ub_refused(cs, res, severity, n, held, bound);
	return -ENOMEM;
}

void ub_charge(struct ve *ve, enum ub_resource res, unsigned long n)
{
	ub_try_charge(ve, res, n, UB_FORCE);
}

void ub_uncharge(struct ve *ve, enum ub_resource res, unsigned long n)
{
	struct ub_counter *c = &ve->ub.counters->res[res];
	unsigned int cpu = raw_smp_processor_id();
	unsigned long flags;
	bool ok;

	if (c->batch && ub_credit_park(c, ub_credit(c, cpu), n))
		return;
	spin_lock_irqsave(&c->lock, flags);
	ok = ub_uncharge_locked(c, cpu, n);
	spin_unlock_irqrestore(&c->lock, flags);
	WARN_ONCE(!ok, "ub: VE %u: %lu of %s given back and not charged\n",
		  ve->id, n, ub_names[res]);
}

/**
 * ub_check - judge what is counted elsewhere as if it were charged
 * @ve: an armed VE
 * @res: resource
 * @held: what is in use; the caller keeps it from growing until it is done
 * @n: how much more is wanted
 * @severity: enum ub_severity
 *
 * Context: any. Return: 0 with the peak noted, or -ENOMEM.
 */
int ub_check(struct ve *ve, enum ub_resource res, unsigned long held,
	     unsigned long n, unsigned int severity)
{
	struct ub_counters *cs = ve->ub.counters;
	struct ub_counter *c = &cs->res[res];
	unsigned long flags, bound;
	bool refused;

	spin_lock_irqsave(&c->lock, flags);
	bound = ub_bound(c, severity);
	refused = held + n > bound && ub_may_refuse(ve);
	if (refused)
		c->failcnt++;
	else if (held + n > c->maxheld)
		WRITE_ONCE(c->maxheld, held + n);
	spin_unlock_irqrestore(&c->lock, flags);
	if (!refused)
		return 0;
	ub_refused(cs, res, severity, n, held, bound);
	return -ENOMEM;
}

unsigned long ub_held(struct ve *ve, enum ub_resource res)
{
	return ub_counter_held(&ve->ub.counters->res[res]);
}

static void ub_read_counter(struct ub_counter *c, struct ub_row *row)
{
	row->held = ub_counter_held(c);
	row->maxheld = READ_ONCE(c->maxheld);
	row->barrier = READ_ONCE(c->barrier);
	row->limit = READ_ONCE(c->limit);
	row->failcnt = READ_ONCE(c->failcnt);
}

/**
 * ub_read_row - values of a row
 * @ve: an armed VE
 * @res: any row; what is not counted yet reads as 0 and unlimited
 * @row: filled
 *
 * Context: any but hard interrupts; does not sleep.
 */
void ub_read_row(struct ve *ve, enum ub_resource res, struct ub_row *row)
{
	struct mem_cgroup *memcg;

	ub_read_counter(&ub_counters(ve)->res[res], row);
	if (ub_is_memory(res)) {
		memcg = ub_get_memcg(ve);
		if (memcg)
			ub_memory_row(ve, memcg, res, row);
		mem_cgroup_put(memcg);
	} else if (res == UB_NUMCGROUP) {
		ub_cgroup_row(ve, row);
	}
	/* The peak may have moved after held was read, never below it. */
	row->maxheld = max(row->maxheld, row->held);
}

/**
 * ub_gather - values of all rows
 * @ve: an armed VE
 * @rows: filled; dummies too, with zeros and "unlimited"
 *
 * What every file of all counters calls, once a VE. Not in line: make bench
 * counts what it executes.
 *
 * Context: as ub_read_row().
 */
noinline void ub_gather(struct ve *ve, struct ub_row rows[UB_NR_RESOURCES])
{
	struct ub_counters *cs = ub_counters(ve);
	struct mem_cgroup *memcg = ub_get_memcg(ve);
	int res;

	for (res = 0; res < UB_NR_RESOURCES; res++) {
		ub_read_counter(&cs->res[res], &rows[res]);
		if (memcg && ub_is_memory(res))
			ub_memory_row(ve, memcg, res, &rows[res]);
		rows[res].maxheld = max(rows[res].maxheld, rows[res].held);
	}
	ub_cgroup_row(ve, &rows[UB_NUMCGROUP]);
	rows[UB_NUMCGROUP].maxheld = max(rows[UB_NUMCGROUP].maxheld,
					 rows[UB_NUMCGROUP].held);
	mem_cgroup_put(memcg);
}
