// SPDX-License-Identifier: GPL-2.0-only
/*
 * /proc/user_beancounters and /proc/bc: what beancounters/ prints, and meminfo.
 *
 * Owns the /proc/bc/<id> folders (ve->bc): made when a VE is bound, removed when
 * its cgroup is, which waits for readers; so a file's struct ve is there while it
 * is read. user_beancounters walks ve_list under RCU, one record per VE.
 *
 * Who reads is decided by the mount: one made in a VE shows that VE only.
 */
#include <linux/capability.h>
#include <linux/fs.h>
#include <linux/init.h>
#include <linux/mm.h>
#include <linux/proc_fs.h>
#include <linux/rculist.h>
#include <linux/seq_file.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/swap.h>
#include <vz/controller.h>
#include <vz/ub-show.h>
#include "meminfo.h"
#include "proc_bc.h"

/*
 * Text that does not fit into a reader's buffer is made again for a larger one,
 * or for the next read. A record fits into the small size, many into the other.
 */
#define BC_RECORD_SIZE	(2 * PAGE_SIZE)
#define BC_TABLE_SIZE	SZ_64K

static struct proc_dir_entry *bc_root;

static struct user_namespace *bc_mount_ns(const struct file *file)
{
	return file_inode(file)->i_sb->s_user_ns;
}

/* The classic rule: both capabilities that pass by file modes. */
static bool bc_may_open(struct file *file)
{
	struct user_namespace *ns = bc_mount_ns(file);

	return file_ns_capable(file, ns, CAP_DAC_OVERRIDE) &&
	       file_ns_capable(file, ns, CAP_DAC_READ_SEARCH);
}

/*
 * Records of the tables: the head with the mount's own UB, then on the host
 * one record for each VE.
 */
static void *bc_table_start(struct seq_file *m, loff_t *pos)
	__acquires(RCU)
{
	rcu_read_lock();
	if (!*pos)
		return SEQ_START_TOKEN;
	if (user_ns_ve(bc_mount_ns(m->file)))
		return NULL;
	return seq_list_start_rcu(&ve_list, *pos - 1);
}

static void *bc_table_next(struct seq_file *m, void *v, loff_t *pos)
{
	if (v != SEQ_START_TOKEN)
		return seq_list_next_rcu(v, &ve_list, pos);
	++*pos;
	if (user_ns_ve(bc_mount_ns(m->file)))
		return NULL;
	return seq_list_start_rcu(&ve_list, 0);
}

static void bc_table_stop(struct seq_file *m, void *v)
	__releases(RCU)
{
	rcu_read_unlock();
}

static int bc_table_show(struct seq_file *m, void *v, enum ub_rows rows)
{
	if (v == SEQ_START_TOKEN) {
		ub_print_head(m);
		ub_show_rows(m, user_ns_ve(bc_mount_ns(m->file)), rows);
	} else {
		ub_show_rows(m, list_entry(v, struct ve, list), rows);
	}
	return 0;
}

static int bc_classic_show(struct seq_file *m, void *v)
{
	return bc_table_show(m, v, UB_ROWS_CLASSIC);
}

static int bc_named_show(struct seq_file *m, void *v)
{
	return bc_table_show(m, v, UB_ROWS_NAMED);
}

static const struct seq_operations bc_classic_ops = {
	.start	= bc_table_start,
	.next	= bc_table_next,
	.stop	= bc_table_stop,
	.show	= bc_classic_show,
};

static const struct seq_operations bc_named_ops = {
	.start	= bc_table_start,
	.next	= bc_table_next,
	.stop	= bc_table_stop,
	.show	= bc_named_show,
};

/* In a VE, only its own record: its kmemsize pays for the buffer. */
static int bc_table_open(struct file *file, const struct seq_operations *ops)
{
	size_t size = user_ns_ve(bc_mount_ns(file)) ? BC_RECORD_SIZE : BC_TABLE_SIZE;
	char *buf = kvmalloc(size, GFP_KERNEL_ACCOUNT);
	struct seq_file *m;
	int err;

	if (!buf)
		return -ENOMEM;
	err = seq_open(file, ops);
	if (err) {
		kvfree(buf);
		return err;
	}
	m = file->private_data;
	m->buf = buf;
	m->size = size;
	return 0;
}

static int bc_classic_open(struct inode *inode, struct file *file)
{
	return bc_may_open(file) ? bc_table_open(file, &bc_classic_ops) : -EACCES;
}

static int bc_named_open(struct inode *inode, struct file *file)
{
	return bc_may_open(file) ? bc_table_open(file, &bc_named_ops) : -EPERM;
}

static const struct proc_ops bc_classic_proc = {
	.proc_open	= bc_classic_open,
	.proc_read	= seq_read,
	.proc_lseek	= seq_lseek,
	.proc_release	= seq_release,
};

static const struct proc_ops bc_named_proc = {
	.proc_open	= bc_named_open,
	.proc_read	= seq_read,
	.proc_lseek	= seq_lseek,
	.proc_release	= seq_release,
};

static void bc_kb(struct seq_file *m, const char *name, unsigned long pages)
{
	seq_printf(m, "%-15s %8lu kB\n", name, pages << (PAGE_SHIFT - 10));
}

/*
 * What the VE sees, and the classic lines that are not in there. Memory of
 * the host is promised to nobody: the VE's portion is its total.
 */
static int bc_meminfo_show(struct seq_file *m, struct ve *ve)
{
	struct sysinfo si;

	ve_meminfo_print(m, ve);
	si_meminfo(&si);
	si_swapinfo(&si);
	ve_meminfo(ve, &si);
	bc_kb(m, "MemCommitted:", ub_held(ve, UB_PRIVVMPAGES));
	bc_kb(m, "MemPortion:", si.totalram);
	bc_kb(m, "Shadow:", 0);
	bc_kb(m, "Shadow(anon):", 0);
	bc_kb(m, "Shadow(file):", 0);
	bc_kb(m, "HugePages:", 0);
	return 0;
}

/* Files of a VE beside those of beancounters/; the host's meminfo is /proc/meminfo. */
static const struct ub_proc_file bc_ve_files[] = {
	{ "meminfo",	bc_meminfo_show },
	{ }
};

static const struct ub_proc_file *bc_find_file(const char *name)
{
	const struct ub_proc_file *f;

	for (f = ub_proc_files; f->name; f++)
		if (!strcmp(f->name, name))
			return f;
	for (f = bc_ve_files; f->name; f++)
		if (!strcmp(f->name, name))
			return f;
	return NULL;
}

/* The file's name says what to print. */
static int bc_file_show(struct seq_file *m, void *v)
{
	const struct ub_proc_file *f = bc_find_file(m->file->f_path.dentry->d_name.name);

	return f ? f->show(m, m->private) : -ENOENT;
}

/* Nothing to see before the VE is bound. */
static int bc_file_open(struct inode *inode, struct file *file)
{
	struct ve *ve = pde_data(inode);

	if (!bc_may_open(file))
		return -EPERM;
	/* Pairs with ve_bind(). */
	if (ve && !smp_load_acquire(&ve->id))
		return -ENOENT;
	return single_open_size(file, bc_file_show, ve, BC_RECORD_SIZE);
}

static const struct proc_ops bc_file_proc = {
	.proc_open	= bc_file_open,
	.proc_read	= seq_read,
	.proc_lseek	= seq_lseek,
	.proc_release	= single_release,
};

static bool bc_add_files(struct proc_dir_entry *dir, const struct ub_proc_file *f,
			 struct ve *ve)
{
	for (; f->name; f++)
		if (!proc_create_data(f->name, 0400, dir, &bc_file_proc, ve))
			return false;
	return true;
}

/* Make /proc/bc/@id; @ve is NULL for the host. Return: NULL when it cannot be made. */
static struct proc_dir_entry *bc_add(u32 id, struct ve *ve)
{
	struct proc_dir_entry *dir;
	char name[16];

	snprintf(name, sizeof(name), "%u", id);
	dir = proc_mkdir_mode(name, 0500, bc_root);
	if (!dir)
		return NULL;
	if (!bc_add_files(dir, ub_proc_files, ve) ||
	    (ve && !bc_add_files(dir, bc_ve_files, ve))) {
		proc_remove(dir);
		return NULL;
	}
	return dir;
}

static int bc_arm(struct ve *ve, u32 id)
{
	ve->bc = bc_add(id, ve);
	return ve->bc ? 0 : -ENOMEM;
}

static void bc_offline(struct ve *ve)
{
	proc_remove(ve->bc);
	ve->bc = NULL;
}

const struct ve_part ve_bc_part = {
	.arm		= bc_arm,
	.offline	= bc_offline,
};

static int __init bc_init(void)
{
	bc_root = proc_mkdir_mode("bc", 0500, NULL);
	if (!bc_root ||
	    !proc_create("resources", 0400, bc_root, &bc_named_proc) ||
	    !bc_add(0, NULL) ||
	    !proc_create("user_beancounters", 0400, NULL, &bc_classic_proc))
		return -ENOMEM;
	return 0;
}
fs_initcall(bc_init);
