// SPDX-License-Identifier: GPL-2.0-only
/*
 * /proc/vz/semundo: what a checkpoint needs of semaphores and cannot see. An
 * ioctl for the host's root alone: VE_SEM_UNDO says what would be done to sets
 * when a task ends. Putting it back takes no help: semop(2) does and undoes.
 */
#include <linux/fs.h>
#include <linux/init.h>
#include <linux/ipc_namespace.h>
#include <linux/nsproxy.h>
#include <linux/proc_fs.h>
#include <linux/sched.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <vz/controller.h>
#include <vz/sem_undo.h>

/* SEMMSL of ipc/sem.c */
#define VE_SEMS_MAX 32000

/* The namespace of @task with a reference, NULL when it has ended. */
static struct ipc_namespace *ve_ipc_of(struct task_struct *task)
{
	struct ipc_namespace *ns = NULL;

	task_lock(task);
	if (task->nsproxy)
		ns = get_ipc_ns(task->nsproxy->ipc_ns);
	task_unlock(task);
	return ns;
}

static int ve_sem_undo(struct ve_sem_undo *arg, s16 *adj)
{
	struct task_struct *task = find_get_task_by_vpid(arg->pid);
	struct ipc_namespace *ns;
	const void *list;
	int ret = -ESRCH;

	if (!task)
		return ret;
	ns = ve_ipc_of(task);
	list = READ_ONCE(task->sysvsem.undo_list);
	if (ns)
		ret = !list ? 0 : ve_sem_undo_get(ns, list, arg->index, &arg->semid,
						  adj, arg->nsems);
	put_task_struct(task);
	if (ns)
		put_ipc_ns(ns);
	return ret;
}

static long ve_sem_undo_ioctl(struct file *file, unsigned int cmd, unsigned long to)
{
	struct ve_sem_undo arg;
	s16 *adj;
	int ret;

	if (cmd != VE_SEM_UNDO)
		return -ENOTTY;
	if (copy_from_user(&arg, (void __user *)to, sizeof(arg)))
		return -EFAULT;
	if (!arg.nsems || arg.nsems > VE_SEMS_MAX)
		return -EINVAL;
	adj = kvcalloc(arg.nsems, sizeof(*adj), GFP_KERNEL);
	if (!adj)
		return -ENOMEM;
	ret = ve_sem_undo(&arg, adj);
	if (ret > 0 && (copy_to_user(u64_to_user_ptr(arg.adj), adj, ret * sizeof(*adj)) ||
			copy_to_user((void __user *)to, &arg, sizeof(arg))))
		ret = -EFAULT;
	kvfree(adj);
	return ret;
}

static const struct proc_ops ve_sem_undo_proc = {
	.proc_open = ve_proc_open_restore,
	.proc_ioctl = ve_sem_undo_ioctl,
	.proc_lseek = noop_llseek,
};

static int __init ve_sem_undo_init(void)
{
	return proc_create("semundo", 0400, proc_vz_dir, &ve_sem_undo_proc) ? 0 : -ENOMEM;
}
fs_initcall_sync(ve_sem_undo_init);
