/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Announcements of addresses on the host's links. */
#ifndef LIBVZ_ANNOUNCE_H
#define LIBVZ_ANNOUNCE_H

struct vz_ip;
struct vz_nic;

/* Tell the link who answers for the address now: gratuitous ARP, unsolicited NA. */
int vz_announce(const struct vz_nic *nic, const struct vz_ip *ip);

#endif /* LIBVZ_ANNOUNCE_H */
