/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The event daemon's work on all VEs. */
#ifndef VZCTL_DAEMON_ALL_H
#define VZCTL_DAEMON_ALL_H

struct vz_err;

/* VEs that have ended and are still set up: a job each. Returns how many could not be done now. */
unsigned int scan_ended(void);
/* ONBOOT=yes, and those that ran when the host went down unless ONBOOT=no. Once a boot. */
int boot_all(struct vz_err *e);
/* Write down who runs, then suspend or stop everybody; waits. */
int shutdown_all(struct vz_err *e);

#endif /* VZCTL_DAEMON_ALL_H */
