// SPDX-License-Identifier: GPL-2.0-only
/*
 * tcprcvbuf and dgramrcvbuf: errors and time stamps that wait in a socket's
 * error queue. Owner: the socket's VE; the queue is empty before the socket goes.
 *
 * Protocols that count their memory (TCP, UDP) do not count this queue, so each
 * packet is charged here from when it is queued until it is freed. What others
 * have in it is a part of sk_rmem_alloc, which is settled as ever.
 */
#include <linux/errno.h>
#include <linux/export.h>
#include "charge.h"
#include "net.h"

static enum ub_resource ub_error_row(const struct sock *sk)
{
	return ub_is_tcp(sk->sk_prot_creator) ? UB_TCPRCVBUF : UB_DGRAMRCVBUF;
}

int __ub_charge_error(struct sock *sk, unsigned int size)
{
	struct ve *ve = sk_ve(sk);

	if (!ve)
		return 0;
	if (sk->sk_prot_creator->memory_allocated)
		return ub_try_charge(ve, ub_error_row(sk), size, UB_SOFT);
	__ub_settle_receive(sk);
	return 0;
}

void __ub_uncharge_error(struct sock *sk, unsigned int size)
{
	struct ve *ve = sk_ve(sk);

	if (!ve)
		return;
	if (sk->sk_prot_creator->memory_allocated)
		ub_uncharge(ve, ub_error_row(sk), size);
	else
		__ub_settle_receive(sk);
}
