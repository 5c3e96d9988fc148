/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Limits of disk space, for vzeventd: what goes to the log, and the time above the soft one. */
#ifndef VZCTL_DAEMON_DISK_H
#define VZCTL_DAEMON_DISK_H

/* All that fd, of vz_quota_watch_open(), has to tell. Never waits. */
void disk_look(int fd);

#endif /* VZCTL_DAEMON_DISK_H */
