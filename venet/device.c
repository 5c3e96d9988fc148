// SPDX-License-Identifier: GPL-2.0-only
/*
 * The devices: the host's venet0, made at boot, and one for each VE, made by
 * the host's tools or by criu in the VE's net namespace while the VE is
 * STARTING or RESTORING. Which VE a device belongs to follows from the owner
 * of the net namespace and is fixed when it is made. Devices come and go under
 * RTNL; a VE's device holds a reference to the VE until it is freed.
 *
 * criu makes the device with no attributes but name, index and kind.
 */
#include <linux/if_arp.h>
#include <linux/init.h>
#include <linux/rtnetlink.h>
#include <net/ip.h>
#include <net/ip_tunnels.h>
#include <net/net_namespace.h>
#include <net/rtnetlink.h>
#include "owner.h"
#include "venet.h"
#include "xmit.h"

#define VENET_KIND	"venet"

/* Where the pointer to the device of @vve (NULL: the host) is kept. */
static struct net_device __rcu **venet_slot(struct venet_ve *vve)
{
	return vve ? &vve->dev : &venet_host;
}

static int venet_init(struct net_device *dev)
{
	struct ve *ve = user_ns_ve(dev_net(dev)->user_ns);
	struct venet_dev *vd = netdev_priv(dev);

	vd->vve = ve ? ve_venet(ve) : NULL;
	if (ve && !vd->vve)
		return -ENODEV;
	if (rtnl_dereference(*venet_slot(vd->vve)))
		return -EEXIST;
	if (ve)
		ve_get(ve);
	else
		netif_keep_dst(dev);	/* for dst_link_failure() */
	return 0;
}

/*
 * Senders may find @dev from now on. Not earlier: a device that could not be
 * registered is freed at once, without a wait for those who found it.
 */
static void venet_publish(struct net_device *dev)
{
	struct venet_dev *vd = netdev_priv(dev);

	rcu_assign_pointer(*venet_slot(vd->vve), dev);
}

static int venet_register(struct net_device *dev)
{
	int err = register_netdevice(dev);

	if (!err)
		venet_publish(dev);
	return err;
}

static void venet_uninit(struct net_device *dev)
{
	struct venet_dev *vd = netdev_priv(dev);

	/* the core waits for RCU readers before it frees the device */
	RCU_INIT_POINTER(*venet_slot(vd->vve), NULL);
	if (vd->vve) {
		venet_for_shapers(vd->vve, venet_shaper_purge);
		venet_hold_forget_sent(&vd->vve->hold);
	}
}

/* Runs once for each successful venet_init(). */
static void venet_destroy(struct net_device *dev)
{
	struct venet_dev *vd = netdev_priv(dev);

	if (vd->vve)
		ve_put(vd->vve->ve);
}

static const struct net_device_ops venet_ops = {
	.ndo_init	= venet_init,
	.ndo_uninit	= venet_uninit,
	.ndo_start_xmit	= venet_xmit,
};

static void venet_setup(struct net_device *dev)
{
	static const netdev_features_t features =
		NETIF_F_SG | NETIF_F_FRAGLIST | NETIF_F_HW_CSUM |
		NETIF_F_RXCSUM | NETIF_F_SCTP_CRC | NETIF_F_HIGHDMA |
		NETIF_F_GSO_SOFTWARE | NETIF_F_GSO_ENCAP_ALL;

	dev->type = ARPHRD_VOID;
	dev->flags = IFF_NOARP | IFF_POINTOPOINT;
	dev->priv_flags |= IFF_NO_QUEUE;
	dev->lltx = true;
	dev->mtu = ETH_DATA_LEN;
	dev->min_mtu = IPV4_MIN_MTU;
	dev->max_mtu = ETH_MAX_MTU;
	dev->header_ops = &ip_tunnel_header_ops;
	dev->netdev_ops = &venet_ops;
	dev->pcpu_stat_type = NETDEV_PCPU_STAT_TSTATS;
	dev->features |= features;
	dev->hw_features = features;
	dev->hw_enc_features = features;
	dev->needs_free_netdev = true;
	dev->priv_destructor = venet_destroy;
	netif_set_tso_max_size(dev, GSO_MAX_SIZE);
}

static int venet_newlink(struct net *src_net, struct net_device *dev,
			 struct nlattr *tb[], struct nlattr *data[],
			 struct netlink_ext_ack *extack)
{
	struct net *net = dev_net(dev);
	struct ve *ve = user_ns_ve(net->user_ns);
	int state;

	if (ve) {
		state = READ_ONCE(ve->state);
		if (state != VE_STARTING && state != VE_RESTORING) {
			NL_SET_ERR_MSG(extack, "venet is made while the VE starts or is restored");
			return -EPERM;
		}
	} else if (!net_eq(net, &init_net)) {
		NL_SET_ERR_MSG(extack, "venet is for the host and for VEs");
		return -EPERM;
	}
	return venet_register(dev);
}

static struct rtnl_link_ops venet_link_ops = {
	.kind		= VENET_KIND,
	.priv_size	= sizeof(struct venet_dev),
	.setup		= venet_setup,
	.newlink	= venet_newlink,
};

static int __init venet_device_init(void)
{
	struct net_device *dev;
	int err;

	err = rtnl_link_register(&venet_link_ops);
	if (err)
		return err;
	dev = alloc_netdev(sizeof(struct venet_dev), "venet0",
			   NET_NAME_ENUM, venet_setup);
	if (!dev) {
		err = -ENOMEM;
		goto out_unregister;
	}
	dev->rtnl_link_ops = &venet_link_ops;
	rtnl_lock();
	err = venet_register(dev);
	rtnl_unlock();
	if (err) {
		free_netdev(dev);
		goto out_unregister;
	}
	return 0;

out_unregister:
	rtnl_link_unregister(&venet_link_ops);
	return err;
}
late_initcall(venet_device_init);
