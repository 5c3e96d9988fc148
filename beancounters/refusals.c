// SPDX-License-Identifier: GPL-2.0-only
/*
 * The record of a VE's last refusals, and ve.ub.refusals that shows it.
 *
 * Owns struct ub_refusals: allocated when the VE is bound, freed with its css,
 * when nothing can be charged any more. No lock: a refusal may come with any
 * lock held and in any interrupt. It takes the next number, claims that number's
 * slot by the slot's state, writes and publishes.
 * If the slot is busy, because its writer was interrupted for 64 refusals, or
 * holds a later refusal already, this one is lost: a gap in the numbers shows
 * it. A reader compares the state before and after and leaves out what changed
 * meanwhile. Nothing here sleeps or allocates.
 *
 * The process is kept by number, not by reference: a struct pid holds its
 * namespace, which holds the VE, whose counters hold this record.
 */
#include <linux/cgroup.h>
#include <linux/pid.h>
#include <linux/pid_namespace.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/string_helpers.h>
#include <linux/timekeeping.h>
#include "counters.h"
#include "names.h"
#include "refusals.h"

/* Failures are announced in bunches. */
#define UB_NOTIFY_DELAY	msecs_to_jiffies(10)

/* A row is told of as often as this. */
#define UB_TELL_AGAIN	(5 * HZ)

/* Note who asks. Context: any; current is to blame in task context only. */
void ub_refusal_from(struct ub_refusal *what)
{
	struct pid *pid;

	what->when = ktime_get_boottime_ns();
	what->pid = 0;
	what->vpid = 0;
	what->pid_ns = 0;
	what->comm[0] = '\0';
	if (!in_task())
		return;
	/* Another thread may change the name meanwhile; its end stays. */
	memcpy(what->comm, current->comm, TASK_COMM_LEN);
	rcu_read_lock();
	pid = task_tgid(current);
	if (pid) {
		what->pid = pid_nr(pid);
		what->vpid = pid->numbers[pid->level].nr;
		what->pid_ns = pid->numbers[pid->level].ns->ns.inum;
	}
	rcu_read_unlock();
}

/**
 * ub_refusals_add - record a refusal
 * @log: record
 * @what: the refusal, all but its state
 *
 * Context: any.
 */
void ub_refusals_add(struct ub_refusals *log, const struct ub_refusal *what)
{
	s64 nr = atomic64_inc_return(&log->count);
	struct ub_refusal *slot = &log->slots[(nr - 1) % UB_NR_REFUSALS];
	s64 old = atomic64_read(&slot->state);

	if (old & 1 || old > 2 * nr ||
	    !atomic64_try_cmpxchg(&slot->state, &old, 2 * nr + 1))
		return;
	slot->when = what->when;
	slot->wanted = what->wanted;
	slot->held = what->held;
	slot->bound = what->bound;
	slot->pid = what->pid;
	slot->vpid = what->vpid;
	slot->pid_ns = what->pid_ns;
	slot->res = what->res;
	slot->soft = what->soft;
	memcpy(slot->comm, what->comm, TASK_COMM_LEN);
	/* Pairs with ub_refusal_read(). */
	atomic64_set_release(&slot->state, 2 * nr);
}

/* Copy refusal @nr. Return: false when it is not there, or not any more. */
static bool ub_refusal_read(struct ub_refusals *log, s64 nr, struct ub_refusal *copy)
{
	struct ub_refusal *slot = &log->slots[(nr - 1) % UB_NR_REFUSALS];

	/* Pairs with ub_refusals_add(). */
	if (atomic64_read_acquire(&slot->state) != 2 * nr)
		return false;
	/* A copy that was torn is thrown away. */
	data_race(memcpy(copy, slot, sizeof(*copy)));
	/* The copy before the second look; pairs with the claim, a full barrier. */
	smp_rmb();
	return atomic64_read(&slot->state) == 2 * nr;
}

/* Number of the process for a reader in @reader, 0 when it has none there. */
static pid_t ub_refusal_pid(const struct ub_refusal *r,
			    const struct pid_namespace *reader)
{
	if (reader == &init_pid_ns)
		return r->pid;
	return r->pid && r->pid_ns == reader->ns.inum ? r->vpid : 0;
}

/*
 * The name is the program's choice: what could pass for the end of a column or
 * of a line, and the backslash, are shown in octal.
 */
static void ub_show_comm(struct seq_file *m, const char *comm)
{
	size_t len = strnlen(comm, TASK_COMM_LEN);

	if (len)
		seq_escape_mem(m, comm, len, ESCAPE_OCTAL | ESCAPE_NAP | ESCAPE_APPEND, " \\");
	else
		seq_putc(m, '-');
}

/**
 * ub_refusals_show - a line for each refusal, oldest first
 * @m: filled with SEQ TIME RESOURCE SEVERITY WANTED HELD BOUND PID COMM
 * @log: record
 * @reader: whose process numbers are shown
 *
 * Context: any; does not sleep.
 */
void ub_refusals_show(struct seq_file *m, struct ub_refusals *log,
		      const struct pid_namespace *reader)
{
	s64 last = atomic64_read(&log->count), nr;
	struct ub_refusal r;

	for (nr = max(last - UB_NR_REFUSALS, 0) + 1; nr <= last; nr++) {
		if (!ub_refusal_read(log, nr, &r))
			continue;
		seq_printf(m, "%lld %llu %s %s %lu %lu %lu %d ", nr, r.when,
			   ub_names[r.res], r.soft ? "soft" : "hard", r.wanted,
			   r.held, r.bound, ub_refusal_pid(&r, reader));
		ub_show_comm(m, r.comm);
		seq_putc(m, '\n');
	}
}

void (*ub_tell_refusal)(struct ve *ve, const char *text);

static bool ub_said_lately(struct ub_refusals *log, unsigned int res)
{
	unsigned long *said = &log->said[res];

	if (*said && time_before(jiffies, *said + UB_TELL_AGAIN))
		return true;
	*said = jiffies ?: 1;
	return false;
}

/* A line for each row that refused something, now and then. */
static void ub_refusals_tell(struct ub_refusals *log)
{
	s64 last = atomic64_read(&log->count), nr;
	struct ub_refusal r;
	char text[128];

	for (nr = max(last - UB_NR_REFUSALS, log->told) + 1; nr <= last; nr++) {
		if (!ub_refusal_read(log, nr, &r) || !ub_tell_refusal || ub_said_lately(log, r.res))
			continue;
		snprintf(text, sizeof(text), "%s: %lu more refused to %.*s, %lu of %lu in use",
			 ub_names[r.res], r.wanted, TASK_COMM_LEN, *r.comm ? r.comm : "the kernel",
			 r.held, r.bound);
		ub_tell_refusal(log->ve, text);
	}
	log->told = last;
}

static void ub_refusals_notify(struct work_struct *work)
{
	struct ub_refusals *log = container_of(to_delayed_work(work),
					       struct ub_refusals, notify);

	cgroup_file_notify(&log->ve->ub.events_file);
	ub_refusals_tell(log);
}

/* Complete, record and announce a refusal. Context: any. */
void ub_refusals_note(struct ub_refusals *log, struct ub_refusal *what)
{
	ub_refusal_from(what);
	ub_refusals_add(log, what);
	queue_delayed_work(system_wq, &log->notify, UB_NOTIFY_DELAY);
}

static int ub_refusals_seq_show(struct seq_file *m, void *v)
{
	struct ub_counters *cs = ub_counters(css_ve(seq_css(m)));

	if (cs)
		ub_refusals_show(m, cs->refusals, task_active_pid_ns(current));
	return 0;
}

struct cftype ub_refusals_files[] = {
	{
		.name = "ub.refusals",
		.flags = CFTYPE_NOT_ON_ROOT,
		.seq_show = ub_refusals_seq_show,
	},
	{ }
};

static int ub_refusals_arm(struct ub_counters *cs)
{
	struct ub_refusals *log = kzalloc(sizeof(*log), GFP_KERNEL);

	if (!log)
		return -ENOMEM;
	log->ve = cs->ve;
	INIT_DELAYED_WORK(&log->notify, ub_refusals_notify);
	cs->refusals = log;
	return 0;
}

static void ub_refusals_disarm(struct ub_counters *cs)
{
	if (!cs->refusals)
		return;
	cancel_delayed_work_sync(&cs->refusals->notify);
	kfree(cs->refusals);
	cs->refusals = NULL;
}

const struct ub_part ub_refusals_part = {
	.arm	= ub_refusals_arm,
	.disarm	= ub_refusals_disarm,
};
