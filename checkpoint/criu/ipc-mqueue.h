/* SPDX-License-Identifier: GPL-2.0-only */
/* POSIX message queues, over a dump and a restore. */
#ifndef __CR_IPC_MQUEUE_H__
#define __CR_IPC_MQUEUE_H__

#include <stdbool.h>
#include <sys/types.h>

#include "files.h"
#include "image.h"
#include "mount.h"
#include "images/ipc-var.pb-c.h"

/* Is this descriptor one of a queue, opened by mq_open() or in a mounted file system? */
extern bool is_mqueue(const struct fd_parms *p);
extern const struct fdtype_ops mqueue_dump_ops;
extern struct collect_image_info mqueue_cinfo;

/* In the namespace, when all descriptors have been dumped: its queues go to e. */
extern int dump_mqueues(IpcVarEntry *e);
/* By the root task, before it has children, while the limits of the namespace are wide. */
extern int restore_mqueues(const IpcVarEntry *e);
/* The same for each namespace, with its id: which file system is its own. */
extern int note_mqueue_fs(unsigned int ns_id, const IpcVarEntry *e);
/* Mounts that of the namespace that it had, as do_simple_mount(). */
extern int mount_mqueue(struct mount_info *mi, const char *src, const char *fstype,
			unsigned long flags);
/* By each process, when its descriptors are where they were: ask to be told again. */
extern int restore_mqueue_told(pid_t pid);

#endif
