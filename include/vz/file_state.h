/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * An ioctl of /proc/vz/unread, beside those of <vz/abi.h>: what no call tells of a file, or only
 * by taking it away. See ve/file_state.c.
 *
 * @file: the caller's
 * @kind: VE_FILE_ERROR: of a socket, the error that the next call is told (SO_ERROR), 0 without
 *	VE_FILE_STOPPED: of a terminal, why its output waits: VE_STOPPED_*, or 0. What was written
 *	to either end before has come through
 * @set: 0: @value is filled in; else it becomes so
 */
#ifndef _VZ_FILE_STATE_H
#define _VZ_FILE_STATE_H

#include <linux/ioctl.h>
#include <linux/types.h>

struct ve_file_state {
	__s32 file;
	__u32 kind;
	__u32 set;
	__s32 value;
};

#define VE_FILE_STATE		_IOWR('v', 13, struct ve_file_state)

#define VE_FILE_ERROR		1
#define VE_FILE_STOPPED		2

#define VE_STOPPED_TYPED	1	/* by the stop character, ^S */
#define VE_STOPPED_CALL		2	/* by tcflow(3) */

#ifdef __KERNEL__
struct file;

/* May sleep. Return: 0, or -EINVAL for another kind of file or value. */
int ve_file_state(struct file *file, struct ve_file_state *arg);
#endif

#endif /* _VZ_FILE_STATE_H */
