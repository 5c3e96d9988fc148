// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ve controller: callbacks of the cgroup core and the files ve.id,
 * ve.state, ve.uid, ve.init, ve.exit and ve.features. What they mean is in core.c.
 *
 * A css is born unbound, as part of the host, and stays so for every cgroup
 * that merely lies beside a VE. Binding it is done under cgroup_mutex while no
 * css_set refers to it, so a task is in the same VE from can_fork or can_attach
 * until its release, even as a zombie, and each count taken is given back.
 */
#include <linux/cgroup.h>
#include <linux/delay.h>
#include <linux/init.h>
#include <linux/parser.h>
#include <linux/pid_namespace.h>
#include <linux/sched/signal.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <vz/object.h>

#include "cgroup-internal.h"
#include "core.h"
#include "init.h"
#include "parts.h"
#include "tasks.h"

/* Not a flag that the kernel knows, and one that fits. */
static_assert(BIT(CGRP_IN_VE) > BIT(CGRP_FROZEN));
static_assert(BIT(CGRP_IN_VE) <= type_max(typeof_member(struct cgroup, flags)));

static struct ve *ve_of_css(struct cgroup_subsys_state *css)
{
	struct ve *ve = css_ve(css);

	return READ_ONCE(ve->id) ? ve : NULL;
}

static struct ve *ve_of_cset(struct css_set *cset)
{
	return ve_of_css(cset->subsys[ve_cgrp_id]);
}

/*
 * A child of the VE's own cgroup or of another such child. The answer is kept
 * in a flag of the new cgroup, since the controller may go before the cgroup.
 */
void ve_mark_cgroup(struct cgroup *cgrp, struct cgroup *parent)
{
	struct cgroup_subsys_state *css;

	css = rcu_dereference_protected(parent->subsys[ve_cgrp_id],
					lockdep_is_held(&cgroup_mutex));
	if (test_bit(CGRP_IN_VE, &parent->flags) || (css && ve_of_css(css)))
		set_bit(CGRP_IN_VE, &cgrp->flags);
}

static struct cgroup_subsys_state *
ve_css_alloc(struct cgroup_subsys_state *parent)
{
	struct ve *ve;

	if (parent && ve_of_css(parent))
		return ERR_PTR(-EPERM);
	ve = kzalloc(sizeof(*ve), GFP_KERNEL);
	if (!ve)
		return ERR_PTR(-ENOMEM);
	ve->state = VE_STOPPED;
	ve->uid = INVALID_UID;
	ve->exit_reason = "none";
	spin_lock_init(&ve->lock);
	mutex_init(&ve->load_lock);
	mutex_init(&ve->time_lock);
	INIT_LIST_HEAD(&ve->list);
	return &ve->css;
}

static void ve_css_offline(struct cgroup_subsys_state *css)
{
	struct ve *ve = ve_of_css(css);

	if (ve) {
		ve_parts_offline(ve);
		ve_unlist(ve);
	}
}

static void ve_css_free(struct cgroup_subsys_state *css)
{
	struct ve *ve = css_ve(css);

	if (ve->id)
		ve_parts_free(ve);
	kfree(ve);
}

static int ve_can_attach(struct cgroup_taskset *tset)
{
	struct cgroup_subsys_state *dst;
	struct task_struct *task;

	cgroup_taskset_for_each(task, dst, tset) {
		struct css_set *cset = task_css_set(task);

		if (ve_may_enter(task_ve(task), ve_of_css(dst)))
			continue;
		/* The task stays where it is: "-ve" above a VE in use. */
		if (cset->mg_dst_cset && cset->mg_dst_cset->dfl_cgrp == cset->dfl_cgrp)
			return -EBUSY;
		return -EPERM;
	}

	cgroup_taskset_for_each(task, dst, tset) {
		struct ve *from = task_ve(task), *to = ve_of_css(dst);

		if (from != to) {
			ve_task_enter(to);
			ub_task_move(from, to);
		}
	}
	return 0;
}

static void ve_cancel_attach(struct cgroup_taskset *tset)
{
	struct cgroup_subsys_state *dst;
	struct task_struct *task;

	cgroup_taskset_for_each(task, dst, tset) {
		struct ve *from = task_ve(task), *to = ve_of_css(dst);

		if (from != to) {
			ub_task_move(to, from);
			ve_task_leave(to);
		}
	}
}

static void ve_attach(struct cgroup_taskset *tset)
{
	struct cgroup_subsys_state *dst;
	struct task_struct *task;

	cgroup_taskset_for_each(task, dst, tset) {
		struct ve *ve = ve_of_css(dst);

		if (ve)
			ve_note_init(ve, task);
	}
}

/* CLONE_INTO_CGROUP comes here only, never to can_attach. */
static int ve_can_fork(struct task_struct *task, struct css_set *cset)
{
	struct ve *ve = ve_of_cset(cset);
	int ret;

	if (!ve_may_enter(current_ve(), ve))
		return -EPERM;
	if (!ve)
		return 0;
	ret = ub_can_fork(ve);
	if (!ret)
		ve_task_enter(ve);
	return ret;
}

static void ve_cancel_fork(struct task_struct *task, struct css_set *cset)
{
	struct ve *ve = ve_of_cset(cset);

	if (ve) {
		ub_cancel_fork(ve);
		ve_task_leave(ve);
	}
}

static void ve_fork(struct task_struct *task)
{
	struct ve *ve;

	/* Once in a VE, always in it: the task keeps it from going. */
	rcu_read_lock();
	ve = task_ve(task);
	rcu_read_unlock();

	if (ve) {
		ve_task_forked(ve);
		ve_note_init(ve, task);
	}
}

static void ve_exit(struct task_struct *task)
{
	struct ve *ve = task_ve(task);

	if (ve) {
		ve_note_exit(ve, task);
		ve_task_leave(ve);
	}
}

static void ve_release(struct task_struct *task)
{
	struct ve *ve = task_ve(task);

	if (ve)
		ub_task_release(ve);
}

static u64 ve_id_read(struct cgroup_subsys_state *css, struct cftype *cft)
{
	return READ_ONCE(css_ve(css)->id);
}

static ssize_t ve_id_write(struct kernfs_open_file *of, char *buf,
			   size_t nbytes, loff_t off)
{
	struct cgroup_subsys_state *css;
	struct cgroup *cgrp;
	u32 id;
	int ret;

	if (!ve_host_writer(of))
		return -EPERM;
	if (kstrtou32(strstrip(buf), 10, &id) || !id || id > VE_ID_MAX)
		return -EINVAL;

	static_branch_enable(&ve_in_use);

	cgrp = cgroup_kn_lock_live(of->kn, false);
	if (!cgrp)
		return -ENODEV;
	css = rcu_dereference_protected(cgrp->subsys[ve_cgrp_id],
					lockdep_is_held(&cgroup_mutex));
	ret = -ENODEV;
	if (!css || !(css->flags & CSS_ONLINE))
		goto out;
	/*
	 * A css_set stays while a task, a zombie or a cgroup namespace uses
	 * it; none may have been here as a part of the host.
	 */
	ret = -EBUSY;
	if (css_has_online_children(&cgrp->self))
		goto out;
	spin_lock_irq(&css_set_lock);
	if (list_empty(&cgrp->e_csets[ve_cgrp_id]))
		ret = 0;
	spin_unlock_irq(&css_set_lock);
	if (!ret)
		ret = ve_bind(css_ve(css), id);
out:
	cgroup_kn_unlock(of->kn);
	if (ret == -EAGAIN) {
		/*
		 * css_offline of the former owner comes from a work item: try
		 * again from user space, with no reference held meanwhile.
		 */
		msleep(20);
		return restart_syscall();
	}
	return ret ?: nbytes;
}

static int ve_state_show(struct seq_file *m, void *v)
{
	struct ve *ve = css_ve(seq_css(m));

	seq_printf(m, "%s\n", ve_state_names[READ_ONCE(ve->state)]);
	return 0;
}

static ssize_t ve_state_write(struct kernfs_open_file *of, char *buf,
			      size_t nbytes, loff_t off)
{
	struct ve *ve = ve_of_css(of_css(of));
	int to, ret;

	if (!ve_host_writer(of))
		return -EPERM;
	to = match_string(ve_state_names, VE_NR_STATES, strstrip(buf));
	if (!ve || to < 0)
		return -EINVAL;
	ret = ve_set_state(ve, to);
	return ret ?: nbytes;
}

static int ve_init_show(struct seq_file *m, void *v)
{
	struct pid_namespace *ns = ve_get_pid_ns(css_ve(seq_css(m)));
	pid_t nr = 0;

	if (ns) {
		rcu_read_lock();
		nr = pid_vnr(find_pid_ns(1, ns));
		rcu_read_unlock();
		put_pid_ns(ns);
	}
	seq_printf(m, "%d\n", nr);
	return 0;
}

static int ve_exit_show(struct seq_file *m, void *v)
{
	seq_printf(m, "%s\n", READ_ONCE(css_ve(seq_css(m))->exit_reason));
	return 0;
}

static int ve_features_show(struct seq_file *m, void *v)
{
	u64 features = READ_ONCE(css_ve(seq_css(m))->features);
	const char *sep = "";
	int i;

	for (i = 0; i < VE_NR_FEATURES; i++) {
		if (features & BIT_ULL(i)) {
			seq_printf(m, "%s%s", sep, ve_feature_names[i]);
			sep = " ";
		}
	}
	seq_putc(m, '\n');
	return 0;
}

static ssize_t ve_features_write(struct kernfs_open_file *of, char *buf,
				 size_t nbytes, loff_t off)
{
	struct ve *ve = ve_of_css(of_css(of));
	u64 features = 0;
	char *name;
	int ret;

	if (!ve_host_writer(of))
		return -EPERM;
	if (!ve)
		return -EINVAL;
	buf = strstrip(buf);
	while ((name = strsep(&buf, " \t\n"))) {
		if (!*name)
			continue;
		ret = match_string(ve_feature_names, VE_NR_FEATURES, name);
		if (ret < 0)
			return -EINVAL;
		features |= BIT_ULL(ret);
	}
	ret = ve_set_features(ve, features);
	return ret ?: nbytes;
}

static int ve_uid_show(struct seq_file *m, void *v)
{
	kuid_t uid = css_ve(seq_css(m))->uid;

	if (uid_valid(uid))
		seq_printf(m, "%u\n", from_kuid_munged(seq_user_ns(m), uid));
	return 0;
}

static ssize_t ve_uid_write(struct kernfs_open_file *of, char *buf,
			    size_t nbytes, loff_t off)
{
	struct ve *ve = ve_of_css(of_css(of));
	kuid_t uid;
	u32 nr;
	int ret;

	if (!ve_host_writer(of))
		return -EPERM;
	if (!ve || kstrtou32(strstrip(buf), 10, &nr))
		return -EINVAL;
	uid = make_kuid(&init_user_ns, nr);
	if (!uid_valid(uid))
		return -EINVAL;
	ret = ve_set_uid(ve, uid);
	return ret ?: nbytes;
}

static struct cftype ve_files[] = {
	{
		.name = "id",
		.flags = CFTYPE_NOT_ON_ROOT,
		.read_u64 = ve_id_read,
		.write = ve_id_write,
	},
	{
		.name = "state",
		.flags = CFTYPE_NOT_ON_ROOT,
		.file_offset = offsetof(struct ve, state_file),
		.seq_show = ve_state_show,
		.write = ve_state_write,
	},
	{
		.name = "uid",
		.flags = CFTYPE_NOT_ON_ROOT,
		.seq_show = ve_uid_show,
		.write = ve_uid_write,
	},
	{
		.name = "init",
		.flags = CFTYPE_NOT_ON_ROOT,
		.seq_show = ve_init_show,
	},
	{
		.name = "exit",
		.flags = CFTYPE_NOT_ON_ROOT,
		.seq_show = ve_exit_show,
	},
	{
		.name = "features",
		.flags = CFTYPE_NOT_ON_ROOT,
		.seq_show = ve_features_show,
		.write = ve_features_write,
	},
	{ }
};

struct cgroup_subsys ve_cgrp_subsys = {
	.css_alloc	= ve_css_alloc,
	.css_offline	= ve_css_offline,
	.css_free	= ve_css_free,
	.can_attach	= ve_can_attach,
	.cancel_attach	= ve_cancel_attach,
	.attach		= ve_attach,
	.can_fork	= ve_can_fork,
	.cancel_fork	= ve_cancel_fork,
	.fork		= ve_fork,
	.exit		= ve_exit,
	.release	= ve_release,
	.dfl_cftypes	= ve_files,
	.depends_on	= 1 << memory_cgrp_id,
};

static int __init ve_cgroup_init(void)
{
	return ve_parts_init(&ve_cgrp_subsys);
}
core_initcall(ve_cgroup_init);
