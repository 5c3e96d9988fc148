/* SPDX-License-Identifier: GPL-2.0-only */
/* The table of /proc, shared with proc.c and the unit tests. */
#ifndef _VE_VISIBLE_H
#define _VE_VISIBLE_H

#include <linux/types.h>

struct proc_dir_entry;

enum ve_proc_class {
	VE_PROC_HIDDEN,		/* not there */
	VE_PROC_NATIVE,		/* the host's file */
	VE_PROC_VIRTUAL,	/* a file of ours with the same name */
	VE_PROC_OWN,		/* one file for both, its reader decides; VE root owns it */
};

enum ve_proc_class ve_proc_class(const char *path);

/* Anchor of the replacements; not reachable from /proc itself. */
extern struct proc_dir_entry ve_proc_root;
struct proc_dir_entry *ve_proc_replacement(const char *name);

#endif /* _VE_VISIBLE_H */
