/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Does the process that a file names still do something? The number may be another's by now. */
#ifndef LIBVZ_ALIVE_H
#define LIBVZ_ALIVE_H

#include <stdbool.h>
#include <sys/types.h>

/* It is there, and not one that has ended and whose parent has not looked yet. */
bool vz_process_alive(pid_t pid);

#endif /* LIBVZ_ALIVE_H */
