/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Addresses of a running VE: one way in and one way out, through all floors
 * (the kernel's owner table, the VE's device, the host's routes and neighbour
 * entries). The caller holds the VE's lock.
 */
#ifndef LIBVZ_ADDRESS_H
#define LIBVZ_ADDRESS_H

struct vz_conf;
struct vz_err;
struct vz_ip;

/* Address number nr of the VE (its label); what was made is undone when a step fails. */
int vz_address_add(const struct vz_conf *c, const struct vz_ip *ip, unsigned int nr,
		   struct vz_err *e);
int vz_address_del(const struct vz_conf *c, const struct vz_ip *ip, struct vz_err *e);
/*
 * From the addresses of one configuration to those of the other. Additions can
 * be refused: they come first, and are taken back when one is.
 */
int vz_addresses_change(const struct vz_conf *to, const struct vz_conf *from, struct vz_err *e);

#endif /* LIBVZ_ADDRESS_H */
