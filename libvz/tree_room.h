/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A tree that is to go makes room on a disk that is full. */
#ifndef LIBVZ_TREE_ROOM_H
#define LIBVZ_TREE_ROOM_H

/*
 * mkdirat() of a folder through which the tree dirfd/name is going to be removed. Where there is
 * no space for it, files of the tree go first. 0 also when it is there; -ENOENT: nothing is left
 * of the tree; -errno.
 */
int vz_tree_room_make(int dirfd, const char *folder, const char *name);

#endif /* LIBVZ_TREE_ROOM_H */
