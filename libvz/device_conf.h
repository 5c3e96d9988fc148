/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DEVICES and DEVNODES of a configuration, into the VE's list of devices and
 * its /dev. The caller holds the VE's lock.
 */
#ifndef LIBVZ_DEVICE_CONF_H
#define LIBVZ_DEVICE_CONF_H

struct vz_conf;
struct vz_err;

/*
 * The list of a bound VE follows from one configuration to the other; from
 * NULL: it has what every VE has. A kernel without ve.devices: a warning.
 */
int vz_device_conf_apply(const struct vz_conf *to, const struct vz_conf *from, struct vz_err *e);
/* Nodes of DEVNODES in the private area. */
int vz_device_conf_nodes(const struct vz_conf *c, struct vz_err *e);

/*
 * Nothing that the configuration gives lies beyond what every VE has and allowed, a list
 * as MIGRATE_DEVICES of vz.conf has it: a configuration that came from elsewhere. -EPERM:
 * bad is the first entry that does, or that names no device of this host; -EINVAL.
 */
int vz_device_conf_within(const struct vz_conf *c, const char *allowed, char bad[64]);

#endif /* LIBVZ_DEVICE_CONF_H */
