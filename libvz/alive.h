/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Does the process that a file names still do something, whose child is it, and what is it
 * called? The number may be another's by now.
 */
#ifndef LIBVZ_ALIVE_H
#define LIBVZ_ALIVE_H

#include <stdbool.h>
#include <sys/types.h>

/* It is there, and not one that has ended and whose parent has not looked yet. */
bool vz_process_alive(pid_t pid);
/* Its parent as /proc here numbers it; 0 when the process is gone, or its parent is not of here. */
pid_t vz_process_parent(pid_t pid);
/* "(comm)" of it, "?" when it is gone; what is not printed of it is the kernel's to escape. */
#define VZ_PROCESS_NAME 64
void vz_process_name(pid_t pid, char buf[VZ_PROCESS_NAME]);

#endif /* LIBVZ_ALIVE_H */
