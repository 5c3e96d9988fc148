/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The event daemon's work on single VEs and on all of them. */
#ifndef VZCTL_DAEMON_H
#define VZCTL_DAEMON_H

#include "libvz/err.h"

/*
 * Jobs: each is a child with the VE's lock, so a slow one holds up nobody.
 * job_reap() is called on SIGCHLD; at most one job runs for a VE.
 */
enum job { JOB_ENDED, JOB_BOOT, JOB_SHUTDOWN };
int job_start(enum job what, unsigned int id);
void job_reap(void);
unsigned int jobs_running(void);

/* VEs that have ended and are still set up: a job each. Returns how many could not be done now. */
unsigned int scan_ended(void);
/* ONBOOT=yes, and those that ran when the host went down unless ONBOOT=no. Once a boot. */
int boot_all(struct vz_err *e);
/* Write down who runs, then suspend or stop everybody; waits. */
int shutdown_all(struct vz_err *e);

#endif /* VZCTL_DAEMON_H */
