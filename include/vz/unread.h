/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What lies in the kernel for a program to read, for a checkpoint: <vz/abi.h> says what the
 * structures hold. Each of these takes a file of any kind, may sleep, and returns -EINVAL
 * for one of another kind.
 */
#ifndef _VZ_UNREAD_H
#define _VZ_UNREAD_H

#include <linux/fs.h>
#include <vz/abi.h>

#ifdef CONFIG_POSIX_MQUEUE
int ve_mq_ask(struct file *file, struct ve_mq_ask *arg);
int ve_mq_peek(struct file *file, struct ve_mq_peek *arg);
#else
static inline int ve_mq_ask(struct file *file, struct ve_mq_ask *arg) { return -EINVAL; }
static inline int ve_mq_peek(struct file *file, struct ve_mq_peek *arg) { return -EINVAL; }
#endif

#ifdef CONFIG_INOTIFY_USER
int ve_inotify_peek(struct file *file, struct ve_inotify_event *arg);
int ve_inotify_put(struct file *file, const struct ve_inotify_event *arg);
#else
static inline int ve_inotify_peek(struct file *file, struct ve_inotify_event *arg)
{
	return -EINVAL;
}

static inline int ve_inotify_put(struct file *file, const struct ve_inotify_event *arg)
{
	return -EINVAL;
}
#endif

#endif /* _VZ_UNREAD_H */
