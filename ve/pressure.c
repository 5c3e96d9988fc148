// SPDX-License-Identifier: GPL-2.0-only
/*
 * /proc/pressure of a VE: how long its programs stood still for want of a processor, of
 * memory or for the disk, as pressure stall information counts it for the VE's cgroup.
 * Whoever is beside the VE is in it only by what the VE had to wait.
 *
 * What is written to a file is a trigger: the kernel wakes who polls the file when more
 * was lost in a window of time than it says. One of a privileged program has a kernel
 * thread of the highest priority look ten times in each window; root of a VE is nobody
 * who may have that, so its windows are multiples of two seconds, as any user's, and are
 * looked at by the worker that makes the averages. That walks over all of them, and each
 * takes an RCU grace period to end, so a VE has a few.
 *
 * A trigger is the open file's, and the open file keeps the VE and its cgroup: by the mount,
 * by the user namespace. seq->lock is taken when one is set.
 */
#include <linux/cleanup.h>
#include <linux/fs.h>
#include <linux/proc_fs.h>
#include <linux/psi.h>
#include <linux/seq_file.h>
#include <linux/uaccess.h>
#include <vz/abi.h>
#include <vz/controller.h>
#include <vz/ub-scope.h>

#include "pressure.h"

#define TRIGGERS_MAX	64

/* NULL: the kernel does not count, not for cgroups, or was told not to for this one. */
static struct psi_group *group_of(struct seq_file *m)
{
	struct psi_group *group = cgroup_psi(seq_ve(m)->css.cgroup);

	if (static_branch_unlikely(&psi_disabled) || !group || !READ_ONCE(group->enabled))
		return NULL;
	return group;
}

static enum psi_res res_of(struct seq_file *m)
{
	return (uintptr_t)pde_data(file_inode(m->file));
}

static int pressure_show(struct seq_file *m, void *v)
{
	struct psi_group *group = group_of(m);

	return group ? psi_show(m, group, res_of(m)) : -EOPNOTSUPP;
}

static int pressure_open(struct inode *inode, struct file *file)
{
	return single_open(file, pressure_show, NULL);
}

/* A kernel thread is not wanted for any of these: ve_is_file_of_ve(). */
static struct psi_trigger *create(struct file *file, struct psi_group *group, char *text)
{
	enum psi_res res = res_of(file->private_data);
#ifdef PSI_TELLS
	bool thread;

	return psi_trigger_create(group, text, res, file, NULL, &thread);
#else
	return psi_trigger_create(group, text, res, file, NULL);
#endif
}

static struct psi_trigger *new_trigger(struct file *file, struct psi_group *group, char *text)
{
	struct ve *ve = seq_ve(file->private_data);
	struct psi_trigger *t;

	UB_CALLER_PAYS();
	if (!atomic_add_unless(&ve->triggers, 1, TRIGGERS_MAX))
		return ERR_PTR(-ENOSPC);
	t = create(file, group, text);
	if (IS_ERR(t))
		atomic_dec(&ve->triggers);
	return t;
}

static ssize_t pressure_write(struct file *file, const char __user *from, size_t len, loff_t *pos)
{
	struct seq_file *m = file->private_data;
	struct psi_group *group = group_of(m);
	size_t n = min_t(size_t, len, VE_TRIGGER_SIZE);
	struct psi_trigger *t;
	char text[VE_TRIGGER_SIZE];

	if (!group)
		return -EOPNOTSUPP;
	if (!n)
		return -EINVAL;
	if (copy_from_user(text, from, n))
		return -EFAULT;
	text[n - 1] = '\0';

	guard(mutex)(&m->lock);
	if (m->private)
		return -EBUSY;
	t = new_trigger(file, group, text);
	if (IS_ERR(t))
		return PTR_ERR(t);
	/* what poll() finds is complete */
	smp_store_release(&m->private, t);
	return len;
}

static __poll_t pressure_poll(struct file *file, poll_table *wait)
{
	struct seq_file *m = file->private_data;

	return psi_trigger_poll(&m->private, file, wait);
}

/* All resources have "some" before "full", but the last, which has no "some". */
static bool is_full(enum psi_states state)
{
	return state & 1 || state > PSI_CPU_FULL;
}

/* What was written, for who will write it again. It does not change until the file is closed. */
static long pressure_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct seq_file *m = file->private_data;
	char text[VE_TRIGGER_SIZE] = "";
	const struct psi_trigger *t;

	if (cmd != VE_TRIGGER_GET)
		return -ENOTTY;
	/* pairs with pressure_write() */
	t = smp_load_acquire(&m->private);
	if (t)
		snprintf(text, sizeof(text), "%s %llu %llu", is_full(t->state) ? "full" : "some",
			 div_u64(t->threshold, NSEC_PER_USEC), div_u64(t->win.size, NSEC_PER_USEC));
	return copy_to_user((void __user *)arg, text, sizeof(text)) ? -EFAULT : 0;
}

static int pressure_release(struct inode *inode, struct file *file)
{
	struct seq_file *m = file->private_data;

	if (m->private) {
		psi_trigger_destroy(m->private);
		atomic_dec(&seq_ve(m)->triggers);
	}
	return single_release(inode, file);
}

const struct proc_ops ve_pressure_proc_ops = {
	.proc_open	= pressure_open,
	.proc_read	= seq_read,
	.proc_lseek	= seq_lseek,
	.proc_write	= pressure_write,
	.proc_poll	= pressure_poll,
	.proc_ioctl	= pressure_ioctl,
	.proc_release	= pressure_release,
};
