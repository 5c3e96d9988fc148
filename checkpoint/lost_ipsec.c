// SPDX-License-Identifier: GPL-2.0-or-later
/* Policies and keys of IPsec (xfrm), which no CRIU dumps. Keeps nothing. */
#include <errno.h>
#include <linux/netlink.h>
#include <linux/xfrm.h>
#include "checkpoint/lost_ipsec.h"
#include "checkpoint/netlink_check.h"
#include "libvz/err.h"

static int refuse(unsigned int id, const char *what, struct vz_err *e)
{
	return vz_error(e, VZ_CHKPNT, -EOPNOTSUPP,
			"VE %u has %s of IPsec (ip xfrm), which CRIU cannot dump: stop what has made them first, or move the VE stopped",
			id, what);
}

static int policy(unsigned int id, const struct nlmsghdr *h, struct vz_err *e)
{
	return refuse(id, "policies", e);
}

static int key(unsigned int id, const struct nlmsghdr *h, struct vz_err *e)
{
	return refuse(id, "keys", e);
}

int ckpt_check_ipsec(unsigned int id, struct vz_err *e)
{
	struct {
		struct nlmsghdr h;
		struct xfrm_userpolicy_id any;	/* the longer of what both begin with */
	} ask = {
		.h = { .nlmsg_len = sizeof(ask), .nlmsg_type = XFRM_MSG_GETPOLICY },
	};
	int err = ckpt_netlink_check(NETLINK_XFRM, &ask.h, XFRM_MSG_NEWPOLICY, policy, id, e);

	ask.h.nlmsg_type = XFRM_MSG_GETSA;
	return err ? err : ckpt_netlink_check(NETLINK_XFRM, &ask.h, XFRM_MSG_NEWSA, key, id, e);
}
