// SPDX-License-Identifier: GPL-2.0-only
/*
 * The VE object: its id, state and features, and the binding of user namespaces
 * to it.
 *
 * ve_mutex orders changes of ids and of ve_list; ve->lock changes of state,
 * features, init and the exit reason, since exiting tasks make some of them. A
 * struct ve lives as long as its css: tasks below it, user namespaces created in
 * it and venet addresses hold references.
 */
#include <linux/cgroup.h>
#include <linux/cred.h>
#include <linux/export.h>
#include <linux/pid_namespace.h>
#include <linux/rculist.h>
#include <linux/sched/signal.h>
#include <linux/user_namespace.h>
#include <vz/controller.h>

#include "core.h"
#include "parts.h"
#include "tasks.h"

DEFINE_STATIC_KEY_FALSE(ve_in_use);
/* Hooks in headers are compiled into modules as well. */
EXPORT_SYMBOL(ve_in_use);

const char *const ve_state_names[VE_NR_STATES] = {
#define VE_STATE_NAME(name)	[VE_##name] = #name,
	VE_STATES(VE_STATE_NAME)
#undef VE_STATE_NAME
};

const char *const ve_feature_names[VE_NR_FEATURES] = {
#define VE_FEATURE_NAME(bit, name)	[VE_FEATURE_##bit] = name,
	VE_FEATURES(VE_FEATURE_NAME)
#undef VE_FEATURE_NAME
};

/**
 * ve_bind - turn an unbound css into VE @id
 * @ve: an unbound css that no task uses and that has no child
 * @id: 1..VE_ID_MAX
 *
 * Context: cgroup_mutex, so that @ve stays unused. Return: 0, -EBUSY when @ve
 * is bound or @id is taken, -EAGAIN when the owner of @id was removed and will
 * give it up in a moment, -ENOMEM.
 */
int ve_bind(struct ve *ve, u32 id)
{
	struct ve *other;
	int ret = -EBUSY;

	mutex_lock(&ve_mutex);
	if (ve->id)
		goto out;
	list_for_each_entry(other, &ve_list, list) {
		if (other->id == id) {
			ret = css_is_dying(&other->css) ? -EAGAIN : -EBUSY;
			goto out;
		}
	}

	ret = ve_parts_arm(ve, id);
	if (ret)
		goto out;
	/*
	 * From here on readers of the files see what was made above. Pairs
	 * with ub_counters(), ve_venet() and the address dependency of others.
	 */
	smp_store_release(&ve->id, id);
	list_add_tail_rcu(&ve->list, &ve_list);
	ve_parts_online(ve);
out:
	mutex_unlock(&ve_mutex);
	return ret;
}

/* css_offline: the id is free again, lookups do not find the VE. */
void ve_unlist(struct ve *ve)
{
	mutex_lock(&ve_mutex);
	if (ve->id)
		list_del_rcu(&ve->list);
	mutex_unlock(&ve_mutex);
}

/**
 * ve_next_state - which moves a writer of ve.state may make
 * @from: present state
 * @to: wanted state
 * @init: the VE has an init
 * @empty: no task is left
 *
 * Return: 0, -EINVAL, or -EBUSY when tasks are left.
 */
int ve_next_state(enum ve_state from, enum ve_state to, bool init, bool empty)
{
	switch (to) {
	case VE_STARTING:
	case VE_RESTORING:
		return from == VE_STOPPED ? 0 : -EINVAL;
	case VE_RUNNING:
		return init && (from == VE_STARTING || from == VE_RESTORING) ?
			0 : -EINVAL;
	case VE_STOPPED:
		if (from != VE_STARTING && from != VE_RESTORING &&
		    from != VE_STOPPING)
			return -EINVAL;
		return empty ? 0 : -EBUSY;
	default:
		return -EINVAL;
	}
}

/* Write of ve.state, see ve_next_state(). */
int ve_set_state(struct ve *ve, enum ve_state to)
{
	int ret;

	spin_lock_irq(&ve->lock);
	ret = ve_next_state(ve->state, to, ve->pid_ns,
			    !ve_nr_tasks(ve));
	if (!ret) {
		if (to == VE_STARTING || to == VE_RESTORING)
			ve->exit_reason = "none";
		WRITE_ONCE(ve->state, to);
	}
	spin_unlock_irq(&ve->lock);
	if (ret)
		return ret;
	if (to == VE_STARTING || to == VE_RESTORING)
		ve_parts_start(ve);
	ve_notify(ve);
	return 0;
}

/* Write of ve.features. Return: 0, -EBUSY unless STOPPED. */
int ve_set_features(struct ve *ve, u64 features)
{
	int ret = -EBUSY;

	spin_lock_irq(&ve->lock);
	if (ve->state == VE_STOPPED) {
		WRITE_ONCE(ve->features, features);
		ret = 0;
	}
	spin_unlock_irq(&ve->lock);
	return ret;
}

/* Write of ve.uid. Return: 0, -EBUSY unless STOPPED. */
int ve_set_uid(struct ve *ve, kuid_t uid)
{
	int ret = -EBUSY;

	spin_lock_irq(&ve->lock);
	if (ve->state == VE_STOPPED) {
		ve->uid = uid;
		ret = 0;
	}
	spin_unlock_irq(&ve->lock);
	return ret;
}

/**
 * ve_may_enter - may current put a task of @from into @to
 * @from: VE of the task, NULL for the host
 * @to: VE of the destination, NULL for the host
 *
 * A task never leaves its VE, and only the host's root puts one in: being root
 * of a user namespace is not enough, even where file modes would allow it.
 */
bool ve_may_enter(const struct ve *from, const struct ve *to)
{
	if (from == to)
		return true;
	return !from && !current_ve() && capable(CAP_SYS_ADMIN);
}

/**
 * ve_bind_user_ns - a user namespace is created: whose is it
 * @ns: the new namespace
 * @parent: its parent
 *
 * The parent's VE, else the one of the creating task. The reference pins the
 * css for the namespace's life.
 */
void ve_bind_user_ns(struct user_namespace *ns, struct user_namespace *parent)
{
	ns->ve = user_ns_ve(parent) ?: current_ve();
	if (ns->ve)
		ve_get(ns->ve);
}

/**
 * __ve_ns_account - on whose account a user namespace is put
 * @creator: effective user of the task that makes it
 *
 * What the kernel counts by user (inotify instances, pending signals, locked
 * memory, nested namespaces) it counts in the creator's account as well. All
 * VEs that root makes would share root's.
 *
 * Context: current is making the namespace. Return: the VE's own user for its
 * first namespace, when ve.uid names one; else @creator.
 */
kuid_t __ve_ns_account(kuid_t creator)
{
	struct ve *ve = current_ve();

	if (!ve || current_user_ns() != &init_user_ns || !uid_valid(ve->uid))
		return creator;
	return ve->uid;
}

void ve_release_user_ns(struct user_namespace *ns)
{
	if (ns->ve)
		ve_put(ns->ve);
}
