// SPDX-License-Identifier: GPL-2.0-only
/*
 * Files of a VE that no task of its own closes: those whose last reference goes
 * in an interrupt or in a kernel thread, such as the collector of unix sockets.
 *
 * The kernel has one list and one worker for all of them, so a VE could keep
 * the files of everybody else waiting, with a file whose end takes long (a
 * FUSE server that does not answer), or keep a CPU busy on nobody's account,
 * with many. Each VE has its own list here, and its worker a tenth of a CPU.
 *
 * A file holds the VE by f_cred until it is freed. The work holds the VE too,
 * from being queued to its end, since the file may be gone before both.
 */
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/init.h>
#include <linux/jiffies.h>
#include <linux/llist.h>
#include <linux/sched/cputime.h>
#include <linux/task_work.h>
#include <linux/timekeeping.h>
#include <linux/workqueue.h>
#include <linux/slab.h>
#include <vz/ub.h>
#include "bucket.h"
#include "counters.h"
#include "fput.h"

/**
 * struct ub_fput - files of a VE that none of its tasks closes
 * @files: to be closed
 * @work: closes them; queued when there are, and holds the VE then
 * @pace: CPU time, ns; changed by @work only
 * @ve: whose they are
 */
struct ub_fput {
	struct llist_head	files;
	struct delayed_work	work;
	struct ub_bucket	pace;
	struct ve		*ve;
};

static struct workqueue_struct *ub_fput_wq;

static void ub_fput_work(struct work_struct *work)
{
	struct ub_fput *fput = container_of(to_delayed_work(work), struct ub_fput, work);
	struct llist_node *files = llist_reverse_order(llist_del_all(&fput->files));
	u64 begin = task_sched_runtime(current);
	struct file *file, *next;

	llist_for_each_entry_safe(file, next, files, f_llist) {
		file->f_task_work.func(&file->f_task_work);
		cond_resched();
	}
	ub_bucket_charge(&fput->pace, task_sched_runtime(current) - begin, ktime_get_ns());
	ve_put(fput->ve);
}

/**
 * __ub_fput_later - close a file later, on its VE's own list
 * @file: without references; not NULL
 * @close: does it, called with &file->f_task_work in process context
 *
 * Context: any but NMI; does not sleep. Return: false when it is no file of a VE.
 */
bool __ub_fput_later(struct file *file, void (*close)(struct callback_head *))
{
	struct ve *ve = user_ns_ve(file->f_cred->user_ns);
	struct ub_fput *fput;
	u64 debt;

	if (!ve || !ub_fput_wq)
		return false;
	fput = ve->ub.counters->fput;
	init_task_work(&file->f_task_work, close);
	ve_get(ve);
	debt = ub_bucket_debt(&fput->pace, ktime_get_ns());
	if (!llist_add(&file->f_llist, &fput->files) ||
	    !queue_delayed_work(ub_fput_wq, &fput->work, nsecs_to_jiffies(debt) + 1))
		ve_put(ve);
	return true;
}

static int ub_fput_arm(struct ub_counters *cs)
{
	struct ub_fput *fput = kzalloc(sizeof(*fput), GFP_KERNEL);

	if (!fput)
		return -ENOMEM;
	init_llist_head(&fput->files);
	INIT_DELAYED_WORK(&fput->work, ub_fput_work);
	ub_bucket_set(&fput->pace, NSEC_PER_SEC / 10, 0);
	fput->ve = cs->ve;
	cs->fput = fput;
	return 0;
}

/* Whatever is queued holds the VE, so there is nothing. */
static void ub_fput_disarm(struct ub_counters *cs)
{
	kfree(cs->fput);
	cs->fput = NULL;
}

const struct ub_part ub_fput_part = {
	.arm	= ub_fput_arm,
	.disarm	= ub_fput_disarm,
};

static int __init ub_fput_setup(void)
{
	/* Each VE's worker may sleep for as long as the VE makes it. */
	ub_fput_wq = alloc_workqueue("ve_fput", WQ_UNBOUND, WQ_MAX_ACTIVE);
	return ub_fput_wq ? 0 : -ENOMEM;
}
core_initcall(ub_fput_setup);
