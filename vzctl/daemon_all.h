/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The event daemon's work on all VEs. */
#ifndef VZCTL_DAEMON_ALL_H
#define VZCTL_DAEMON_ALL_H

#include <stdbool.h>

struct vz_err;

/* VEs that have ended and are still set up: a job each. Returns how many could not be done now. */
unsigned int scan_ended(void);
/*
 * Migrations whose process is gone, and of which the journal alone says how
 * they end: vzmigrate ends them. At boot all of them, and waits; later those
 * that went from here, since a receiver has a process that looks after it.
 */
void scan_moved(bool boot);
/*
 * ONBOOT=yes, and those that ran when the host went down: with ONBOOT=no only who was
 * suspended then. Once a boot; the highest BOOTORDER first, those without one last,
 * VE_PARALLEL at once.
 */
int boot_all(struct vz_err *e);
/* After job_reap(): tell how far the boot is. */
void boot_look(void);
/* Write down who runs, then suspend or stop everybody, in the reverse order; waits. */
int shutdown_all(struct vz_err *e);

#endif /* VZCTL_DAEMON_ALL_H */
