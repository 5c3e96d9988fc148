/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Devices that a VE from another host may open here: see state_devices.c. */
#ifndef CHECKPOINT_STATE_DEVICES_H
#define CHECKPOINT_STATE_DEVICES_H

struct vz_err;

/*
 * @images: folder of a dump that came; none there is 0. @allowed: as in
 * vz_devices_within(). VZ_RESTORE when the dump gives more.
 */
int ckpt_devices_check(const char *images, const char *allowed, struct vz_err *e);

#endif /* CHECKPOINT_STATE_DEVICES_H */
