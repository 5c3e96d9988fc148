/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A VE's cgroups, as many and as deep as its root has made them: bounded in
 * descriptors and stack.
 */
#ifndef LIBVZ_CGTREE_H
#define LIBVZ_CGTREE_H

/*
 * Call fn for parent/name and each cgroup below it, parents first. path begins
 * with name. An error of fn ends the walk and is returned. -ENAMETOOLONG: a
 * path does not fit into PATH_MAX. What goes away meanwhile is passed over.
 */
int vz_cgtree_walk(int parent, const char *name,
		   int (*fn)(void *arg, int fd, const char *path), void *arg);

/*
 * Remove parent/name and all cgroups below it. 0 when it is not there. Tasks
 * that are just dying keep a cgroup busy for a moment: it is tried for two
 * seconds, then -EBUSY.
 */
int vz_cgtree_remove(int parent, const char *name);

#endif /* LIBVZ_CGTREE_H */
