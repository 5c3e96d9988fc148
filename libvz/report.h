/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Errors that cross a process boundary. */
#ifndef LIBVZ_REPORT_H
#define LIBVZ_REPORT_H

#include <stdbool.h>
#include "libvz/err.h"

/*
 * SIGINT and SIGTERM make waiting calls end with -EINTR, and children in
 * vz_in_child() end: commands then undo what they did. Children start with the
 * signals' usual effect.
 */
void vz_catch_signals(void);
bool vz_interrupted(void);
void vz_default_signals(void);

/* Write the error (or success) into a pipe; read it at the other end. -EPIPE: nothing came. */
void vz_report_send(int fd, int ret, const struct vz_err *e);
int vz_report_recv(int fd, struct vz_err *e);

/* Run fn in a child and wait; its error becomes ours. A child that dies silently is VZ_SYSTEM. */
int vz_in_child(int (*fn)(void *arg, struct vz_err *e), void *arg, struct vz_err *e);
/* The same inside namespaces (CLONE_NEW*) of a process, as the host's root. */
int vz_in_ns(int pid, int flags, int (*fn)(void *arg, struct vz_err *e), void *arg,
	     struct vz_err *e);

#endif /* LIBVZ_REPORT_H */
