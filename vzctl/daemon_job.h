/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The event daemon's work on single VEs. */
#ifndef VZCTL_DAEMON_JOB_H
#define VZCTL_DAEMON_JOB_H

/*
 * Jobs: each is a child with the VE's lock, so a slow one holds up nobody.
 * job_reap() is called on SIGCHLD; at most one job runs for a VE.
 */
enum job { JOB_ENDED, JOB_BOOT, JOB_SHUTDOWN, JOB_MOVED, JOB_MOVED_BOOT };

/* How many at once: VE_PARALLEL, as its text; NULL or nonsense: four a processor. */
void job_limit(const char *text);
/* -EAGAIN: as many as may run do. -EBUSY: one runs for this VE. */
int job_start(enum job what, unsigned int id);
void job_reap(void);
unsigned int jobs_running(void);

/* Of boot and shutdown: those that have ended since the last call, those of them that failed. */
struct job_count {
	unsigned int ended, failed;
};
struct job_count jobs_ended(void);

#endif /* VZCTL_DAEMON_JOB_H */
