// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Tables of nftables that go with the socket which owns them: no restore can give them
 * back to it. Those that stay without their owner can be made again, and are dumped.
 *
 * Runs in the net namespace that it looks at; keeps nothing.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stdint.h>
#include <string.h>
#include "checkpoint/netlink_check.h"
#include "checkpoint/owned.h"
#include "libvz/err.h"

/* New in kernels, perhaps not yet in headers */
#define TABLE_OWNER	0x2
#define TABLE_PERSIST	0x4

/* The name of the table that a message is about, if it goes with its owner, else NULL. */
static const char *owned_name(const struct nlmsghdr *h)
{
	const struct nfgenmsg *g = NLMSG_DATA(h);
	const struct rtattr *a = (const void *)((const char *)g + NLMSG_ALIGN(sizeof(*g)));
	int size = NLMSG_PAYLOAD(h, sizeof(*g));
	const char *name = NULL;
	uint32_t flags = 0;

	for (; RTA_OK(a, size); a = RTA_NEXT(a, size)) {
		int type = a->rta_type & NLA_TYPE_MASK;

		if (type == NFTA_TABLE_NAME &&
		    strnlen(RTA_DATA(a), RTA_PAYLOAD(a)) < RTA_PAYLOAD(a))
			name = RTA_DATA(a);
		if (type == NFTA_TABLE_FLAGS && RTA_PAYLOAD(a) >= sizeof(flags))
			memcpy(&flags, RTA_DATA(a), sizeof(flags));
	}
	flags = ntohl(flags);
	return flags & TABLE_OWNER && !(flags & TABLE_PERSIST) ? name : NULL;
}

static int check_table(unsigned int id, const struct nlmsghdr *h, struct vz_err *e)
{
	const char *name = owned_name(h);

	if (!name)
		return 0;
	return vz_error(e, VZ_CHKPNT, -EOPNOTSUPP,
			"VE %u has nftables table %.64s, which goes with the socket of the program that owns it and cannot be dumped: end that program, or move the VE stopped",
			id, name);
}

int ckpt_check_owned_tables(unsigned int id, struct vz_err *e)
{
	struct {
		struct nlmsghdr h;
		struct nfgenmsg g;
	} ask = {
		.h = { .nlmsg_len = sizeof(ask),
		       .nlmsg_type = NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_GETTABLE },
		.g = { .nfgen_family = AF_UNSPEC, .version = NFNETLINK_V0 },
	};

	return ckpt_netlink_check(NETLINK_NETFILTER, &ask.h,
				  NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_NEWTABLE, check_table, id,
				  e);
}
