// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a VE sees of /proc: one table, and the hooks of fs/proc/generic.c that
 * use it.
 *
 * Every entry is classified when it is registered, so a module's file that is
 * not in the table is hidden from the start. A look-up decides by the VE of the
 * proc mount, never by current: dentries are cached by superblock, and a mount
 * has one superblock of its own. The class sits in two free bits of pde->flags,
 * written before the entry is visible and constant then; no lock.
 *
 * /proc/<pid>, self, thread-self and everything below /proc/sys do not pass
 * here.
 */
#include <linux/fs.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <linux/string.h>
#include <vz/object.h>

#include "internal.h"
#include "proc.h"
#include "visible.h"

#define VE_PDE_SHIFT	6
#define VE_PDE_MASK	(3U << VE_PDE_SHIFT)

/* Not flags that the kernel knows, and ones that fit. */
static_assert(!(VE_PDE_MASK & PROC_ENTRY_PERMANENT));
static_assert(type_max(typeof_member(struct proc_dir_entry, flags)) >= (VE_PDE_MASK));

/* "x/" and a star stands for all below x. */
static const struct {
	const char		*path;
	enum ve_proc_class	class;
} rows[] = {
	/* the kernel shows these by namespace already */
	{ "mounts",		VE_PROC_NATIVE },
	{ "net",		VE_PROC_NATIVE },
	{ "net/softnet_stat",	VE_PROC_VIRTUAL },
	{ "net/sockstat",	VE_PROC_VIRTUAL },
	{ "net/sockstat6",	VE_PROC_VIRTUAL },
	{ "net/protocols",	VE_PROC_VIRTUAL },
	{ "net/*",		VE_PROC_NATIVE },
	{ "sys",		VE_PROC_NATIVE },
	{ "sysvipc",		VE_PROC_NATIVE },
	{ "sysvipc/*",		VE_PROC_NATIVE },
	{ "version",		VE_PROC_NATIVE },
	{ "locks",		VE_PROC_NATIVE },

	/* the same on every machine, or of no use to an attacker */
	{ "cgroups",		VE_PROC_NATIVE },	/* names and counts of controllers */
	{ "tty",		VE_PROC_NATIVE },
	{ "tty/drivers",	VE_PROC_NATIVE },	/* ps reads it to name terminals */
	{ "fs",			VE_PROC_NATIVE },	/* what disks put there is hidden */

	{ "meminfo",		VE_PROC_VIRTUAL },
	{ "cpuinfo",		VE_PROC_VIRTUAL },
	{ "swaps",		VE_PROC_VIRTUAL },
	{ "vmstat",		VE_PROC_VIRTUAL },
	{ "stat",		VE_PROC_VIRTUAL },
	{ "uptime",		VE_PROC_VIRTUAL },
	{ "loadavg",		VE_PROC_VIRTUAL },
	{ "filesystems",	VE_PROC_VIRTUAL },
	{ "devices",		VE_PROC_VIRTUAL },
	{ "partitions",		VE_PROC_VIRTUAL },
	{ "diskstats",		VE_PROC_VIRTUAL },
	{ "modules",		VE_PROC_VIRTUAL },
	{ "cmdline",		VE_PROC_VIRTUAL },
	{ "kmsg",		VE_PROC_VIRTUAL },
	{ "interrupts",		VE_PROC_VIRTUAL },
	{ "softirqs",		VE_PROC_VIRTUAL },
	{ "pressure",		VE_PROC_NATIVE },	/* a folder */
	{ "pressure/cpu",	VE_PROC_VIRTUAL },
	{ "pressure/io",	VE_PROC_VIRTUAL },
	{ "pressure/memory",	VE_PROC_VIRTUAL },
	{ "pressure/irq",	VE_PROC_VIRTUAL },

	{ "user_beancounters",	VE_PROC_OWN },
	{ "vz",			VE_PROC_OWN },
	{ "vz/version",		VE_PROC_HIDDEN },	/* the mark of a host */
	{ "vz/venetstat",	VE_PROC_HIDDEN },
	{ "vz/venetstat_v6",	VE_PROC_HIDDEN },
	{ "vz/*",		VE_PROC_OWN },
};

enum ve_proc_class ve_proc_class(const char *path)
{
	size_t i, len;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		len = strlen(rows[i].path);
		if (rows[i].path[len - 1] == '*' ?
		    !strncmp(path, rows[i].path, len - 1) :
		    !strcmp(path, rows[i].path))
			return rows[i].class;
	}
	return VE_PROC_HIDDEN;
}

/* A reply to chmod would change the entry for every viewer: let it be the inode's. */
static const struct inode_operations ve_proc_file_iops;

static enum ve_proc_class ve_classify_entry(struct proc_dir_entry *dir,
					    struct proc_dir_entry *de)
{
	char path[96], *p = path + sizeof(path);
	const struct proc_dir_entry *up;

	if (dir == &ve_proc_root)
		return VE_PROC_OWN;
	*--p = '\0';
	p -= de->namelen;
	if (p < path)
		return VE_PROC_HIDDEN;
	memcpy(p, de->name, de->namelen);
	for (up = dir; up != up->parent; up = up->parent) {
		if (p - path <= up->namelen)
			return VE_PROC_HIDDEN;
		*--p = '/';
		p -= up->namelen;
		memcpy(p, up->name, up->namelen);
	}
	return ve_proc_class(p);
}

/**
 * ve_proc_classify - proc_register(): who may see a new entry
 * @dir: its folder
 * @de: the entry, not visible yet
 */
void ve_proc_classify(struct proc_dir_entry *dir, struct proc_dir_entry *de)
{
	enum ve_proc_class class = ve_classify_entry(dir, de);

	de->flags |= class << VE_PDE_SHIFT;
	if (class == VE_PROC_OWN && S_ISREG(de->mode))
		de->proc_iops = &ve_proc_file_iops;
}

static enum ve_proc_class ve_pde_class(const struct proc_dir_entry *de)
{
	return (de->flags & VE_PDE_MASK) >> VE_PDE_SHIFT;
}

struct proc_dir_entry *__ve_proc_entry(const struct super_block *sb,
				       struct proc_dir_entry *de)
{
	if (!de || !user_ns_ve(sb->s_user_ns))
		return de;
	switch (ve_pde_class(de)) {
	case VE_PROC_NATIVE:
	case VE_PROC_OWN:
		return de;
	case VE_PROC_VIRTUAL:
		return ve_proc_replacement(de->name);
	default:
		return NULL;
	}
}

/*
 * An entry of the host's root, mode 0400, could not be read in a VE, where that
 * user has no name.
 */
void __ve_proc_own(struct inode *inode, const struct proc_dir_entry *de)
{
	struct user_namespace *ns = inode->i_sb->s_user_ns;

	if (ve_pde_class(de) != VE_PROC_OWN || !user_ns_ve(ns))
		return;
	inode->i_uid = make_kuid(ns, 0);
	inode->i_gid = make_kgid(ns, 0);
}
