// SPDX-License-Identifier: GPL-2.0-only
/*
 * For whom the host's network works. A packet that leaves a VE's net namespace
 * carries the VE's number; where the host makes something for such a packet, it
 * says so with UB_FOR(), and the VE pays: numneigh and numconntrack, as for its
 * own. A number and no reference: a packet may wait for long, and nobody tells us
 * when it ends. A VE that is gone by then pays for nothing and gets nothing.
 *
 * Owns the table of VEs by number, from their binding to the removal of their
 * cgroup; its own lock for writers, RCU for readers. For whom a CPU works now is
 * that CPU's alone, with BH off.
 *
 * Whatever a VE pays for holds a reference on it. When the VE's cgroup is removed,
 * the host's neighbour tables give up its entries here; see conntrack.c for the
 * connections.
 */
#include <linux/export.h>
#include <linux/netdevice.h>
#include <linux/percpu.h>
#include <linux/xarray.h>
#include <net/arp.h>
#include <net/ndisc.h>
#include <net/neighbour.h>
#include <vz/ub-packet.h>
#include "forward.h"
#include "net.h"

static DEFINE_XARRAY(ub_ves);
static DEFINE_PER_CPU(struct ub_serving, ub_now);

void __ub_mark_packet(struct sk_buff *skb)
{
	struct ve *ve = skb->dev ? net_ve(dev_net(skb->dev)) : NULL;

	skb->ub_owner = ve ? ve->id : 0;
}

/* Context: any but hard interrupts; BH are off until the end. Return: what to end it with. */
struct ub_serving __ub_begin_serving(u32 id)
{
	struct ub_serving old;

	local_bh_disable();
	old = *this_cpu_ptr(&ub_now);
	*this_cpu_ptr(&ub_now) = (struct ub_serving){ .id = id };
	return old;
}
EXPORT_SYMBOL_GPL(__ub_begin_serving);

void __ub_end_serving(struct ub_serving old)
{
	*this_cpu_ptr(&ub_now) = old;
	local_bh_enable();
}
EXPORT_SYMBOL_GPL(__ub_end_serving);

/* Context: any. Return: what is made now is made for a VE's packet. */
bool ub_serving(void)
{
	return this_cpu_read(ub_now.id);
}

/* Context: as long as ub_serving(). Return: that VE, NULL when it is gone. */
struct ve *ub_served(void)
{
	struct ub_serving *now = this_cpu_ptr(&ub_now);

	if (!now->ve)
		now->ve = xa_load(&ub_ves, now->id);
	return now->ve;
}

/* The same with a reference, and NULL as soon as its cgroup is about to be removed. */
struct ve *ub_get_served(void)
{
	struct ve *ve = ub_served();

	return ve && css_tryget_online(&ve->css) ? ve : NULL;
}

/* Context: may sleep. Return: 0 or -errno. */
int ub_forward_arm(struct ve *ve, u32 id)
{
	int err = xa_err(xa_store(&ub_ves, id, ve, GFP_KERNEL));

	if (!err)
		ve->ub.id = id;
	return err;
}

/* Context: the entry's lock. Return: it goes. */
static int ub_gives_up_neigh(struct neighbour *n)
{
	return n->ub_payer && ub_is_gone(n->ub_payer);
}

static void ub_give_up_neighs(struct neigh_table *tbl)
{
	write_lock_bh(&tbl->lock);
	__neigh_for_each_release(tbl, ub_gives_up_neigh);
	write_unlock_bh(&tbl->lock);
}

/*
 * Context: may sleep. Its css was killed, and all CPUs know: an entry that it pays
 * for is in its table already.
 */
void ub_forward_offline(struct ve *ve)
{
	if (!ve->ub.id)
		return;
	xa_erase(&ub_ves, ve->ub.id);
	ub_give_up_neighs(&arp_tbl);
	if (ipv6_stub->nd_tbl)
		ub_give_up_neighs(ipv6_stub->nd_tbl);
}
