/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a VE sees of /sys: the hook of fs/kernfs/dir.c. Apart from <vz/ve.h>, which
 * much of the kernel includes.
 */
#ifndef _VZ_SYSFS_H
#define _VZ_SYSFS_H

#include <linux/types.h>
#include <vz/hook.h>

struct kernfs_node;
struct super_block;

/* ve/sysfs.c */
bool __ve_sysfs_shown(const struct super_block *sb, const struct kernfs_node *kn);
bool __ve_sysfs_listed(const struct super_block *sb, const struct kernfs_node *kn);

/* kernfs_iop_lookup(); the root's rwsem is held here and below. */
static inline bool ve_sysfs_shown(const struct super_block *sb, const struct kernfs_node *kn)
{
	return VE_HOOK(__ve_sysfs_shown(sb, kn), true);
}

/* kernfs_fop_readdir() */
static inline bool ve_sysfs_listed(const struct super_block *sb, const struct kernfs_node *kn)
{
	return VE_HOOK(__ve_sysfs_listed(sb, kn), true);
}

#endif /* _VZ_SYSFS_H */
