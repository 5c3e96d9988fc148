// SPDX-License-Identifier: GPL-2.0-only
/*
 * Init of a VE: which task it is, what its end says, and its pid namespace.
 *
 * ve->pid_ns is changed under ve->lock. It holds the user namespace, and that
 * one the css; so the VE lets go of it when init exits, not when the css goes.
 */
#include <linux/cgroup.h>
#include <linux/pid_namespace.h>
#include <linux/sched/signal.h>
#include <linux/user_namespace.h>
#include <vz/controller.h>

#include "init.h"
#include "tasks.h"

/**
 * ve_note_init - a task is new in @ve: is it the VE's init
 * @ve: a bound VE
 * @task: task that was forked or moved into it
 *
 * Init is the first task that is init of a pid namespace owned by a user
 * namespace of this VE. Short-lived pid namespaces that the host's tools make
 * with their own credentials while they set the VE up do not count.
 *
 * Context: @task cannot exit meanwhile.
 */
void ve_note_init(struct ve *ve, struct task_struct *task)
{
	struct pid_namespace *ns;
	unsigned long flags;

	if (!is_child_reaper(task_pid(task)))
		return;
	ns = task_active_pid_ns(task);
	if (user_ns_ve(ns->user_ns) != ve)
		return;
	spin_lock_irqsave(&ve->lock, flags);
	if (!ve->pid_ns && ve->state != VE_STOPPING)
		WRITE_ONCE(ve->pid_ns, get_pid_ns(ns));
	spin_unlock_irqrestore(&ve->lock, flags);
}

/**
 * ve_note_exit - a task of @ve exits: was it the last thread of init
 * @ve: a bound VE
 * @task: current, before ve_task_leave()
 *
 * reboot(2) in a pid namespace leaves a signal number in it and kills init.
 */
void ve_note_exit(struct ve *ve, struct task_struct *task)
{
	struct pid_namespace *ns = task_active_pid_ns(task);
	bool changed = false;
	unsigned long flags;

	ve_task_switches(ve, task);

	if (ns != READ_ONCE(ve->pid_ns) || atomic_read(&task->signal->live) ||
	    !is_child_reaper(task_tgid(task)))
		return;

	spin_lock_irqsave(&ve->lock, flags);
	if (ve->pid_ns == ns) {
		changed = true;
		WRITE_ONCE(ve->pid_ns, NULL);
		if (ve->state != VE_STOPPED) {
			switch (READ_ONCE(ns->reboot)) {
			case SIGHUP:
				ve->exit_reason = "reboot";
				break;
			case SIGINT:
				ve->exit_reason = "halt";
				break;
			default:
				ve->exit_reason = "exit";
			}
			WRITE_ONCE(ve->state, VE_STOPPING);
		}
	}
	spin_unlock_irqrestore(&ve->lock, flags);
	if (changed) {
		put_pid_ns(ns);
		ve_notify(ve);
	}
}

struct pid_namespace *ve_get_pid_ns(struct ve *ve)
{
	struct pid_namespace *ns;
	unsigned long flags;

	spin_lock_irqsave(&ve->lock, flags);
	ns = ve->pid_ns;
	if (ns)
		get_pid_ns(ns);
	spin_unlock_irqrestore(&ve->lock, flags);
	return ns;
}
