/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Links of the host. */
#ifndef LIBVZ_NIC_H
#define LIBVZ_NIC_H

#include <netinet/in.h>
#include <stddef.h>

struct vz_conf;
struct vz_err;

/* Host devices on whose link the VEs' addresses are answered for (NEIGHBOUR_DEVS). */
struct vz_nic {
	char name[16];
	int ifindex;
	unsigned char mac[6];
	struct in_addr v4;	/* its own address; 0.0.0.0 without one */
};
int vz_nics(const struct vz_conf *c, struct vz_nic **nics, size_t *n, struct vz_err *e);

#endif /* LIBVZ_NIC_H */
