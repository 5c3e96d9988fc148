/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Mounts as a VE sees them: the hooks of fs/proc_namespace.c. Apart from
 * <vz/ve.h>, which much of the kernel includes.
 */
#ifndef _VZ_MOUNTS_H
#define _VZ_MOUNTS_H

#include <linux/types.h>
#include <vz/hook.h>

struct dentry;
struct seq_file;
struct super_block;

/* ve/mounts.c */
const char *__ve_mount_source(const struct seq_file *m, const struct super_block *sb,
			      const char *source);
bool __ve_show_mount_root(struct seq_file *m, struct dentry *top, struct dentry *root);

/* mounts, mountinfo, mountstats: @source, or what stands for a disk of the host */
static inline const char *ve_mount_source(const struct seq_file *m, const struct super_block *sb,
					  const char *source)
{
	return VE_HOOK(__ve_mount_source(m, sb, source), source);
}

/* show_mountinfo(). Return: whether the folder was shown as a VE sees it */
static inline bool ve_show_mount_root(struct seq_file *m, struct dentry *top, struct dentry *root)
{
	return VE_HOOK(__ve_show_mount_root(m, top, root), false);
}

#endif /* _VZ_MOUNTS_H */
