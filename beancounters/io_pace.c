// SPDX-License-Identifier: GPL-2.0-only
/*
 * The pace of a VE that has an iolimit or an iopslimit: ve.ub.iolimit and
 * ve.ub.iopslimit.
 *
 * One bucket a limit for the whole VE, whatever the device, under pace->lock (a
 * leaf, irq-safe, taken only where a limit is set). A charge never fails and
 * never sleeps; who brings the VE into debt is marked and sleeps later until
 * that debt is paid:
 *
 *  - on its way to user mode, interruptible: death, the freezer or a tracer are
 *    served at once, and the rest is paid when that is done;
 *  - in the loop of a long call, killable, in short slices, and not while the
 *    task is to be frozen or the file system is: both wait for the call to end.
 *
 * A sleeper waits for what was charged when it went to sleep, not for what
 * others charge meanwhile, so nobody starves.
 */
#include <linux/cgroup.h>
#include <linux/export.h>
#include <linux/freezer.h>
#include <linux/fs.h>
#include <linux/hrtimer.h>
#include <linux/sched/jobctl.h>
#include <linux/sched/signal.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/timekeeping.h>
#include <linux/wait.h>
#include <vz/ub-io.h>
#include "counters.h"
#include "io_pace.h"
#include "value.h"

/*
 * The bit of current->flags is ours as long as it has no other name: one of
 * the kernel's holes, each of which loses its name when it is taken.
 */
static_assert(PF_VE_IO_DEBT == 0x01000000);

/* A long call sleeps that long before it goes on, and looks up that often. */
#define UB_IO_PACE	(1 * NSEC_PER_SEC)
#define UB_IO_SLICE	(100 * NSEC_PER_MSEC)

static u64 ub_io_debt_locked(const struct ub_io_pace *pace, u64 now)
{
	return max(ub_bucket_debt(&pace->bytes, now), ub_bucket_debt(&pace->ops, now));
}

static u64 ub_io_debt(struct ub_io_pace *pace, u64 now)
{
	unsigned long flags;
	u64 debt;

	spin_lock_irqsave(&pace->lock, flags);
	debt = ub_io_debt_locked(pace, now);
	spin_unlock_irqrestore(&pace->lock, flags);
	return debt;
}

/**
 * ub_io_charge - current has asked for IO
 * @ve: its VE
 * @bytes: of iolimit
 * @ops: of iopslimit
 *
 * Context: any; does not sleep.
 */
void ub_io_charge(struct ve *ve, u64 bytes, unsigned int ops)
{
	struct ub_io_pace *pace = ve->ub.counters->io_pace;
	unsigned long flags;
	u64 now, debt;

	if (likely(!READ_ONCE(pace->bytes.speed) && !READ_ONCE(pace->ops.speed)))
		return;
	if (!ve_enforces(ve))
		return;
	now = ktime_get_ns();
	spin_lock_irqsave(&pace->lock, flags);
	ub_bucket_charge(&pace->bytes, bytes, now);
	ub_bucket_charge(&pace->ops, ops, now);
	debt = ub_io_debt_locked(pace, now);
	spin_unlock_irqrestore(&pace->lock, flags);
	if (debt) {
		current->flags |= PF_VE_IO_DEBT;
		set_tsk_thread_flag(current, TIF_NOTIFY_RESUME);
	}
}

/* The VE of current when it has limits to keep to. */
static struct ub_io_pace *ub_io_current(void)
{
	struct ve *ve = current_ve();

	return ve && ve_enforces(ve) ? ve->ub.counters->io_pace : NULL;
}

/* Sleep for @ns, or until there is a signal for @state, or limits @change. */
static void ub_io_sleep(struct ub_io_pace *pace, unsigned int state, u64 ns,
			unsigned int changes)
{
	ktime_t time = ns_to_ktime(ns);
	DEFINE_WAIT(wait);

	prepare_to_wait(&pace->wait, &wait, state);
	if (READ_ONCE(pace->changes) == changes &&
	    !signal_pending_state(state, current))
		schedule_hrtimeout(&time, HRTIMER_MODE_REL);
	finish_wait(&pace->wait, &wait);
}

/* Somebody waits for the call, and with it for us. */
static bool ub_io_hurry(const struct address_space *mapping)
{
	return fatal_signal_pending(current) || freezing(current) ||
	       (READ_ONCE(current->jobctl) & JOBCTL_TRAP_FREEZE) ||
	       READ_ONCE(mapping->host->i_sb->s_writers.frozen) != SB_UNFROZEN;
}

void __ub_io_pace(const struct address_space *mapping)
{
	struct ub_io_pace *pace = ub_io_current();
	u64 now = ktime_get_ns(), end, debt;
	unsigned int changes;

	might_sleep();
	if (!pace)
		return;
	end = now + min_t(u64, ub_io_debt(pace, now), UB_IO_PACE);
	for (; now < end && !ub_io_hurry(mapping); now = ktime_get_ns()) {
		changes = READ_ONCE(pace->changes);
		debt = min(ub_io_debt(pace, now), end - now);
		if (!debt)
			break;
		ub_io_sleep(pace, TASK_KILLABLE, min_t(u64, debt, UB_IO_SLICE),
			    changes);
	}
}

void __ub_io_pay(void)
{
	struct ub_io_pace *pace = ub_io_current();
	u64 now = ktime_get_ns(), end, debt;
	unsigned int changes;

	current->flags &= ~PF_VE_IO_DEBT;
	if (!pace)
		return;
	end = now + ub_io_debt(pace, now);
	for (; now < end; now = ktime_get_ns()) {
		if (signal_pending(current)) {
			/* The rest on the next way to user mode. */
			current->flags |= PF_VE_IO_DEBT;
			set_tsk_thread_flag(current, TIF_NOTIFY_RESUME);
			return;
		}
		changes = READ_ONCE(pace->changes);
		debt = min(ub_io_debt(pace, now), end - now);
		if (!debt)
			return;
		ub_io_sleep(pace, TASK_INTERRUPTIBLE | TASK_FREEZABLE, debt, changes);
	}
}
EXPORT_SYMBOL(__ub_io_pay);

static void ub_io_set(struct ub_io_pace *pace, struct ub_bucket *b, u64 speed)
{
	unsigned long flags;

	spin_lock_irqsave(&pace->lock, flags);
	ub_bucket_set(b, speed, ktime_get_ns());
	WRITE_ONCE(pace->changes, pace->changes + 1);
	spin_unlock_irqrestore(&pace->lock, flags);
	wake_up_all(&pace->wait);
}

/* The bucket that @of is about, NULL while the VE is not bound. */
static struct ub_bucket *ub_io_bucket(struct ve *ve, const struct cftype *cft)
{
	struct ub_counters *cs = ub_counters(ve);

	if (!cs)
		return NULL;
	return cft->private ? &cs->io_pace->ops : &cs->io_pace->bytes;
}

static int ub_io_limit_show(struct seq_file *m, void *v)
{
	struct ub_bucket *b = ub_io_bucket(css_ve(seq_css(m)), seq_cft(m));
	u64 speed = b ? READ_ONCE(b->speed) : 0;

	if (speed)
		seq_printf(m, "%llu\n", speed);
	else
		seq_puts(m, "max\n");
	return 0;
}

/* A number, or "max"; 0 is the classic word for "max". */
static ssize_t ub_io_limit_write(struct kernfs_open_file *of, char *buf,
				 size_t nbytes, loff_t off)
{
	struct ve *ve = css_ve(of_css(of));
	struct ub_bucket *b = ub_io_bucket(ve, of_cft(of));
	unsigned long speed;
	int err;

	if (!ve_host_writer(of))
		return -EPERM;
	if (!b)
		return -EINVAL;
	err = ub_parse_value(strstrip(buf), &speed);
	if (err)
		return err;
	ub_io_set(ve->ub.counters->io_pace, b, speed == UB_MAXVALUE ? 0 : speed);
	return nbytes;
}

struct cftype ub_io_files[] = {
	{
		.name = "ub.iolimit",
		.flags = CFTYPE_NOT_ON_ROOT,
		.private = 0,
		.seq_show = ub_io_limit_show,
		.write = ub_io_limit_write,
	},
	{
		.name = "ub.iopslimit",
		.flags = CFTYPE_NOT_ON_ROOT,
		.private = 1,
		.seq_show = ub_io_limit_show,
		.write = ub_io_limit_write,
	},
	{ }
};

static int ub_io_pace_arm(struct ub_counters *cs)
{
	struct ub_io_pace *pace = kzalloc(sizeof(*pace), GFP_KERNEL);

	if (!pace)
		return -ENOMEM;
	spin_lock_init(&pace->lock);
	init_waitqueue_head(&pace->wait);
	cs->io_pace = pace;
	return 0;
}

static void ub_io_pace_disarm(struct ub_counters *cs)
{
	kfree(cs->io_pace);
	cs->io_pace = NULL;
}

const struct ub_part ub_io_pace_part = {
	.arm	= ub_io_pace_arm,
	.disarm	= ub_io_pace_disarm,
};
