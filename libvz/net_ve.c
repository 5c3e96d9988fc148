// SPDX-License-Identifier: GPL-2.0-or-later
/* The VE's side of its network; runs inside its network namespace. */
#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include "libvz/conf.h"
#include "libvz/err.h"
#include "libvz/ip.h"
#include "libvz/net_ve.h"
#include "libvz/netlink.h"
#include "libvz/value.h"

/* IPv6 needs a gateway to keep one neighbour for all destinations; IPv4 does not. */
static int default_route(struct vz_nl *nl, int dev, int family)
{
	struct in6_addr gw;

	if (family == AF_INET)
		return vz_nl_route(nl, true, dev, AF_INET, NULL, NULL);
	inet_pton(AF_INET6, "fe80::1", &gw);
	return vz_nl_route(nl, true, dev, AF_INET6, NULL, &gw);
}

static int add_address(struct vz_nl *nl, int dev, const struct vz_ip *ip, unsigned int nr,
		       struct vz_err *e)
{
	char text[VZ_IP_TEXT], label[32];
	int ret;

	/* Inventory tools look for the alias names of old. */
	snprintf(label, IFNAMSIZ, VZ_VENET ":%u", nr);
	ret = vz_nl_addr(nl, true, dev, ip, label);
	if (ret)
		return vz_error_sys(e, VZ_ADDIP, ret, "Unable to add IP %s inside the CT",
				    vz_ip_text(ip, text));
	ret = default_route(nl, dev, ip->family);
	return ret ? vz_error_sys(e, VZ_ADDIP, ret, "Unable to set the default route inside the CT")
		   : 0;
}

int vz_net_inside(const struct vz_conf *c, struct vz_err *e)
{
	cleanup_nl struct vz_nl *nl = NULL;
	unsigned int nr;
	int dev, ret;

	ret = vz_nl_open(&nl, e);
	if (ret)
		return ret;
	ret = vz_nl_link_up(nl, if_nametoindex("lo"));
	if (ret)
		return vz_error_sys(e, VZ_SYSTEM, ret, "Cannot set lo up inside the CT");
	ret = vz_nl_link_add(nl, VZ_VENET, "venet");
	if (ret && ret != -EEXIST)
		return vz_error_sys(e, VZ_SYSTEM, ret, "Cannot make " VZ_VENET " inside the CT");
	dev = if_nametoindex(VZ_VENET);
	ret = vz_nl_link_up(nl, dev);
	if (ret)
		return vz_error_sys(e, VZ_SYSTEM, ret, "Cannot set " VZ_VENET " up inside the CT");
	for (nr = 0; !ret && nr < c->ip.n; nr++)
		ret = add_address(nl, dev, &c->ip.ip[nr], nr, e);
	return ret;
}

int vz_net_inside_add(const struct vz_ip *ip, unsigned int nr, struct vz_err *e)
{
	cleanup_nl struct vz_nl *nl = NULL;
	int dev = if_nametoindex(VZ_VENET), ret = vz_nl_open(&nl, e);

	if (ret)
		return ret;
	if (!dev)
		return vz_error(e, VZ_ADDIP, -ENODEV, "There is no " VZ_VENET " inside the CT");
	return add_address(nl, dev, ip, nr, e);
}

int vz_net_inside_del(const struct vz_ip *ip, struct vz_err *e)
{
	cleanup_nl struct vz_nl *nl = NULL;
	char text[VZ_IP_TEXT];
	int ret = vz_nl_open(&nl, e);

	if (ret)
		return ret;
	ret = vz_nl_addr(nl, false, if_nametoindex(VZ_VENET), ip, NULL);
	return ret && ret != -EADDRNOTAVAIL ?
	       vz_error_sys(e, VZ_ADDIP, ret, "Unable to remove IP %s inside the CT",
			    vz_ip_text(ip, text)) : 0;
}
