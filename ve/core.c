// SPDX-License-Identifier: GPL-2.0-only
/*
 * The VE object: its id, state, tasks and init, and the binding of user
 * namespaces to it.
 *
 * ve_mutex orders changes of ids and of ve_list; readers of the list use RCU.
 * ve->lock orders changes of state, features, init and the exit reason, since
 * exiting tasks make some of them. A struct ve lives as long as its css: tasks
 * below it, user namespaces created in it and venet addresses hold references.
 * The pid namespace of init holds the user namespace, and that one the css; so
 * the VE lets go of the pid namespace when init exits, not when the css goes.
 */
#include <linux/cgroup.h>
#include <linux/cred.h>
#include <linux/export.h>
#include <linux/pid_namespace.h>
#include <linux/rculist.h>
#include <linux/sched/signal.h>
#include <linux/user_namespace.h>
#include <vz/object.h>
#include <vz/venet.h>

LIST_HEAD(ve_list);
DEFINE_MUTEX(ve_mutex);
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

struct ve *ve_find(u32 id)
{
	struct ve *ve;

	if (!id)
		return NULL;
	rcu_read_lock();
	list_for_each_entry_rcu(ve, &ve_list, list) {
		if (ve->id == id && css_tryget_online(&ve->css)) {
			rcu_read_unlock();
			return ve;
		}
	}
	rcu_read_unlock();
	return NULL;
}

void ve_notify(struct ve *ve)
{
	cgroup_file_notify(&ve->state_file);
}

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

	ret = ve_counts_init(ve);
	if (ret)
		goto out;
	ret = ve_time_init(ve);
	if (ret)
		goto out_counts;
	ret = ub_arm(ve);
	if (ret)
		goto out_time;
	ret = venet_arm(ve);
	if (ret)
		goto out_ub;
	ret = ub_online(ve, id);
	if (ret)
		goto out_venet;
	/*
	 * From here on readers of the files see what was made above. Pairs
	 * with ub_counters(), ve_venet() and the address dependency of others.
	 */
	smp_store_release(&ve->id, id);
	list_add_tail_rcu(&ve->list, &ve_list);
	ve_load_start(ve);
	mutex_unlock(&ve_mutex);
	return 0;
out_venet:
	venet_offline(ve);
	venet_free(ve);
out_ub:
	ub_free(ve);
out_time:
	ve_time_free(ve);
out_counts:
	ve_counts_free(ve);
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
		if (to == VE_STARTING || to == VE_RESTORING) {
			ve->exit_reason = "none";
			ve_boot_id_new(ve);
		}
		WRITE_ONCE(ve->state, to);
	}
	spin_unlock_irq(&ve->lock);
	if (ret)
		return ret;
	if (to == VE_STARTING || to == VE_RESTORING) {
		ve_time_start(ve);
		ve_load_reset(ve);
	}
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

bool ve_host_writer(struct kernfs_open_file *of)
{
	return file_ns_capable(of->file, &init_user_ns, CAP_SYS_ADMIN);
}
