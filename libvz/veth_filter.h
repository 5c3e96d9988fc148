/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a VE may send through an ethernet device whose addresses are given. No state. */
#ifndef LIBVZ_VETH_FILTER_H
#define LIBVZ_VETH_FILTER_H

struct vz_bpf;
struct vz_ips;

/*
 * Write the filter for a device with address mac that may use the addresses and
 * networks of ips. It lets a frame through with -1 and drops it with 2:
 *
 * - a frame is from mac, has no VLAN tag, and is ARP, IPv4 or IPv6;
 * - ARP tells of mac and of an address of the list, or asks for one without telling (RFC 5227);
 * - IPv4 is from an address of the list, or a DHCP client asks for one;
 * - IPv6 is from an address of the list, the link-local address that mac makes (RFC 4291), or
 *   none yet (RFC 4862);
 * - no DHCP or DHCPv6 server, no router advertisement or redirect (RFC 6105), also behind
 *   extension headers (RFC 7113); a neighbour advertisement is about an address of the list.
 *
 * What ends before the part that is looked at passes: it has no such header.
 *
 * Return: 0, -ENOMEM, -E2BIG when there are too many addresses.
 */
int vz_veth_filter_write(struct vz_bpf *p, const unsigned char mac[6], const struct vz_ips *ips);
/*
 * Put it on a device of the host, the other end of the VE's, in place of the one that
 * is there; without addresses there is none. Return: 0, -errno.
 */
int vz_veth_filter_set(int ifindex, const unsigned char mac[6], const struct vz_ips *ips);

#endif /* LIBVZ_VETH_FILTER_H */
