/* SPDX-License-Identifier: GPL-2.0-only */
/* The list of devices of a VE, shared by its file, the ve LSM and the unit tests. */
#ifndef _VE_DEVICES_H
#define _VE_DEVICES_H

#include <linux/bits.h>
#include <linux/types.h>
#include <vz/object.h>
#include <vz/part.h>

#define VE_DEVICE_READ	BIT(0)
#define VE_DEVICE_WRITE	BIT(1)
#define VE_DEVICE_MKNOD	BIT(2)

#define VE_DEVICE_ANY	(-1)

struct ve_device {
	char		type;	/* 'b' or 'c' */
	int		major;	/* or VE_DEVICE_ANY */
	int		minor;
	unsigned int	access;
};

/* Has room for VE_DEVICES_MAX, whatever @n is. */
struct ve_devices {
	struct rcu_head		rcu;
	unsigned int		n;
	struct ve_device	device[];
};

extern const struct ve_part ve_devices_part;

int ve_check_device(struct ve *ve, umode_t mode, dev_t dev, unsigned int access);

/* Pure functions. */
struct ve_devices *ve_devices_alloc(void);
int ve_devices_edit(struct ve_devices *list, char *text);
bool ve_devices_allow(const struct ve_devices *list, char type, dev_t dev, unsigned int access);

#endif /* _VE_DEVICES_H */
