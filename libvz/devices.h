/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Devices that a VE may open: rows of its ve.devices, and the classic words of
 * --devices and --devnodes. Owns nothing. The kernel holds the list; callers
 * that change it hold the VE's lock.
 */
#ifndef LIBVZ_DEVICES_H
#define LIBVZ_DEVICES_H

#include <stdbool.h>
#include "include/vz/abi.h"
#include "libvz/err.h"

#define VZ_DEVICE_READ	1u
#define VZ_DEVICE_WRITE	2u
#define VZ_DEVICE_MKNOD	4u

#define VZ_DEVICE_ANY	(-1)	/* as major or minor: all */
#define VZ_DEVICE_TEXT	32	/* longest row, with its end */

struct vz_device {
	char type;		/* 'b' or 'c' */
	int major, minor;
	unsigned int access;	/* 0 only where an option says "none" */
};

/* A row of ve.devices, "c 136:* rwm". -EINVAL. */
int vz_device_parse(const char *s, struct vz_device *d);
char *vz_device_text(const struct vz_device *d, char buf[VZ_DEVICE_TEXT]);
/* "c:10:229:rw", "b:8:all:none": --devices. The q of classic disk quotas is read as r. -EINVAL. */
int vz_device_parse_option(const char *s, struct vz_device *d);
/*
 * "net/tun:rw", "fuse:none": --devnodes, a node of the host's /dev. Its name
 * goes into @name (NAME_MAX + 1), for who makes it in the VE. -EINVAL, -ENODEV:
 * no node of a device.
 */
int vz_device_parse_node(const char *s, char *name, struct vz_device *d);

/* The whole list, rows with a newline between them; malloc'ed, NULL where the kernel has none. */
int vz_devices_read(unsigned int id, char **rows, struct vz_err *e);
/* Set the whole list; "default" is a row, too. */
int vz_devices_write(unsigned int id, const char *rows, struct vz_err *e);
/* One row more or, without access, one less; 0 when it was not there. */
int vz_devices_set(unsigned int id, const struct vz_device *d, struct vz_err *e);
/*
 * Each line is a row, and there are no more than VE_DEVICES_MAX: a list that
 * came from elsewhere. @beyond, if not NULL: whether it gives more than a VE has
 * from the start. -EINVAL, -E2BIG.
 */
int vz_devices_check(const char *rows, bool *beyond);
/*
 * Is each of the rows what a VE has from the start, or named by @allowed: rows
 * with a comma between them, NULL for none? The first that is not goes into @bad.
 * -EPERM for such a one, -EINVAL.
 */
int vz_devices_within(const char *rows, const char *allowed, char bad[VZ_DEVICE_TEXT]);

#endif /* LIBVZ_DEVICES_H */
