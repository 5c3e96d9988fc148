// SPDX-License-Identifier: GPL-2.0-only
/*
 * Modes, owners, times and extended attributes that a VE may not change: those
 * of files that the host or another VE has too.
 *
 * proc, sysfs and cgroupfs keep them with the object and not with the mount, so
 * a change shows in every mount, and each attribute is memory of the host. What
 * is the VE's own stays its own: its processes, its net namespace, its cgroups.
 * Whether its root may change that is told by modes and owners as on any
 * machine. The ve LSM asks; nothing is owned here.
 */
#include <linux/cgroup.h>
#include <linux/cred.h>
#include <linux/fs.h>
#include <linux/kernfs.h>
#include <linux/magic.h>
#include <vz/object.h>

#include "internal.h"
#include "attributes.h"

/*
 * Entries of processes and sysctls are no pde, and keep what is changed in the
 * mount's own inode, as do entries without a setattr. The folder "net" of a net
 * namespace hangs below the root of /proc, where the name itself is a link.
 */
static bool proc_is_shared(const struct inode *inode)
{
	const struct proc_dir_entry *de = PDE(inode);

	if (!de || !inode->i_op->setattr)
		return false;
	for (; de != de->parent; de = de->parent)
		if (de->parent == &proc_root && !S_ISLNK(de->mode) && !strcmp(de->name, "net"))
			return false;
	return true;
}

/* Devices of the VE's net namespace belong to its root; what is all machine's, to the host's. */
static bool sysfs_is_shared(const struct inode *inode)
{
	return !kuid_has_mapping(current_user_ns(), inode->i_uid);
}

/*
 * A VE's cgroups are those below the root of its cgroup namespace. That one and
 * its files were made by the host, which looks after them.
 */
static bool cgroup_is_shared(const struct inode *inode)
{
	struct kernfs_node *kn = inode->i_private;
	struct cgroup *cgrp, *parent;
	bool own;

	rcu_read_lock();
	if (kernfs_type(kn) != KERNFS_DIR)
		kn = kn->parent;
	cgrp = rcu_dereference(*(void __rcu __force **)&kn->priv);
	parent = cgrp ? cgroup_parent(cgrp) : NULL;
	own = parent && test_bit(CGRP_IN_VE, &parent->flags);
	rcu_read_unlock();
	return !own;
}

/**
 * ve_check_attributes - may a VE change the attributes of a file
 * @inode: any file
 *
 * Return: 0 or -EPERM.
 */
int ve_check_attributes(const struct inode *inode)
{
	bool shared = false;

	switch (inode->i_sb->s_magic) {
	case PROC_SUPER_MAGIC:
		shared = proc_is_shared(inode);
		break;
	case SYSFS_MAGIC:
		shared = sysfs_is_shared(inode);
		break;
	case CGROUP_SUPER_MAGIC:
		shared = true;
		break;
	case CGROUP2_SUPER_MAGIC:
		shared = cgroup_is_shared(inode);
		break;
	}
	return shared ? -EPERM : 0;
}
