/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The event daemon's work on single VEs. */
#ifndef VZCTL_DAEMON_JOB_H
#define VZCTL_DAEMON_JOB_H

/*
 * Jobs: each is a child with the VE's lock, so a slow one holds up nobody.
 * job_reap() is called on SIGCHLD; at most one job runs for a VE.
 */
enum job { JOB_ENDED, JOB_BOOT, JOB_SHUTDOWN, JOB_MOVED, JOB_MOVED_BOOT };
int job_start(enum job what, unsigned int id);
void job_reap(void);
unsigned int jobs_running(void);

#endif /* VZCTL_DAEMON_JOB_H */
