/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What foreign structures carry for packets that VEs send through the host's net
 * namespaces: see beancounters/forward.c. <linux/skbuff.h> includes this, so a
 * change here compiles all of the network.
 */
#ifndef _VZ_UB_FORWARD_H
#define _VZ_UB_FORWARD_H

#include <linux/types.h>

struct ve;

#ifdef CONFIG_VE

/* In struct sk_buff, in what a copy takes over: number of the VE that sent it, 0 for the host. */
#define UB_PACKET_OWNER		__u32 ub_owner;

/* In a neighbour and a connection of the host: the VE that pays, with a reference, or NULL. */
#define UB_FORWARD_PAYER	struct ve *ub_payer;

/* In a net namespace's count of connections: how many of them a VE pays for. */
#define UB_FORWARD_COUNT	atomic_t ub_forwarded;

#else

#define UB_PACKET_OWNER
#define UB_FORWARD_PAYER
#define UB_FORWARD_COUNT

#endif /* CONFIG_VE */
#endif /* _VZ_UB_FORWARD_H */
