/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who pays for a net namespace and its sockets. Private to beancounters/.
 */
#ifndef _VZ_UB_NET_OWNER_H
#define _VZ_UB_NET_OWNER_H

#include <net/net_namespace.h>
#include <net/sock.h>
#include <net/tcp.h>
#include <vz/object.h>
#include <vz/ub-net.h>

/* The caller holds the net namespace, which holds its user namespace. */
static inline struct ve *net_ve(const struct net *net)
{
	return user_ns_ve(net->user_ns);
}

/* NULL for the host and for sockets that do not hold their net namespace. */
static inline struct ve *sk_ve(const struct sock *sk)
{
	return sk->sk_net_refcnt ? net_ve(sock_net(sk)) : NULL;
}

/* sk_protocol is not set yet when a socket is charged, and tcpv6_prot may be a module's. */
static inline bool ub_is_tcp(const struct proto *prot)
{
	return prot->sockets_allocated == &tcp_sockets_allocated;
}

#endif /* _VZ_UB_NET_OWNER_H */
