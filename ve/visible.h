/* SPDX-License-Identifier: GPL-2.0-only */
/* The table of /proc: see visible.c. */
#ifndef _VE_VISIBLE_H
#define _VE_VISIBLE_H

enum ve_proc_class {
	VE_PROC_HIDDEN,		/* not there */
	VE_PROC_NATIVE,		/* the host's file */
	VE_PROC_VIRTUAL,	/* a file of ours with the same name */
	VE_PROC_OWN,		/* one file for both, its reader decides; VE root owns it */
};

enum ve_proc_class ve_proc_class(const char *path);

#endif /* _VE_VISIBLE_H */
