/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Does the process that a file names still do something, and whose child is it? The number may
 * be another's by now.
 */
#ifndef LIBVZ_ALIVE_H
#define LIBVZ_ALIVE_H

#include <stdbool.h>
#include <sys/types.h>

/* It is there, and not one that has ended and whose parent has not looked yet. */
bool vz_process_alive(pid_t pid);
/* Its parent as /proc here numbers it; 0 when the process is gone, or its parent is not of here. */
pid_t vz_process_parent(pid_t pid);

#endif /* LIBVZ_ALIVE_H */
