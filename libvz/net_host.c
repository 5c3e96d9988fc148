// SPDX-License-Identifier: GPL-2.0-or-later
/* Host side of the VEs' network: venet0, host routes, proxy neighbours, announcements. */
#include <errno.h>
#include <limits.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>
#include "libvz/announce.h"
#include "libvz/cgroup.h"
#include "libvz/cleanup.h"
#include "libvz/conf.h"
#include "libvz/err.h"
#include "libvz/file.h"
#include "libvz/ip.h"
#include "libvz/log.h"
#include "libvz/net_host.h"
#include "libvz/netlink.h"
#include "libvz/nic.h"
#include "libvz/value.h"

static void sysctl_on(const char *path, char want)
{
	cleanup_free char *old = NULL;
	const char text[2] = { want, '\0' };

	if (!vz_read_file(path, &old) && old[0] < want)
		vz_write_file(path, text);
}

/*
 * The host forwards for its VEs and answers neighbour requests for them.
 * Forwarding turns router advertisements off unless accept_ra is 2.
 */
static void forwarding(const struct vz_nic *nics, size_t n)
{
	char path[96];
	size_t i;

	sysctl_on("/proc/sys/net/ipv4/ip_forward", '1');
	/* Packets between VEs leave by the device they came in on: that is right. */
	vz_write_file("/proc/sys/net/ipv4/conf/all/send_redirects", "0");
	vz_write_file("/proc/sys/net/ipv4/conf/" VZ_VENET "/send_redirects", "0");
	for (i = 0; i < n; i++) {
		cleanup_free char *ra = NULL;

		snprintf(path, sizeof(path), "/proc/sys/net/ipv6/conf/%s/accept_ra", nics[i].name);
		if (!vz_read_file(path, &ra) && ra[0] == '1')
			vz_write_file(path, "2");
		snprintf(path, sizeof(path), "/proc/sys/net/ipv6/conf/%s/proxy_ndp", nics[i].name);
		sysctl_on(path, '1');
	}
	sysctl_on("/proc/sys/net/ipv6/conf/all/forwarding", '1');
}

/* venet0 of the host, made when it is not there, up. */
static int host_device(struct vz_nl *nl, int *ifindex, struct vz_err *e)
{
	int ret;

	*ifindex = if_nametoindex(VZ_VENET);
	if (!*ifindex) {
		ret = vz_nl_link_add(nl, VZ_VENET, "venet");
		if (ret && ret != -EEXIST)
			return vz_error_sys(e, VZ_SYSTEM, ret, "Cannot make the host's " VZ_VENET);
		*ifindex = if_nametoindex(VZ_VENET);
	}
	ret = vz_nl_link_up(nl, *ifindex);
	return ret ? vz_error_sys(e, VZ_SYSTEM, ret, "Cannot set " VZ_VENET " up") : 0;
}

/* Whether the host sees what VEs send each other. */
static void between_ves(const struct vz_conf *c)
{
	static const char file[] = VZ_CGROUP_ROOT "/ve.direct";
	int ret = vz_write_file(file, c->venet_direct ? "1" : "0");

	if (ret && (ret != -ENOENT || c->venet_direct))
		vz_warn("Cannot set %s as VENET_DIRECT says: %s", file, strerror(-ret));
}

static int add_one(struct vz_nl *nl, int dev, const struct vz_nic *nics, size_t n,
		   const struct vz_ip *ip, bool announce, struct vz_err *e)
{
	char text[VZ_IP_TEXT];
	size_t i;
	int ret;

	vz_ip_text(ip, text);
	ret = vz_nl_route(nl, true, dev, ip->family, ip, NULL);
	if (ret)
		return vz_error_sys(e, VZ_ADDIP, ret, "Cannot add the route to %s", text);
	for (i = 0; i < n; i++) {
		ret = vz_nl_proxy(nl, true, nics[i].ifindex, ip);
		if (ret)
			return vz_error_sys(e, VZ_ADDIP, ret, "Cannot answer for %s on %s", text,
					    nics[i].name);
		/* Nobody may be listening: a link that is down makes no failed start. */
		ret = announce ? vz_announce(&nics[i], ip) : 0;
		if (ret)
			vz_debug("%s was not announced on %s: %s", text, nics[i].name,
				 strerror(-ret));
	}
	return 0;
}

/* Another VE may own the address by now, or have had it all the time: that one keeps its routes. */
static int del_one(struct vz_nl *nl, int dev, const struct vz_nic *nics, size_t n,
		   const struct vz_ip *ip, unsigned int id)
{
	size_t i;

	if (vz_ip_is_foreign(id, ip))
		return 0;
	if (dev)
		vz_nl_route(nl, false, dev, ip->family, ip, NULL);
	for (i = 0; i < n; i++)
		vz_nl_proxy(nl, false, nics[i].ifindex, ip);
	return 0;
}

/* one NULL: all addresses of the configuration. */
static int change(const struct vz_conf *c, bool add, const struct vz_ip *one, bool announce,
		  struct vz_err *e)
{
	cleanup_free struct vz_nic *nics = NULL;
	cleanup_nl struct vz_nl *nl = NULL;
	size_t n, i;
	int dev = 0, ret;

	ret = vz_nl_open(&nl, e);
	if (!ret)
		ret = vz_nics(c, &nics, &n, e);
	if (!ret && add)
		ret = host_device(nl, &dev, e);
	if (ret)
		return ret;
	if (add) {
		forwarding(nics, n);
		between_ves(c);
	} else {
		dev = if_nametoindex(VZ_VENET);
	}
	if (one)
		return add ? add_one(nl, dev, nics, n, one, announce, e) :
			     del_one(nl, dev, nics, n, one, c->id);
	for (i = 0; !ret && i < c->ip.n; i++)
		ret = add ? add_one(nl, dev, nics, n, &c->ip.ip[i], announce, e) :
			    del_one(nl, dev, nics, n, &c->ip.ip[i], c->id);
	return ret;
}

int vz_ve_net_up(const struct vz_conf *c, bool announce, struct vz_err *e)
{
	return change(c, true, NULL, announce, e);
}

int vz_ve_net_down(const struct vz_conf *c, struct vz_err *e)
{
	return c->ip.n ? change(c, false, NULL, false, e) : 0;
}

int vz_net_host_add(const struct vz_conf *c, const struct vz_ip *ip, bool announce,
		    struct vz_err *e)
{
	return change(c, true, ip, announce, e);
}

int vz_net_host_del(const struct vz_conf *c, const struct vz_ip *ip, struct vz_err *e)
{
	return change(c, false, ip, false, e);
}
