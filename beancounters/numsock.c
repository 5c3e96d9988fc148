// SPDX-License-Identifier: GPL-2.0-only
/*
 * numtcpsock, numothersock: sockets of users, in the net namespaces of a VE,
 * whoever made them or has them now.
 *
 * The owner is the VE of the net namespace's user namespace. A socket that
 * holds its net namespace (sk_net_refcnt) never changes it, so the charge is
 * given back where it was taken. Sockets of a connection are charged when the
 * handshake is over, by softirq, and accept() adds nothing.
 *
 * TIME_WAIT sockets are not counted; there may be as many as the barrier of
 * numtcpsock, whatever root of the VE sets in its sysctl.
 */
#include <linux/errno.h>
#include "charge.h"
#include "net.h"
#include "row.h"

static enum ub_resource ub_sock_row(const struct proto *prot)
{
	return ub_is_tcp(prot) ? UB_NUMTCPSOCK : UB_NUMOTHERSOCK;
}

int __ub_charge_sock(const struct net *net, const struct proto *prot)
{
	struct ve *ve = net_ve(net);

	if (!ve)
		return 0;
	if (ub_is_tcp(prot))
		return ub_quick_charge(ve, UB_NUMTCPSOCK, 1, UB_HARD) ? -ENOBUFS : 0;
	return ub_quick_charge(ve, UB_NUMOTHERSOCK, 1, UB_HARD) ? -ENOBUFS : 0;
}

void __ub_uncharge_sock(const struct net *net, const struct proto *prot)
{
	struct ve *ve = net_ve(net);

	if (!ve)
		return;
	if (ub_is_tcp(prot))
		ub_quick_uncharge(ve, UB_NUMTCPSOCK, 1);
	else
		ub_quick_uncharge(ve, UB_NUMOTHERSOCK, 1);
}

void __ub_adopt_sock(struct sock *sk)
{
	struct ve *ve = sk_ve(sk);

	if (ve)
		ub_charge(ve, ub_sock_row(sk->sk_prot_creator), 1);
}

int __ub_max_tw(const struct sock *sk, int max)
{
	struct ve *ve = net_ve(sock_net(sk));

	if (!ve || !ve_enforces(ve))
		return max;
	return min_t(unsigned long, max,
		     READ_ONCE(ub_counter(ve, UB_NUMTCPSOCK)->barrier));
}

bool __ub_skips_linger(const struct sock *sk)
{
	return (current->flags & PF_KTHREAD) && sk_ve(sk);
}

UB_ROW(NUMTCPSOCK) = { .batch = 8 };
UB_ROW(NUMOTHERSOCK) = { .batch = 8 };
