/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What ve/ offers to what is above it: all VEs, a VE by its number, the VE of a
 * file. beancounters/ is below and does not include this.
 */
#ifndef _VZ_CONTROLLER_H
#define _VZ_CONTROLLER_H

#include <linux/fs.h>
#include <linux/seq_file.h>
#include <vz/object.h>
#include <vz/part.h>

/* All bound VEs, in order of binding. Writers: ve_mutex; readers: RCU. */
extern struct list_head ve_list;
extern struct mutex ve_mutex;

/**
 * ve_find - look a bound VE up by id
 * @id: 1..VE_ID_MAX
 *
 * Context: takes RCU itself, any context. Return: the VE with a reference, or NULL.
 */
struct ve *ve_find(u32 id);

/**
 * ve_get_pid_ns - pid namespace of a VE's init
 * @ve: a bound VE
 *
 * Context: any. Return: the namespace with a reference, NULL when the VE has
 * no init.
 */
struct pid_namespace *ve_get_pid_ns(struct ve *ve);

/* /proc/vz; made before any device initcall. */
extern struct proc_dir_entry *proc_vz_dir;

/*
 * proc_open of a file there that is for the host's root alone. Once open, whoever was
 * given it may use it: a task that is being restored. Return: 0 or -EPERM.
 */
int ve_proc_open_restore(struct inode *inode, struct file *file);

/* The VE whose /proc @m shows: that of the mount. NULL for the host. */
static inline struct ve *seq_ve(struct seq_file *m)
{
	return user_ns_ve(file_inode(m->file)->i_sb->s_user_ns);
}

/**
 * ve_part_register - tell a part that ve/ does not know of what happens to VEs
 * @part: its operations, called after those of the parts before
 *
 * Context: an initcall, after core_initcall and before there is a user program.
 * Return: 0, -ENOSPC, or that the part's files could not be added.
 */
int ve_part_register(const struct ve_part *part);

#endif /* _VZ_CONTROLLER_H */
