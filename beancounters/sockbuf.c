// SPDX-License-Identifier: GPL-2.0-only
/*
 * tcpsndbuf, tcprcvbuf, othersockbuf, dgramrcvbuf: memory of socket buffers, in
 * bytes.
 *
 * What a socket was charged for stands in the socket (struct ub_sock), so it
 * can be given back whatever the protocol did in between, and no more than
 * that. Two kinds of protocols:
 *
 * Those that count their memory (TCP, UDP for receiving) are charged beside
 * that count, in pages, refused above the limit. TCP keeps one pool for both
 * directions and does not say which of them gives back: what is charged for
 * sending in excess of the send queue goes first. So an error of one direction
 * mends itself and the sum is always right. Serialised by the socket's lock
 * (UDP: that of its receive queue).
 *
 * The others have sk_wmem_alloc and sk_rmem_alloc, changed at dozens of places.
 * The difference to the last settlement is charged once it is UB_SETTLE or the
 * socket is idle. So a socket's charge is wrong by less than UB_SETTLE, and
 * right when it has nothing under way. Settled by several CPUs at once: a rise
 * is charged before it is published, a fall is published before it is given
 * back, so there is never more to give back than was charged.
 *
 * At the barrier: a TCP socket, or one that sends datagrams, with anything
 * under way must not send; one without may send one packet. Its own packet
 * wakes it, so there is no list of waiters and no lost wake-up. TCP windows
 * shrink at tcprcvbuf's.
 */
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/skbuff.h>
#include "charge.h"
#include "net.h"
#include "row.h"

#define UB_SETTLE	4096

/*
 * Less than any packet is worth: a socket with that much under way is idle. Not
 * 0, because sk_wmem_alloc holds a count for the socket itself and one for each
 * CPU that is just freeing a packet and about to wake the sender.
 */
#define UB_IDLE		512

static enum ub_resource ub_kind_row(const struct sock *sk, int kind)
{
	if (!ub_is_tcp(sk->sk_prot_creator))
		return UB_DGRAMRCVBUF;
	return kind == SK_MEM_SEND ? UB_TCPSNDBUF : UB_TCPRCVBUF;
}

/* A TCP socket's fields change under its lock only. */
static __always_inline void ub_field_add(atomic_t *field, int pages, bool tcp)
{
	if (tcp)
		atomic_set(field, atomic_read(field) + pages);
	else
		atomic_add(pages, field);
}

/* Charge @pages for @kind; for sending, only TCP is charged here. */
static __always_inline int ub_take_pages(struct sock *sk, int pages, int kind,
					 unsigned int severity)
{
	unsigned long bytes = (unsigned long)pages << PAGE_SHIFT;
	bool tcp = ub_is_tcp(sk->sk_prot_creator);
	struct ve *ve = sk_ve(sk);
	int err;

	if (!ve || (kind == SK_MEM_SEND && !tcp))
		return 0;
	if (kind == SK_MEM_SEND)
		err = ub_quick_charge(ve, UB_TCPSNDBUF, bytes, severity);
	else if (tcp)
		err = ub_quick_charge(ve, UB_TCPRCVBUF, bytes, severity);
	else
		err = ub_quick_charge(ve, UB_DGRAMRCVBUF, bytes, severity);
	if (err)
		return -ENOBUFS;
	ub_field_add(kind == SK_MEM_SEND ? &sk->sk_ub.snd : &sk->sk_ub.rcv, pages, tcp);
	return 0;
}

/* Give back at most @pages of what @field was charged. Return: the rest. */
static __always_inline int ub_give_back(struct ve *ve, atomic_t *field,
					enum ub_resource res, int pages)
{
	int take = min(pages, atomic_read(field));

	if (take <= 0)
		return pages;
	ub_field_add(field, -take, res != UB_DGRAMRCVBUF);
	ub_quick_uncharge(ve, res, (unsigned long)take << PAGE_SHIFT);
	return pages - take;
}

int __ub_charge_skmem(struct sock *sk, int pages, int kind)
{
	return ub_take_pages(sk, pages, kind, UB_SOFT);
}

/*
 * Whoever forces does not say for which direction. Packets come with bottom
 * halves off, by softirq or a thread, or through the backlog.
 */
static int ub_forced_kind(const struct sock *sk)
{
	if (softirq_count() || READ_ONCE(sk->sk_backlog.len))
		return SK_MEM_RECV;
	return SK_MEM_SEND;
}

void __ub_force_skmem(struct sock *sk, int pages)
{
	ub_take_pages(sk, pages, ub_forced_kind(sk), UB_FORCE);
}

void __ub_cancel_skmem(struct sock *sk, int pages, int kind)
{
	struct ve *ve = sk_ve(sk);

	if (!ve)
		return;
	if (!ub_is_tcp(sk->sk_prot_creator)) {
		if (kind == SK_MEM_RECV)
			ub_give_back(ve, &sk->sk_ub.rcv, UB_DGRAMRCVBUF, pages);
	} else if (kind == SK_MEM_RECV) {
		ub_give_back(ve, &sk->sk_ub.rcv, UB_TCPRCVBUF, pages);
	} else {
		ub_give_back(ve, &sk->sk_ub.snd, UB_TCPSNDBUF, pages);
	}
}

/* First what is charged for sending in excess of the send queue. */
static void ub_uncharge_stream(struct ve *ve, struct sock *sk, int pages)
{
	int surplus = atomic_read(&sk->sk_ub.snd) - sk_mem_pages(sk->sk_wmem_queued);
	int rest = pages;

	if (surplus > 0)
		rest -= min(surplus, pages) -
			ub_give_back(ve, &sk->sk_ub.snd, UB_TCPSNDBUF, min(surplus, pages));
	if (rest)
		rest = ub_give_back(ve, &sk->sk_ub.rcv, UB_TCPRCVBUF, rest);
	if (rest)
		ub_give_back(ve, &sk->sk_ub.snd, UB_TCPSNDBUF, rest);
}

void __ub_uncharge_skmem(struct sock *sk, int pages)
{
	struct ve *ve = sk_ve(sk);

	if (!ve)
		return;
	if (ub_is_tcp(sk->sk_prot_creator))
		ub_uncharge_stream(ve, sk, pages);
	else
		ub_give_back(ve, &sk->sk_ub.rcv, UB_DGRAMRCVBUF, pages);
}

bool __ub_holds_stream(const struct sock *sk)
{
	struct ve *ve;

	if (!READ_ONCE(sk->sk_wmem_queued) || !ub_is_tcp(sk->sk_prot_creator))
		return false;
	ve = sk_ve(sk);
	return ve && ub_at_barrier(ve, UB_TCPSNDBUF);
}
EXPORT_SYMBOL(__ub_holds_stream);

bool __ub_presses_sock(const struct sock *sk)
{
	struct ve *ve = sk_ve(sk);

	return ve && ub_at_barrier(ve, ub_kind_row(sk, SK_MEM_RECV));
}
EXPORT_SYMBOL(__ub_presses_sock);

static int ub_sent(const struct sock *sk)
{
	return refcount_read(&sk->sk_wmem_alloc) - 1;
}

static int ub_queued(const struct sock *sk)
{
	return atomic_read(&sk->sk_rmem_alloc);
}

/* What a socket that uses @now is to be charged, if it is charged @old. */
static __always_inline int ub_settled(int old, int now)
{
	if (now < UB_IDLE)
		return 0;
	return abs(now - old) < UB_SETTLE ? old : now;
}

/* The difference is worth a charge. */
static __always_inline void ub_settle(struct sock *sk, atomic_t *field, enum ub_resource res,
				      int (*in_use)(const struct sock *))
{
	struct ve *ve = sk_ve(sk);
	int old, now;
	bool done;

	if (!ve)
		return;
	do {
		/* What is in use is read last: a stale value fails the exchange. */
		old = atomic_read_acquire(field);
		now = ub_settled(old, in_use(sk));
		if (now == old)
			return;
		if (now > old)
			ub_quick_charge(ve, res, now - old, UB_FORCE);
		done = atomic_cmpxchg(field, old, now) == old;
		if (now > old && !done)
			ub_quick_uncharge(ve, res, now - old);
		if (now < old && done)
			ub_quick_uncharge(ve, res, old - now);
	} while (!done);
}

static noinline void ub_settle_sent(struct sock *sk)
{
	ub_settle(sk, &sk->sk_ub.snd, UB_OTHERSOCKBUF, ub_sent);
}

static __always_inline int ub_precharge(struct sock *sk, atomic_t *field,
					enum ub_resource res, int size)
{
	struct ve *ve = sk_ve(sk);

	if (!ve)
		return 0;
	if (ub_quick_charge(ve, res, size, UB_SOFT))
		return -ENOBUFS;
	atomic_add(size, field);
	return 0;
}

int __ub_charge_send(struct sock *sk, unsigned long size)
{
	if (ub_is_tcp(sk->sk_prot_creator))
		return 0;
	return ub_precharge(sk, &sk->sk_ub.snd, UB_OTHERSOCKBUF,
			    min_t(unsigned long, SKB_TRUESIZE(size), SZ_16M));
}

void __ub_settle_send(struct sock *sk)
{
	int old = atomic_read_acquire(&sk->sk_ub.snd);

	/* Most calls find nothing to do. */
	if (ub_settled(old, ub_sent(sk)) != old && !ub_is_tcp(sk->sk_prot_creator))
		ub_settle_sent(sk);
}

int __ub_wmem_bound(const struct sock *sk, int bound)
{
	struct ve *ve;

	/* Four times as much, which is compared with once, is below UB_IDLE too. */
	if (refcount_read(&sk->sk_wmem_alloc) < UB_IDLE / 4)
		return bound;
	ve = sk_ve(sk);
	if (ve && ub_at_barrier(ve, UB_OTHERSOCKBUF))
		return min(bound, UB_IDLE);
	return bound;
}
EXPORT_SYMBOL(__ub_wmem_bound);

int __ub_charge_receive(struct sock *sk, int size)
{
	return ub_precharge(sk, &sk->sk_ub.rcv, UB_DGRAMRCVBUF, size);
}
EXPORT_SYMBOL(__ub_charge_receive);

void __ub_settle_receive(struct sock *sk)
{
	ub_settle(sk, &sk->sk_ub.rcv, UB_DGRAMRCVBUF, ub_queued);
}
EXPORT_SYMBOL(__ub_settle_receive);

void __ub_clone_sock(struct sock *sk)
{
	atomic_set(&sk->sk_ub.snd, 0);
	atomic_set(&sk->sk_ub.rcv, 0);
}

/* The last one: nobody else sees the socket any more. */
void __ub_release_sock(struct sock *sk)
{
	const struct proto *prot = sk->sk_prot_creator;
	bool tcp = ub_is_tcp(prot);
	unsigned long snd, rcv;
	struct ve *ve = sk_ve(sk);

	if (!ve)
		return;
	snd = atomic_xchg(&sk->sk_ub.snd, 0);
	rcv = atomic_xchg(&sk->sk_ub.rcv, 0);
	if (snd)
		ub_uncharge(ve, tcp ? UB_TCPSNDBUF : UB_OTHERSOCKBUF,
			    tcp ? snd << PAGE_SHIFT : snd);
	if (rcv)
		ub_uncharge(ve, ub_kind_row(sk, SK_MEM_RECV),
			    prot->memory_allocated ? rcv << PAGE_SHIFT : rcv);
}

UB_ROW(TCPSNDBUF) = { .unit = UB_BYTES, .batch = 16, .oom = true };
UB_ROW(TCPRCVBUF) = { .unit = UB_BYTES, .batch = 16, .oom = true };
UB_ROW(OTHERSOCKBUF) = { .unit = UB_BYTES, .batch = 4, .oom = true };
UB_ROW(DGRAMRCVBUF) = { .unit = UB_BYTES, .batch = 4, .oom = true };
