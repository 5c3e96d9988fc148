/* SPDX-License-Identifier: GPL-2.0-only */
/* Threads with a working directory and umask of their own: unshare(CLONE_FS). */
#ifndef __CR_THREAD_FS_H__
#define __CR_THREAD_FS_H__

#include "files.h"
#include "images/fs.pb-c.h"
#include "pstree.h"
#include "restorer.h"

extern int fill_fd_params_special(int fd, struct fd_parms *p);
extern int dump_one_reg_file_cond(int lfd, u32 *id, struct fd_parms *p);
/* What such threads have goes to fe. */
extern int dump_thread_fs(const struct pstree_item *item, FsEntry *fe);
extern void release_thread_fs(FsEntry *fe);
/* Before there are tasks: the directories will be opened. */
extern int collect_thread_fs(struct pstree_item *item, const FsEntry *fe);
/* By the task, for its restorer: a.fs_fd is -1 for a thread that shares them. */
extern int open_thread_fs(struct pstree_item *item, int thread, struct thread_restore_args *a);

#endif
