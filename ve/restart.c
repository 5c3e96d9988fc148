// SPDX-License-Identifier: GPL-2.0-only
/*
 * /proc/vz/restart: how a call of a stopped thread goes on that was interrupted. A sleep, a poll
 * or a wait for a futex with a time limit is not made anew with what the program gave it: the
 * kernel keeps with the thread when it ends, and nobody sees that. A thread that is restored has
 * none; its sleep ended early, as if a signal had come.
 *
 * Ioctls for the host's root alone, <vz/abi.h> says which. The thread is stopped by a tracer, who
 * is the caller: so it does not run, and its block is nobody else's. Times are those of the
 * thread's time namespace, in which the VE's clocks go on from one host to another.
 */
#include <linux/fs.h>
#include <linux/init.h>
#include <linux/nsproxy.h>
#include <linux/proc_fs.h>
#include <linux/restart_block.h>
#include <linux/sched/task.h>
#include <linux/sched.h>
#include <linux/time_namespace.h>
#include <linux/uaccess.h>
#include <futex/futex.h>
#include <vz/controller.h>
#include <vz/restart.h>

/* What the thread's clock is ahead of the host's, ns. */
static s64 ve_clock_ahead(struct task_struct *task, clockid_t clock)
{
	s64 ahead = 0;
#ifdef CONFIG_TIME_NS
	const struct timens_offsets *off;

	task_lock(task);
	if (task->nsproxy) {
		off = &task->nsproxy->time_ns->offsets;
		if (clock == CLOCK_MONOTONIC)
			ahead = timespec64_to_ns(&off->monotonic);
		else if (clock == CLOCK_BOOTTIME)
			ahead = timespec64_to_ns(&off->boottime);
	}
	task_unlock(task);
#endif
	return ahead;
}

static void ve_get_sleep(const struct restart_block *b, struct ve_restart *arg)
{
	arg->kind = VE_RESTART_SLEEP;
	arg->clock = b->nanosleep.clockid;
	arg->until = b->nanosleep.expires;
	arg->at = b->nanosleep.type == TT_NATIVE ? (uintptr_t)b->nanosleep.rmtp : 0;
}

static void ve_get_poll(const struct restart_block *b, struct ve_restart *arg)
{
	const struct timespec64 end = { b->poll.tv_sec, b->poll.tv_nsec };

	arg->kind = VE_RESTART_POLL;
	arg->clock = CLOCK_MONOTONIC;
	arg->until = b->poll.has_timeout ? timespec64_to_ns(&end) : VE_RESTART_NEVER;
	arg->at = (uintptr_t)b->poll.ufds;
	arg->number = b->poll.nfds;
}

static void ve_get_futex(const struct restart_block *b, struct ve_restart *arg)
{
	arg->kind = VE_RESTART_FUTEX;
	arg->clock = b->futex.flags & FLAGS_CLOCKRT ? CLOCK_REALTIME : CLOCK_MONOTONIC;
	arg->until = b->futex.flags & FLAGS_HAS_TIMEOUT ? b->futex.time : VE_RESTART_NEVER;
	arg->at = (uintptr_t)b->futex.uaddr;
	arg->number = b->futex.val;
	arg->mask = b->futex.bitset;
	arg->shared = !!(b->futex.flags & FLAGS_SHARED);
}

static int ve_restart_get(struct task_struct *task, struct ve_restart *arg)
{
	const struct restart_block *b = &task->restart_block;

	*arg = (struct ve_restart){ .thread = arg->thread };
	/* Of a 32-bit program: laid out in another way. */
	if (b->arch_data)
		return 0;
	if (b->fn == ve_restart_sleep)
		ve_get_sleep(b, arg);
	else if (b->fn == ve_restart_poll)
		ve_get_poll(b, arg);
	else if (b->fn == ve_restart_futex)
		ve_get_futex(b, arg);
	if (arg->kind && arg->until != VE_RESTART_NEVER)
		arg->until += ve_clock_ahead(task, arg->clock);
	return 0;
}

static bool ve_clock_known(const struct ve_restart *arg)
{
	switch (arg->clock) {
	case CLOCK_MONOTONIC:
		return true;
	case CLOCK_BOOTTIME:
		return arg->kind == VE_RESTART_SLEEP;
	case CLOCK_REALTIME:
		return arg->kind != VE_RESTART_POLL;
	}
	return false;
}

static int ve_restart_put(struct task_struct *task, const struct ve_restart *arg)
{
	struct restart_block *b = &task->restart_block, new = { };
	bool timed = arg->until != VE_RESTART_NEVER;
	u64 until = timed ? max(arg->until - ve_clock_ahead(task, arg->clock), 1LL) : KTIME_MAX;
	struct timespec64 end = ns_to_timespec64(timed ? until : 0);

	if (!ve_clock_known(arg))
		return -EINVAL;
	switch (arg->kind) {
	case VE_RESTART_SLEEP:
		new.fn = ve_restart_sleep;
		new.nanosleep.clockid = arg->clock;
		new.nanosleep.type = arg->at ? TT_NATIVE : TT_NONE;
		new.nanosleep.rmtp = u64_to_user_ptr(arg->at);
		new.nanosleep.expires = until;
		break;
	case VE_RESTART_POLL:
		new.fn = ve_restart_poll;
		new.poll.ufds = u64_to_user_ptr(arg->at);
		new.poll.nfds = arg->number;
		new.poll.has_timeout = timed;
		new.poll.tv_sec = end.tv_sec;
		new.poll.tv_nsec = end.tv_nsec;
		break;
	case VE_RESTART_FUTEX:
		new.fn = ve_restart_futex;
		new.futex.uaddr = u64_to_user_ptr(arg->at);
		new.futex.val = arg->number;
		new.futex.bitset = arg->mask;
		new.futex.time = until;
		new.futex.flags = FLAGS_SIZE_32 | (timed ? FLAGS_HAS_TIMEOUT : 0) |
				  (arg->shared ? FLAGS_SHARED : 0) |
				  (arg->clock == CLOCK_REALTIME ? FLAGS_CLOCKRT : 0);
		break;
	default:
		return -EINVAL;
	}
	*b = new;
	return 0;
}

/* Only its tracer lets it go on, or a signal that kills it. */
static bool ve_is_stopped(struct task_struct *task)
{
	return READ_ONCE(task->ptrace) && rcu_access_pointer(task->parent) == current &&
	       wait_task_inactive(task, __TASK_TRACED);
}

static long ve_restart_ioctl(struct file *file, unsigned int cmd, unsigned long at)
{
	struct task_struct *task;
	struct ve_restart arg;
	long ret = -EBUSY;

	if (cmd != VE_RESTART_GET && cmd != VE_RESTART_PUT)
		return -ENOTTY;
	if (copy_from_user(&arg, (void __user *)at, sizeof(arg)))
		return -EFAULT;
	rcu_read_lock();
	task = find_task_by_vpid(arg.thread);
	if (task)
		get_task_struct(task);
	rcu_read_unlock();
	if (!task)
		return -ESRCH;
	if (ve_is_stopped(task))
		ret = cmd == VE_RESTART_GET ? ve_restart_get(task, &arg) :
					      ve_restart_put(task, &arg);
	put_task_struct(task);
	if (!ret && cmd == VE_RESTART_GET && copy_to_user((void __user *)at, &arg, sizeof(arg)))
		ret = -EFAULT;
	return ret;
}

static const struct proc_ops ve_restart_proc = {
	.proc_open = ve_proc_open_restore,
	.proc_ioctl = ve_restart_ioctl,
	.proc_lseek = noop_llseek,
};

static int __init ve_restart_init(void)
{
	return proc_create("restart", 0400, proc_vz_dir, &ve_restart_proc) ? 0 : -ENOMEM;
}
fs_initcall_sync(ve_restart_init);
