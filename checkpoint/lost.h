/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What lies in the namespaces of a VE and cannot be dumped, found before it is frozen. */
#ifndef CHECKPOINT_LOST_H
#define CHECKPOINT_LOST_H

#include <stddef.h>
#include <sys/types.h>

struct vz_err;

/*
 * Each mount and net namespace of these processes once. 0, or VZ_CHKPNT with the mount,
 * the device or the table, the feature that opened it and what to do. Changes nothing.
 */
int ckpt_check_namespaces(unsigned int id, const pid_t *pid, size_t n, struct vz_err *e);

/* The same for namespaces themselves, of kinds of which CRIU dumps only that of @init. */
int ckpt_check_nesting(unsigned int id, pid_t init, const pid_t *pid, size_t n, struct vz_err *e);

#endif /* CHECKPOINT_LOST_H */
