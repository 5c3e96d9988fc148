/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How much of netfilter a VE has: hooks of net/netfilter, empty inlines when CONFIG_VE
 * is off. See ve/netfilter.c.
 */
#ifndef _VZ_NETFILTER_H
#define _VZ_NETFILTER_H

#include <vz/hook.h>

struct net;

int __ve_check_tracking(const struct net *net);
int __ve_check_nat(const struct net *net);

/* nf_ct_netns_get(): connections shall be tracked. Process context. Return: 0 or -EPERM */
static inline int ve_check_tracking(const struct net *net)
{
	return VE_HOOK(__ve_check_tracking(net), 0);
}

/* nf_nat_register_fn(): addresses shall be translated. The same. */
static inline int ve_check_nat(const struct net *net)
{
	return VE_HOOK(__ve_check_nat(net), 0);
}

#endif /* _VZ_NETFILTER_H */
