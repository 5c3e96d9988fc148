// SPDX-License-Identifier: GPL-2.0-or-later
/* One request, one socket; the rest of an answer goes with it. */
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>
#include "checkpoint/netlink_check.h"
#include "libvz/cleanup.h"

/* The kernel's messages are no longer. */
#define ROOM	65536

int ckpt_netlink_check(int protocol, struct nlmsghdr *ask, int type,
		       int (*one)(unsigned int id, const struct nlmsghdr *h, struct vz_err *e),
		       unsigned int id, struct vz_err *e)
{
	cleanup_close int s = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);
	cleanup_free char *buf = malloc(ROOM);
	const struct nlmsghdr *h;
	int ret = 0;
	ssize_t n;

	ask->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	if (s < 0 || !buf || send(s, ask, ask->nlmsg_len, 0) < 0)
		return 0;
	while (!ret && (n = recv(s, buf, ROOM, 0)) > 0) {
		for (h = (void *)buf; !ret && NLMSG_OK(h, n); h = NLMSG_NEXT(h, n)) {
			if (h->nlmsg_type != type)
				return 0;
			ret = one(id, h, e);
		}
	}
	return ret;
}
