/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whose packet it is, in the host's net namespaces: see beancounters/forward.c.
 *
 * A packet gets its owner where it leaves a net namespace; copies have it, too.
 * What is made for the packet while UB_FOR() lasts is the owner's to pay for.
 */
#ifndef _VZ_UB_PACKET_H
#define _VZ_UB_PACKET_H

#include <linux/skbuff.h>
#include <vz/hook.h>

#ifdef CONFIG_VE

/**
 * struct ub_serving - for whom this CPU makes something
 * @id: number of the VE, 0 for the host
 * @ve: the VE, once somebody has asked; valid as long as BH are off
 */
struct ub_serving {
	u32		id;
	struct ve	*ve;
};

void __ub_mark_packet(struct sk_buff *skb);
struct ub_serving __ub_begin_serving(u32 id);
void __ub_end_serving(struct ub_serving old);

/*
 * Do @call, which makes something for the packet @skb and may free it. It runs
 * with BH off when a VE has sent the packet. Return: that of @call.
 */
#define UB_FOR(skb, call) ({						\
	u32 __id = VE_HOOK((skb)->ub_owner, 0);				\
	struct ub_serving __old;					\
	typeof(call) __ret;						\
									\
	if (unlikely(__id))						\
		__old = __ub_begin_serving(__id);			\
	__ret = (call);							\
	if (unlikely(__id))						\
		__ub_end_serving(__old);				\
	__ret;								\
})

/* @to is a part of @from that was not made by copying it. */
#define ub_copy_owner(to, from)	((void)((to)->ub_owner = (from)->ub_owner))

#else /* !CONFIG_VE */

#define UB_FOR(skb, call)	(call)
#define ub_copy_owner(to, from)	((void)0)

#endif /* CONFIG_VE */

/* It is about to leave the net namespace of its device for another one. */
static inline void ub_mark_packet(struct sk_buff *skb)
{
	VE_HOOK(__ub_mark_packet(skb));
}

#endif /* _VZ_UB_PACKET_H */
