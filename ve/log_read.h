/* SPDX-License-Identifier: GPL-2.0-only */
/* How a VE reads its kernel log: see log_read.c. */
#ifndef _VE_LOG_READ_H
#define _VE_LOG_READ_H

#include <linux/proc_fs.h>

extern const struct proc_ops ve_kmsg_proc_ops;

#endif /* _VE_LOG_READ_H */
