// SPDX-License-Identifier: GPL-2.0-or-later
/* Policies and keys of IPsec (xfrm), which no CRIU dumps. Keeps nothing. */
#include <errno.h>
#include <linux/netlink.h>
#include <linux/xfrm.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>
#include "checkpoint/lost_ipsec.h"
#include "libvz/cleanup.h"
#include "libvz/err.h"

/* Of this kind, at least one; the rest of the answer goes with the socket. */
static bool has_any(int ask_type, int type)
{
	struct {
		struct nlmsghdr h;
		struct xfrm_userpolicy_id any;	/* the longer of what both begin with */
	} ask = {
		.h = { .nlmsg_len = sizeof(ask), .nlmsg_type = ask_type,
		       .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP },
	};
	cleanup_close int s = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_XFRM);
	cleanup_free struct nlmsghdr *h = malloc(65536);
	ssize_t n;

	if (s < 0 || !h || send(s, &ask, sizeof(ask), 0) < 0)
		return false;
	n = recv(s, h, 65536, 0);
	return n > 0 && NLMSG_OK(h, n) && h->nlmsg_type == type;
}

int ckpt_check_ipsec(unsigned int id, struct vz_err *e)
{
	const char *what = has_any(XFRM_MSG_GETPOLICY, XFRM_MSG_NEWPOLICY) ? "policies" :
			   has_any(XFRM_MSG_GETSA, XFRM_MSG_NEWSA) ? "keys" : NULL;

	if (!what)
		return 0;
	return vz_error(e, VZ_CHKPNT, -EOPNOTSUPP,
			"VE %u has %s of IPsec (ip xfrm), which CRIU cannot dump: stop what has made them first, or move the VE stopped",
			id, what);
}
