/* SPDX-License-Identifier: GPL-2.0-only */
/* What a network namespace has beside devices, addresses, routes and rules. */
#ifndef __CR_NET_MORE_H__
#define __CR_NET_MORE_H__

#include <stdbool.h>
#include <linux/netlink.h>

/* Behind the addresses in their file, as messages that the kernel takes. */
extern int save_net_more(int fd);
/* Whether it is one of them. What the kernel refuses is logged and lost. */
extern bool give_net_more(int sk, struct nlmsghdr *h);

#endif
