// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mounts as a VE sees them in /proc/<pid>/mountinfo, mounts and mountstats: the
 * private area is a folder of a disk of the host, so each line of it told the
 * host's path and the name of its disk. Nothing is owned here.
 *
 * The reader is whoever opened the file. While a VE is set up or restored all is
 * shown as it is: CRIU looks.
 */
#include <linux/cred.h>
#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <vz/mounts.h>
#include <vz/object.h>

/* What the classic kernel calls the disk of a VE; programs that care know the name. */
#define VE_DISK	"/dev/simfs"

/* A file system that was mounted by the host, on a disk of his. */
static bool hosts_disk(const struct seq_file *m, const struct super_block *sb)
{
	const struct ve *ve = user_ns_ve(m->file->f_cred->user_ns);

	return ve && ve_enforces(ve) && !user_ns_ve(sb->s_user_ns) &&
	       sb->s_type->fs_flags & FS_REQUIRES_DEV;
}

const char *__ve_mount_source(const struct seq_file *m, const struct super_block *sb,
			      const char *source)
{
	return hosts_disk(m, sb) ? VE_DISK : source;
}

/* @path without what is above @top; "/" for what is elsewhere. */
static const char *below(const char *path, const char *top)
{
	size_t len = strlen(top);

	if (!strcmp(top, "/"))
		return path;
	if (strncmp(path, top, len) || (path[len] && path[len] != '/'))
		return "/";
	return path[len] ? path + len : "/";
}

/**
 * __ve_show_mount_root - which folder of its file system a mount shows
 * @m: mountinfo
 * @top: folder that is the root of the mount namespace
 * @root: the mount's folder
 *
 * Context: may sleep. Return: false when it is shown as everywhere.
 */
bool __ve_show_mount_root(struct seq_file *m, struct dentry *top, struct dentry *root)
{
	char *buf, *path, *above;

	if (!hosts_disk(m, root->d_sb))
		return false;
	buf = kmalloc(2 * PATH_MAX, GFP_KERNEL);
	path = buf ? dentry_path(root, buf, PATH_MAX) : NULL;
	above = buf && top->d_sb == root->d_sb ? dentry_path_raw(top, buf + PATH_MAX, PATH_MAX) :
						 NULL;
	if (IS_ERR_OR_NULL(path) || IS_ERR_OR_NULL(above))
		seq_putc(m, '/');
	else
		seq_escape(m, below(path, above), " \t\n\\");
	kfree(buf);
	return true;
}
