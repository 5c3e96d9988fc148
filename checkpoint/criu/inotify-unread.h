/* SPDX-License-Identifier: GPL-2.0-only */
/* Events of inotify that nobody has read, over a dump and a restore. */
#ifndef __CR_INOTIFY_UNREAD_H__
#define __CR_INOTIFY_UNREAD_H__

#include "files.h"
#include "images/fsnotify.pb-c.h"

/* They stay where they are, copies go to e. Without OpenVE's kernel they are lost, said once. */
extern int dump_inotify_unread(int lfd, InotifyFileEntry *e);
extern void release_inotify_unread(InotifyFileEntry *e);
/*
 * When all tasks are there and stopped: what the restore itself did to files is taken out, and
 * what was there is put in.
 */
extern int inotify_unread_later(const struct file_desc *d, const InotifyFileEntry *e);
extern int keep_inotify(const struct file_desc *d, int fd);
extern int restore_inotify_unread(void);

#endif
