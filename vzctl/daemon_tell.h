/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the event daemon says of itself: to systemd, and on the host's console. */
#ifndef VZCTL_DAEMON_TELL_H
#define VZCTL_DAEMON_TELL_H

/* A line of sd_notify(3); nothing without a service manager. */
void tell_systemd(const char *text);

/**
 * struct progress - work on many VEs, as it is shown
 * @verb: "started", "suspended or stopped"
 * @total, @done, @failed: VEs
 * @shown_ms: when it was last shown
 */
struct progress {
	const char *verb;
	unsigned int total, done, failed;
	long long shown_ms;
};
/*
 * Call it as often as you like: it becomes the status of the service, and a line on
 * the console every two seconds and at the end. At the end of the service it also
 * asks systemd for more time: work that has a bound for each VE has one for all.
 */
void tell_progress(struct progress *p);

#endif /* VZCTL_DAEMON_TELL_H */
