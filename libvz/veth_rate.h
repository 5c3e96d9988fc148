/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How fast a VE may send through an ethernet device. No state here: the device has it. */
#ifndef LIBVZ_VETH_RATE_H
#define LIBVZ_VETH_RATE_H

struct vz_bpf;

/*
 * Write the program that lets through -1 what a rate of kbit allows and drops (2) the rest.
 * The value of map 0 is when all that was let through will have been paid for, ns of
 * CLOCK_MONOTONIC; map is a descriptor of it, of vz_bpf_map().
 *
 * Return: 0, -ENOMEM.
 */
int vz_veth_rate_write(struct vz_bpf *p, unsigned int kbit, int map);
/*
 * Put it on a device of the host, the other end of the VE's, in place of the one that is
 * there; with a rate of 0 there is none. Return: 0, -errno.
 */
int vz_veth_rate_set(int ifindex, unsigned int kbit);

#endif /* LIBVZ_VETH_RATE_H */
