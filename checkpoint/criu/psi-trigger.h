/* SPDX-License-Identifier: GPL-2.0-only */
/* Triggers of pressure stall information (/proc/pressure) over a dump and a restore. */
#ifndef __CR_PSI_TRIGGER_H__
#define __CR_PSI_TRIGGER_H__

#include "files.h"
#include "images/regfile.pb-c.h"

/*
 * What was written to an open file, into its entry, where it stays until the next call. Only
 * OpenVE's kernel tells, and only of files in the /proc of a VE.
 */
extern void dump_psi_trigger(int lfd, const struct fd_parms *p, RegFileEntry *rfe);
/* The same again into what was opened for it; a kernel that does not count gets a warning. */
extern void restore_psi_trigger(int fd, const RegFileEntry *rfe);

#endif
