// SPDX-License-Identifier: GPL-2.0-only
/*
 * /proc/vz: the folder, version and veinfo. The entries stay for ever; their
 * formats are those of OpenVZ, byte for byte, because scripts parse them.
 */
#include <linux/capability.h>
#include <linux/fs.h>
#include <linux/init.h>
#include <linux/mutex.h>
#include <linux/proc_fs.h>
#include <linux/sched/stat.h>
#include <linux/seq_file.h>
#include <linux/utsname.h>
#include <vz/controller.h>

#include "parts.h"
#include "tasks.h"

struct proc_dir_entry *proc_vz_dir;

int ve_proc_open_restore(struct inode *inode, struct file *file)
{
	return user_ns_ve(inode->i_sb->s_user_ns) || !capable(CAP_SYS_ADMIN) ? -EPERM : 0;
}

static int ve_version_show(struct seq_file *m, void *v)
{
	seq_printf(m, "%s %s %s\n", VE_KERNEL_VERSION, init_uts_ns.name.sysname,
		   init_uts_ns.name.release);
	return 0;
}

/* Id, class, tasks, addresses. The host sees itself and all, a VE itself. */
static int ve_veinfo_show(struct seq_file *m, void *v)
{
	struct ve *self = seq_ve(m), *ve;

	if (!self)
		seq_printf(m, "%10u %5u %5u\n", 0, 0, nr_threads);
	mutex_lock(&ve_mutex);
	list_for_each_entry(ve, &ve_list, list) {
		if (self && ve != self)
			continue;
		seq_printf(m, "%10u %5u %5u", ve->id, 0,
			   ve_nr_tasks(ve));
		ve_parts_show(m, ve);
		seq_putc(m, '\n');
	}
	mutex_unlock(&ve_mutex);
	return 0;
}

static int __init ve_proc_vz_init(void)
{
	proc_vz_dir = proc_mkdir("vz", NULL);
	if (!proc_vz_dir ||
	    !proc_create_single("version", 0444, proc_vz_dir, ve_version_show) ||
	    !proc_create_single("veinfo", 0400, proc_vz_dir, ve_veinfo_show))
		return -ENOMEM;
	return 0;
}
fs_initcall(ve_proc_vz_init);
