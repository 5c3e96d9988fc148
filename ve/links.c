// SPDX-License-Identifier: GPL-2.0-only
/*
 * Network devices that a running VE makes: their kinds, by the table in refuse.c.
 *
 * A device comes into being by rtnetlink, by the old ioctls of bridges and VLANs,
 * by an attachment to /dev/net/tun. All of them register it, and the notifier that
 * is told then may refuse; rtnetlink asks before, as some kinds start a work queue
 * first. What the host makes in a VE, and what a restore does,
 * is not looked at; nor is what comes with a new net namespace by itself.
 *
 * Nothing is owned. RTNL is held.
 */
#include <linux/init.h>
#include <linux/netdevice.h>
#include <linux/notifier.h>
#include <net/net_namespace.h>
#include <net/rtnetlink.h>
#include <vz/controller.h>
#include <vz/link.h>

#include "refuse.h"

/* setup_net() makes its devices before the namespace is in the list of all. */
static bool net_is_being_made(const struct net *net)
{
	return !READ_ONCE(net->list.next);
}

static int ve_check_link(const struct net_device *dev)
{
	struct ve *ve = VE_HOOK(ve_enforced(), NULL);

	if (!ve || dev->flags & IFF_LOOPBACK || net_is_being_made(dev_net(dev)))
		return 0;
	return dev->rtnl_link_ops && ve_allows_link(ve->features, dev->rtnl_link_ops->kind) ?
	       0 : -EPERM;
}

int __ve_check_link_kind(const char *kind)
{
	struct ve *ve = ve_enforced();

	return !ve || ve_allows_link(ve->features, kind) ? 0 : -EPERM;
}

static int ve_link_event(struct notifier_block *nb, unsigned long event, void *ptr)
{
	if (event != NETDEV_POST_INIT)
		return NOTIFY_DONE;
	return notifier_from_errno(ve_check_link(netdev_notifier_info_to_dev(ptr)));
}

static struct notifier_block ve_link_notifier = {
	.notifier_call = ve_link_event,
};

static int __init ve_links_init(void)
{
	return register_netdevice_notifier(&ve_link_notifier);
}
subsys_initcall(ve_links_init);
