/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * VEs that come to a limit of disk space or inodes, as the kernel tells it to whoever asks.
 * What was told is remembered for a minute, for one thread.
 */
#ifndef LIBVZ_QUOTA_WATCH_H
#define LIBVZ_QUOTA_WATCH_H

#include <stdbool.h>

/**
 * struct vz_quota_news - one VE at one limit
 * @event: a word for programs: diskspace-soft, diskinodes-hard, ...
 * @text: what people read behind "CT <id> "
 * @over: VZ_QUOTA_*, when it has just passed a soft limit
 * @again: within a minute, or one of too many: a VE can pass its limit as often as it likes
 */
struct vz_quota_news {
	unsigned int id;
	const char *event, *text;
	unsigned int over;
	bool again;
};

/* A descriptor to poll, or negative errno: a kernel that tells nobody. Closed by the caller. */
int vz_quota_watch_open(void);
/* All that has come; never waits. */
void vz_quota_watch_read(int fd, void (*tell)(void *arg, const struct vz_quota_news *news),
			 void *arg);

#endif /* LIBVZ_QUOTA_WATCH_H */
