// SPDX-License-Identifier: GPL-2.0-only
/*
 * /proc/user_beancounters and /proc/bc, in OpenVZ's format to the byte.
 *
 * Owns the /proc/bc/<id> folders: made when a VE is bound, removed when its
 * cgroup is, which waits for readers; so a file's struct ve is there while it
 * is read. user_beancounters walks ve_list under RCU, one record per VE.
 *
 * Who reads is decided by the mount: one made in a VE shows that VE only. UB 0
 * is the host. It is not charged; its rows show the kernel's own counters.
 */
#include <linux/capability.h>
#include <linux/fs.h>
#include <linux/init.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/proc_fs.h>
#include <linux/rculist.h>
#include <linux/sched/stat.h>
#include <linux/seq_file.h>
#include <linux/sizes.h>
#include <linux/string.h>
#include <linux/swap.h>
#include <vz/object.h>
#include "counter.h"

#define UB_VERSION	"Version: 2.5\n"
#define UB_HEAD		"%10s  %-12s %20s %20s %20s %20s %20s\n"
/* Widths in it. */
#define UB_UID		10
#define UB_NAME		12
#define UB_VALUE	20

/*
 * Text that does not fit into a reader's buffer is made again for a larger one,
 * or for the next read. A record fits into the small size, many into the other.
 */
#define UB_RECORD_SIZE	(2 * PAGE_SIZE)
#define UB_TABLE_SIZE	SZ_64K

static struct proc_dir_entry *ub_proc_root;

/* Which rows of a UB, and whether it is named. */
enum ub_rows {
	UB_ROWS_CLASSIC,	/* 24 with the dummies, named */
	UB_ROWS_NAMED,		/* no dummies, all others, named */
	UB_ROWS_BARE,		/* the same without a name */
};

/* What the whole kernel uses; no peak is kept, nothing is limited. */
void ub_host_row(enum ub_resource res, struct ub_row *row)
{
	unsigned long held = 0;

	switch (res) {
	case UB_KMEMSIZE:
		held = (global_node_page_state_pages(NR_SLAB_RECLAIMABLE_B) +
			global_node_page_state_pages(NR_SLAB_UNRECLAIMABLE_B)) << PAGE_SHIFT;
		break;
	case UB_LOCKEDPAGES:
		held = global_zone_page_state(NR_MLOCK);
		break;
	case UB_PRIVVMPAGES:
		held = vm_memory_committed();
		break;
	case UB_SHMPAGES:
		held = global_node_page_state(NR_SHMEM);
		break;
	case UB_NUMPROC:
		held = nr_threads;
		break;
	case UB_PHYSPAGES:
		held = totalram_pages() - global_zone_page_state(NR_FREE_PAGES);
		break;
	case UB_DCACHESIZE:
		held = global_node_page_state_pages(NR_SLAB_RECLAIMABLE_B) << PAGE_SHIFT;
		break;
	case UB_SWAPPAGES:
		held = total_swap_pages - get_nr_swap_pages();
		break;
	case UB_NUMCGROUP:
		held = ub_host_cgroups();
		break;
	default:
		break;
	}
	*row = (struct ub_row){
		.held = held, .maxheld = held,
		.barrier = UB_MAXVALUE, .limit = UB_MAXVALUE,
	};
}

void ub_print_head(struct seq_file *m)
{
	seq_puts(m, UB_VERSION);
	seq_printf(m, UB_HEAD, "uid", "resource", "held", "maxheld", "barrier",
		   "limit", "failcnt");
}

/* A space and @value, to the right in @width columns. Most bounds are "unlimited". */
void ub_put_value(struct seq_file *m, unsigned long value, unsigned int width)
{
	static const char unlimited[] = "  9223372036854775807";
	size_t len = max_t(size_t, width + 1, 20);

	if (value == UB_MAXVALUE)
		seq_write(m, unlimited + sizeof(unlimited) - 1 - len, len);
	else
		seq_put_decimal_ull_width(m, " ", value, width);
}

/*
 * @uid is "<id>:" or empty. By hand: reading all counters of all VEs is nearly
 * all formatting, and a format string takes three times as long.
 */
void ub_print_row(struct seq_file *m, const char *uid, const char *name,
		  const struct ub_row *row)
{
	const unsigned long values[] = {
		row->held, row->maxheld, row->barrier, row->limit, row->failcnt,
	};
	size_t uid_len = strlen(uid), name_len = strlen(name);
	size_t i, at = max_t(size_t, uid_len, UB_UID) + 2;
	char head[2 * UB_UID + 2 * UB_NAME];

	memset(head, ' ', sizeof(head));
	memcpy(head + at - 2 - uid_len, uid, uid_len);
	memcpy(head + at, name, name_len);
	seq_write(m, head, at + max_t(size_t, name_len, UB_NAME));
	for (i = 0; i < ARRAY_SIZE(values); i++)
		ub_put_value(m, values[i], UB_VALUE);
	seq_putc(m, '\n');
}

/* @ve is NULL for the host. */
static void ub_show_rows(struct seq_file *m, struct ve *ve, enum ub_rows rows)
{
	int res, nr = rows == UB_ROWS_CLASSIC ? UB_NR_CLASSIC : UB_NR_RESOURCES;
	struct ub_row all[UB_NR_RESOURCES];
	char uid[16] = "";

	if (ve)
		ub_gather(ve, all);
	if (rows != UB_ROWS_BARE)
		snprintf(uid, sizeof(uid), "%u:", ve ? ve->id : 0);
	for (res = 0; res < nr; res++) {
		if (rows != UB_ROWS_CLASSIC && ub_is_dummy(res))
			continue;
		if (!ve)
			ub_host_row(res, &all[res]);
		ub_print_row(m, uid, ub_names[res], &all[res]);
		*uid = '\0';
	}
}

static struct user_namespace *ub_mount_ns(const struct file *file)
{
	return file_inode(file)->i_sb->s_user_ns;
}

/* The classic rule: both capabilities that pass by file modes. */
static bool ub_may_open(struct file *file)
{
	struct user_namespace *ns = ub_mount_ns(file);

	return file_ns_capable(file, ns, CAP_DAC_OVERRIDE) &&
	       file_ns_capable(file, ns, CAP_DAC_READ_SEARCH);
}

/*
 * Records of the tables: the head with the mount's own UB, then on the host
 * one record for each VE.
 */
static void *ub_table_start(struct seq_file *m, loff_t *pos)
	__acquires(RCU)
{
	rcu_read_lock();
	if (!*pos)
		return SEQ_START_TOKEN;
	if (user_ns_ve(ub_mount_ns(m->file)))
		return NULL;
	return seq_list_start_rcu(&ve_list, *pos - 1);
}

static void *ub_table_next(struct seq_file *m, void *v, loff_t *pos)
{
	if (v != SEQ_START_TOKEN)
		return seq_list_next_rcu(v, &ve_list, pos);
	++*pos;
	if (user_ns_ve(ub_mount_ns(m->file)))
		return NULL;
	return seq_list_start_rcu(&ve_list, 0);
}

static void ub_table_stop(struct seq_file *m, void *v)
	__releases(RCU)
{
	rcu_read_unlock();
}

static int ub_table_show(struct seq_file *m, void *v, enum ub_rows rows)
{
	if (v == SEQ_START_TOKEN) {
		ub_print_head(m);
		ub_show_rows(m, user_ns_ve(ub_mount_ns(m->file)), rows);
	} else {
		ub_show_rows(m, list_entry(v, struct ve, list), rows);
	}
	return 0;
}

static int ub_classic_show(struct seq_file *m, void *v)
{
	return ub_table_show(m, v, UB_ROWS_CLASSIC);
}

static int ub_named_show(struct seq_file *m, void *v)
{
	return ub_table_show(m, v, UB_ROWS_NAMED);
}

static const struct seq_operations ub_classic_ops = {
	.start	= ub_table_start,
	.next	= ub_table_next,
	.stop	= ub_table_stop,
	.show	= ub_classic_show,
};

static const struct seq_operations ub_named_ops = {
	.start	= ub_table_start,
	.next	= ub_table_next,
	.stop	= ub_table_stop,
	.show	= ub_named_show,
};

/* In a VE, only its own record: its kmemsize pays for the buffer. */
static int ub_table_open(struct file *file, const struct seq_operations *ops)
{
	size_t size = user_ns_ve(ub_mount_ns(file)) ? UB_RECORD_SIZE : UB_TABLE_SIZE;
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

static int ub_classic_open(struct inode *inode, struct file *file)
{
	return ub_may_open(file) ? ub_table_open(file, &ub_classic_ops) : -EACCES;
}

static int ub_named_open(struct inode *inode, struct file *file)
{
	return ub_may_open(file) ? ub_table_open(file, &ub_named_ops) : -EPERM;
}

/* A file of /proc/bc/<id>: nothing to see before the VE is bound. */
int ub_open_ve(struct inode *inode, struct file *file,
	       int (*show)(struct seq_file *m, void *v))
{
	struct ve *ve = pde_data(inode);

	if (!ub_may_open(file))
		return -EPERM;
	if (ve && !ub_counters(ve))
		return -ENOENT;
	return single_open_size(file, show, ve, UB_RECORD_SIZE);
}

static int ub_bare_show(struct seq_file *m, void *v)
{
	ub_show_rows(m, m->private, UB_ROWS_BARE);
	return 0;
}

static int ub_bare_open(struct inode *inode, struct file *file)
{
	return ub_open_ve(inode, file, ub_bare_show);
}

static const struct proc_ops ub_classic_proc = {
	.proc_open	= ub_classic_open,
	.proc_read	= seq_read,
	.proc_lseek	= seq_lseek,
	.proc_release	= seq_release,
};

static const struct proc_ops ub_named_proc = {
	.proc_open	= ub_named_open,
	.proc_read	= seq_read,
	.proc_lseek	= seq_lseek,
	.proc_release	= seq_release,
};

static const struct proc_ops ub_bare_proc = {
	.proc_open	= ub_bare_open,
	.proc_read	= seq_read,
	.proc_lseek	= seq_lseek,
	.proc_release	= single_release,
};

/**
 * ub_proc_add - make /proc/bc/<id>
 * @id: id of the UB
 * @ve: VE that is being bound, NULL for the host
 *
 * Its files can be opened once the VE has its id.
 *
 * Context: may sleep. Return: the folder, NULL when it cannot be made.
 */
struct proc_dir_entry *ub_proc_add(u32 id, struct ve *ve)
{
	struct proc_dir_entry *dir;
	char name[16];

	snprintf(name, sizeof(name), "%u", id);
	dir = proc_mkdir_mode(name, 0500, ub_proc_root);
	if (!dir)
		return NULL;
	if (!proc_create_data("resources", 0400, dir, &ub_bare_proc, ve) ||
	    !ub_proc_add_files(dir, ve)) {
		proc_remove(dir);
		return NULL;
	}
	return dir;
}

static int __init ub_proc_init(void)
{
	ub_proc_root = proc_mkdir_mode("bc", 0500, NULL);
	if (!ub_proc_root ||
	    !proc_create("resources", 0400, ub_proc_root, &ub_named_proc) ||
	    !ub_proc_add(0, NULL) ||
	    !proc_create("user_beancounters", 0400, NULL, &ub_classic_proc))
		return -ENOMEM;
	return 0;
}
fs_initcall(ub_proc_init);
