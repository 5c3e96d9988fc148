/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inode flags (chattr) of files in a tree whose names nobody may trust. */
#ifndef LIBVZ_TREE_FLAGS_H
#define LIBVZ_TREE_FLAGS_H

#include <linux/fs.h>
#include <stdbool.h>

/* Those that say how a file may be used: a copy keeps them. Others tell how it is stored. */
#define VZ_TREE_FLAGS	(FS_IMMUTABLE_FL | FS_APPEND_FL | FS_NODUMP_FL | FS_NOATIME_FL | \
			 FS_SYNC_FL | FS_DIRSYNC_FL)
/* With one of these nothing can be changed: they are set last and cleared first. */
#define VZ_TREE_FLAGS_HARD	(FS_IMMUTABLE_FL | FS_APPEND_FL)

/*
 * The flags of VZ_TREE_FLAGS that dirfd/name has; name "" is dirfd itself. 0 for
 * what is neither a file nor a folder, and where the file system knows none. Only
 * files and folders are opened, and nothing waits.
 */
unsigned int vz_tree_flags(int dirfd, const char *name);

/*
 * Make them flags, of VZ_TREE_FLAGS. -EOPNOTSUPP: the file system does not have one
 * of them (the others are set); -EPERM, and what open(2) says.
 */
int vz_tree_flags_set(int dirfd, const char *name, unsigned int flags);

/* The same for a file that is open. */
int vz_tree_flags_put(int fd, unsigned int flags);

/* Clear VZ_TREE_FLAGS_HARD. True when one was set and is not any more. */
bool vz_tree_flags_soften(int dirfd, const char *name);

#endif /* LIBVZ_TREE_FLAGS_H */
