/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Looks through what the kernel lists by netlink in the net namespace of the caller. */
#ifndef CHECKPOINT_NETLINK_CHECK_H
#define CHECKPOINT_NETLINK_CHECK_H

#include <linux/netlink.h>

struct vz_err;

/**
 * ckpt_netlink_check() - ask for a list, and call a function for each message of it
 * @protocol: NETLINK_*
 * @ask: the request, with its length and type
 * @type: of the messages; another one ends the list
 * @one: not 0: an error, which ends it
 * @id: of the VE, for @one
 *
 * Return: 0, also for what cannot be listed, or what @one returned.
 */
int ckpt_netlink_check(int protocol, struct nlmsghdr *ask, int type,
		       int (*one)(unsigned int id, const struct nlmsghdr *h, struct vz_err *e),
		       unsigned int id, struct vz_err *e);

#endif /* CHECKPOINT_NETLINK_CHECK_H */
