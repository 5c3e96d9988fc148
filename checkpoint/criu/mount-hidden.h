/* SPDX-License-Identifier: GPL-2.0-only */
/* Open files whose path leads to another mount by now. */
#ifndef __CR_MOUNT_HIDDEN_H__
#define __CR_MOUNT_HIDDEN_H__

#include <stdbool.h>

#include "files-reg.h"

struct fd_parms;
struct mount_info;

/* At a dump: does a path of its namespace lead to another mount than this one? */
extern bool path_is_hidden(const struct mount_info *mi, const char *path);
/* Such a file that a restore finds: it has a name, and no process that ended is part of it. */
extern bool can_be_hidden(const struct mount_info *mi, const struct fd_parms *p, const char *path);
/* Of each file of the images, before there are tasks. 0 or -1. */
extern int note_path(struct reg_file_info *file);
/* Before a mount goes to its place: opens and keeps what it hides. 0 or -1. */
extern int keep_what_gets_hidden(const struct mount_info *cover);
/* A hidden file without access, to be opened anew by its link in /proc; else -1. */
extern int open_hidden(const struct reg_file_info *file);

#endif
