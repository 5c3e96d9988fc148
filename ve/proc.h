/* SPDX-License-Identifier: GPL-2.0-only */
/* The files that stand for the host's in the /proc of a VE: see proc.c. */
#ifndef _VE_PROC_H
#define _VE_PROC_H

struct proc_dir_entry;

/* Anchor of the replacements; not reachable from /proc itself. */
extern struct proc_dir_entry ve_proc_root;

/* NULL when there is none of that name. */
struct proc_dir_entry *ve_proc_replacement(const char *name);

#endif /* _VE_PROC_H */
