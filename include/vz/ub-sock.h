/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Beancounter hooks of sockets and their buffers. <net/sock.h> includes this
 * before struct sock is defined, so a change here compiles all of the network.
 *
 * numtcpsock, numothersock      a socket of a user, from allocation to its last reference
 * tcpsndbuf, tcprcvbuf          pages that a TCP socket has been given
 * othersockbuf                  what other sockets have sent and nobody has freed
 * dgramrcvbuf                   what waits in the receive queues of other sockets
 *
 * owner: the VE of the net namespace's user namespace, for sockets that hold
 * their net namespace (sk_net_refcnt). The kernel's own sockets hold none, and
 * some of them visit one net namespace after the other: nobody pays for them.
 */
#ifndef _VZ_UB_SOCK_H
#define _VZ_UB_SOCK_H

#include <linux/types.h>
#include <vz/hook.h>

struct net;
struct proto;
struct sock;

/**
 * struct ub_sock - what a socket was charged for, part of struct sock
 * @snd: tcpsndbuf in pages, othersockbuf in bytes
 * @rcv: tcprcvbuf and dgramrcvbuf of protocols that count memory (UDP) in
 *	pages, dgramrcvbuf of others in bytes
 */
struct ub_sock {
	atomic_t snd;
	atomic_t rcv;
};

#ifdef CONFIG_VE

int __ub_charge_sock(const struct net *net, const struct proto *prot);
void __ub_uncharge_sock(const struct net *net, const struct proto *prot);
void __ub_adopt_sock(struct sock *sk);
void __ub_clone_sock(struct sock *sk);
void __ub_release_sock(struct sock *sk);
int __ub_charge_skmem(struct sock *sk, int pages, int kind);
void __ub_force_skmem(struct sock *sk, int pages);
void __ub_cancel_skmem(struct sock *sk, int pages, int kind);
void __ub_uncharge_skmem(struct sock *sk, int pages);
bool __ub_holds_stream(const struct sock *sk);
bool __ub_presses_sock(const struct sock *sk);
int __ub_charge_send(struct sock *sk, unsigned long size);
void __ub_settle_send(struct sock *sk);
int __ub_wmem_bound(const struct sock *sk, int bound);
int __ub_charge_receive(struct sock *sk, int size);
void __ub_settle_receive(struct sock *sk);
int __ub_charge_error(struct sock *sk, unsigned int size);
void __ub_uncharge_error(struct sock *sk, unsigned int size);
int __ub_max_tw(const struct sock *sk, int max);
bool __ub_skips_linger(const struct sock *sk);
u64 __ub_unix_gc_begin(void);
void __ub_unix_gc_end(u64 begin);

#endif /* CONFIG_VE */

/* A socket is to be allocated. Return: 0 or -ENOBUFS. @kern: it is the kernel's own. */
static inline int ub_charge_sock(const struct net *net, const struct proto *prot, int kern)
{
	return kern ? 0 : VE_HOOK(__ub_charge_sock(net, prot), 0);
}

/* It could not be allocated, or its last reference has gone. */
static inline void ub_uncharge_sock(const struct net *net, const struct proto *prot, int kern)
{
	if (!kern)
		VE_HOOK(__ub_uncharge_sock(net, prot));
}

/* A socket of the kernel begins to hold its net namespace. */
static inline void ub_adopt_sock(struct sock *sk)
{
	VE_HOOK(__ub_adopt_sock(sk));
}

/* @sk is a copy of its listener: what that was charged for is not its own. */
static inline void ub_clone_sock(struct sock *sk)
{
	VE_HOOK(__ub_clone_sock(sk));
}

/* The queues of @sk are empty for good. */
static inline void ub_release_sock(struct sock *sk)
{
	VE_HOOK(__ub_release_sock(sk));
}

/*
 * Memory that the protocol counts in pages. @kind: SK_MEM_SEND or SK_MEM_RECV.
 * With the socket's lock (UDP: that of its receive queue) held.
 */

/* Return: 0 or -ENOBUFS. */
static inline int ub_charge_skmem(struct sock *sk, int pages, int kind)
{
	return VE_HOOK(__ub_charge_skmem(sk, pages, kind), 0);
}

static inline void ub_force_skmem(struct sock *sk, int pages)
{
	VE_HOOK(__ub_force_skmem(sk, pages));
}

/* The charge was made in vain. */
static inline void ub_cancel_skmem(struct sock *sk, int pages, int kind)
{
	VE_HOOK(__ub_cancel_skmem(sk, pages, kind));
}

static inline void ub_uncharge_skmem(struct sock *sk, int pages)
{
	VE_HOOK(__ub_uncharge_skmem(sk, pages));
}

/* The VE is at tcpsndbuf's barrier and this socket's own data will wake it. */
static inline bool ub_holds_stream(const struct sock *sk)
{
	return VE_HOOK(__ub_holds_stream(sk), false);
}

/* The VE is at the barrier of this socket's receive buffers. */
static inline bool ub_presses_sock(const struct sock *sk)
{
	return VE_HOOK(__ub_presses_sock(sk), false);
}

/*
 * What other sockets have under way (sk_wmem_alloc). A charge before the
 * packet exists may be refused (-ENOBUFS); later the socket's charge is settled
 * with what it has under way in fact.
 */
static inline int ub_charge_send(struct sock *sk, unsigned long size)
{
	return VE_HOOK(__ub_charge_send(sk, size), 0);
}

static inline void ub_settle_send(struct sock *sk)
{
	VE_HOOK(__ub_settle_send(sk));
}

/* The send buffer to compare sk_wmem_alloc with: next to nothing at the barrier. */
static inline int ub_wmem_bound(const struct sock *sk, int bound)
{
	return VE_HOOK(__ub_wmem_bound(sk, bound), bound);
}

/*
 * What waits in a receive queue (sk_rmem_alloc) of a protocol that does not
 * count its memory. The same two steps.
 */
static inline int ub_charge_receive(struct sock *sk, int size)
{
	return VE_HOOK(__ub_charge_receive(sk, size), 0);
}

static inline void ub_settle_receive(struct sock *sk)
{
	VE_HOOK(__ub_settle_receive(sk));
}

/* A packet of @size for the error queue. Return: 0 or -ENOMEM. */
static inline int ub_charge_error(struct sock *sk, unsigned int size)
{
	return VE_HOOK(__ub_charge_error(sk, size), 0);
}

static inline void ub_uncharge_error(struct sock *sk, unsigned int size)
{
	VE_HOOK(__ub_uncharge_error(sk, size));
}

/* How many sockets may be in TIME_WAIT in @sk's net namespace; @max is its own bound. */
static inline int ub_max_tw(const struct sock *sk, int max)
{
	return VE_HOOK(__ub_max_tw(sk, max), max);
}

/*
 * May whoever closes @sk not wait for what is under way? One kernel thread
 * closes for all: it must not wait as long as a VE says.
 */
static inline bool ub_skips_linger(const struct sock *sk)
{
	return VE_HOOK(__ub_skips_linger(sk), false);
}

/* A run of the collector of unix sockets begins. Return: what its end wants, 0 without VEs. */
static inline u64 ub_unix_gc_begin(void)
{
	return VE_HOOK(__ub_unix_gc_begin(), 0);
}

/* It has ended. May sleep, so that it gets no more of a CPU than is right. */
static inline void ub_unix_gc_end(u64 begin)
{
	if (begin)
		VE_HOOK(__ub_unix_gc_end(begin));
}

#endif /* _VZ_UB_SOCK_H */
