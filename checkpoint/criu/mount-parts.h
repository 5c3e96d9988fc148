/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef __CR_MOUNT_PARTS_H__
#define __CR_MOUNT_PARTS_H__

#include <stdbool.h>

struct mount_info;

/*
 * Folders of a tmpfs that is mounted nowhere as a whole, as systemd has them for /tmp and
 * /var/tmp of a service with DynamicUser= (PrivateTmp=disconnected). Nobody gets from one to
 * another but through mounts, so each widest folder goes on as a tmpfs of its own, with what is
 * bound from below it: its mounts get a device that no other has, and their roots begin at it.
 * The limits of the whole become those of each.
 *
 * To be called with all mounts of all namespaces of a dump, before their binds are looked for.
 * 0, or -1 when folders of a tmpfs are of one group of propagation, which such ones cannot be.
 * Source: mount_namespaces(7), /proc/PID/mountinfo in proc(5).
 */
extern int mount_parts_own(struct mount_info *all);

/* Is it of this device, as the kernel knows it? While dumping. */
extern bool mount_is_on(const struct mount_info *m, unsigned int s_dev);

#endif
