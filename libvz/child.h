/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What processes have from the session of whoever called a tool. */
#ifndef LIBVZ_CHILD_H
#define LIBVZ_CHILD_H

#include <stdbool.h>
#include "libvz/err.h"

/*
 * The calling process becomes one that may turn into a process of a VE: of
 * what goes over fork and exec, nothing is left of the caller's session.
 * Limits, scheduling, CPUs and memory nodes, IO priority, oom score, umask,
 * signals, personality, timer slack, core dumps, keys and audit session have a
 * value of their own. (User, namespaces, cgroup, descriptors, environment and
 * folder are set by those who call this.) An error when the session forbids
 * something for ever: set-id programs or system calls.
 */
int vz_child_reset(struct vz_err *e);

/*
 * For main() of a tool: descriptors 0 to 2 are open, no signal is blocked, ends
 * of children are told, and the umask and small limits of the caller do not
 * bear on the files that the tool makes.
 */
void vz_tool_prepare(void);

/* The caller of the tool had closed that descriptor (0 to 2): it leads nowhere. */
bool vz_tool_lacks(int fd);

/*
 * What this call prints is what it is called for: when it cannot be written (a full disk), that is
 * said, and exit() is with this code instead of 0. A reader that goes away is no error.
 */
void vz_tool_tells(int code);

#endif /* LIBVZ_CHILD_H */
