// SPDX-License-Identifier: GPL-2.0-or-later
/* IPsec of a net namespace is named before a dump. */
#include <linux/netlink.h>
#include <linux/xfrm.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include "checkpoint/lost_ipsec.h"
#include "libvz/err.h"
#include "tests/unit/tap.h"

/* What leaves for 192.0.2.9 is to be refused. 0, or -1 where there is no such thing. */
static int add_policy(void)
{
	struct {
		struct nlmsghdr h;
		struct xfrm_userpolicy_info p;
	} m = {
		.h = { .nlmsg_len = sizeof(m), .nlmsg_type = XFRM_MSG_NEWPOLICY,
		       .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE },
		.p = { .sel = { .family = AF_INET, .prefixlen_d = 32 },
		       .dir = XFRM_POLICY_OUT, .action = XFRM_POLICY_BLOCK },
	};
	struct {
		struct nlmsghdr h;
		struct nlmsgerr e;
	} answer = {};
	int s = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_XFRM), ret;

	memcpy(&m.p.sel.daddr, "\xc0\x00\x02\x09", 4);
	m.p.lft.soft_byte_limit = m.p.lft.hard_byte_limit = XFRM_INF;
	m.p.lft.soft_packet_limit = m.p.lft.hard_packet_limit = XFRM_INF;
	ret = s < 0 || send(s, &m, sizeof(m), 0) < 0 || recv(s, &answer, sizeof(answer), 0) < 0 ||
	      answer.e.error;
	close(s);
	return ret ? -1 : 0;
}

/* Exit code of a process with a net namespace of its own: 0 found right, 77 no IPsec here. */
static int look(void)
{
	struct vz_err e = {};

	if (unshare(CLONE_NEWNET))
		return 77;
	if (ckpt_check_ipsec(101, &e))
		return 1;
	if (add_policy())
		return 77;
	if (!ckpt_check_ipsec(101, &e) || e.cause != VZ_CHKPNT)
		return 2;
	if (!strstr(e.msg, "policies of IPsec"))
		return 3;
	vz_error_free(&e);
	return 0;
}

static void policies_are_named(void)
{
	int status;
	pid_t pid = fork();

	if (!pid)
		_exit(look());
	CHECK(waitpid(pid, &status, 0) == pid && WIFEXITED(status));
	if (WEXITSTATUS(status) == 77)
		printf("# no IPsec here\n");
	else
		CHECK(!WEXITSTATUS(status));
}

int main(void)
{
	TEST(policies_are_named);
	return tap_failed;
}
