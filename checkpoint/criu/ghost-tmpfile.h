/* SPDX-License-Identifier: GPL-2.0-only */
/* Files of O_TMPFILE, which have no name yet and can get one. */
#ifndef __CR_GHOST_TMPFILE_H__
#define __CR_GHOST_TMPFILE_H__

#include <stdbool.h>
#include <sys/stat.h>

#include "files-reg.h"

/* Is a file without a link, at this path, one that never had any? */
extern bool is_tmpfile(const char *path, const struct stat *st);
/* Before there are tasks: where its descriptor will be noted, NULL when memory is short. */
extern int *note_tmpfile(void);
/*
 * By a task that opens such a file: a descriptor of it, made from the ghost by who comes first.
 * -1: it cannot be made like that here, and is opened as any ghost. Under remap_open_lock.
 */
extern int open_tmpfile(struct reg_file_info *rfi);

#endif
