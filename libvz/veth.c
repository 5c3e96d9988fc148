// SPDX-License-Identifier: GPL-2.0-or-later
/* Each call opens its own netlink socket in the host's namespace; nothing is kept between. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <net/ethernet.h>
#include <netpacket/packet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "libvz/cleanup.h"
#include "libvz/conf.h"
#include "libvz/err.h"
#include "libvz/file.h"
#include "libvz/ip.h"
#include "libvz/log.h"
#include "libvz/netif.h"
#include "libvz/netlink.h"
#include "libvz/netlink_veth.h"
#include "libvz/state.h"
#include "libvz/veth.h"
#include "libvz/veth_filter.h"
#include "libvz/veth_rate.h"

struct veths {
	struct vz_veth *dev;
	size_t n;
};

static void veths_free(struct veths *v)
{
	free(v->dev);
}
#define cleanup_veths	__attribute__((cleanup(veths_free)))

static int veths_of(const struct vz_conf *c, struct veths *v, struct vz_err *e)
{
	return vz_netif_parse(vz_conf_get_own(c, "NETIF"), &v->dev, &v->n, e);
}

static int veth_bad(const struct vz_veth *v, int err, const char *what, struct vz_err *e)
{
	return vz_error_sys(e, VZ_VETH, err, "network device %s (%s on the host): %s", v->ifname,
			    v->host, what);
}

/* A port's end has no business with the host's own IPv6. */
static void quiet(const char *host)
{
	char path[96];

	snprintf(path, sizeof(path), "/proc/sys/net/ipv6/conf/%s/disable_ipv6", host);
	vz_write_file(path, "1");
}

/* The other end takes only what the VE may send. Before it is up, or a port. */
static int confine(const struct vz_veth *v, int dev, struct vz_err *e)
{
	cleanup_ips struct vz_ips ips = { 0 };
	int ret = vz_ips_parse(&ips, v->ip_filter);

	if (!ret)
		ret = vz_veth_filter_set(dev, v->mac, &ips);
	return ret ? veth_bad(v, ret, "cannot set its filter of addresses", e) : 0;
}

static int slow_down(const struct vz_veth *v, int dev, struct vz_err *e)
{
	int ret = vz_veth_rate_set(dev, v->ratelimit);

	return ret ? veth_bad(v, ret, "cannot set its rate", e) : 0;
}

static int attach(struct vz_nl *nl, const struct vz_veth *v, int dev, struct vz_err *e)
{
	int bridge = *v->bridge ? (int)if_nametoindex(v->bridge) : 0, ret;

	ret = *v->ip_filter ? confine(v, dev, e) : 0;
	if (!ret && v->ratelimit)
		ret = slow_down(v, dev, e);
	if (ret || !*v->bridge)
		return ret;
	if (!bridge)
		return vz_error(e, VZ_VETH, -ENODEV,
				"network device %s: the host has no bridge %s: make it (ip link add %s type bridge), or name another with "
				"--netif_add %s,,,,BRIDGE", v->ifname, v->bridge, v->bridge,
				v->ifname);
	quiet(v->host);
	ret = vz_nl_bridge_port(nl, dev, bridge, v->filter);
	if (ret)
		return veth_bad(v, ret, "cannot make it a port of its bridge", e);
	ret = v->filter ? vz_nl_bridge_mac(nl, dev, v->mac) : 0;
	return ret ? veth_bad(v, ret, "cannot tell the bridge its address", e) : 0;
}

static void del_one(struct vz_nl *nl, const struct vz_veth *v)
{
	int dev = if_nametoindex(v->host), ret = dev ? vz_nl_link_del(nl, dev) : 0;

	if (ret)
		vz_warn("network device %s: cannot remove it: %s", v->host, strerror(-ret));
}

static int add_one(struct vz_nl *nl, const struct vz_veth *v, int netns, struct vz_err *e)
{
	int ret = vz_nl_veth_add(nl, v, v->ifname, netns), dev;

	if (ret == -EEXIST)
		return vz_error(e, VZ_VETH, ret,
				"network device %s: the host has a device %s, or the CT one of that name: give it another name, or remove that one",
				v->ifname, v->host);
	if (ret == -ENOSPC || ret == -ENOMEM)
		return veth_bad(v, ret, "the CT may have no more (numnetif, kmemsize)", e);
	if (ret)
		return veth_bad(v, ret, "cannot make the pair", e);
	dev = if_nametoindex(v->host);
	ret = attach(nl, v, dev, e);
	if (!ret) {
		ret = vz_nl_link_up(nl, dev);
		if (ret)
			veth_bad(v, ret, "cannot set it up", e);
	}
	if (ret)
		del_one(nl, v);
	return ret;
}

static int netns_of(unsigned int id, struct vz_err *e)
{
	pid_t init = vz_ve_init(id);
	char path[64];
	int fd;

	if (init <= 0)
		return vz_error(e, VZ_NOTRUNNING, -ESRCH, "Container is not running");
	snprintf(path, sizeof(path), "/proc/%d/ns/net", init);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	return fd < 0 ? vz_error_sys(e, VZ_VETH, -errno, "open the CT's network namespace") : fd;
}

/* But for its filter and its rate, which can be changed in place. */
static bool same(const struct vz_veth *a, const struct vz_veth *b)
{
	return !strcmp(a->ifname, b->ifname) && !strcmp(a->host, b->host) &&
	       !strcmp(a->bridge, b->bridge) && a->filter == b->filter &&
	       !memcmp(a->mac, b->mac, 6) && !memcmp(a->host_mac, b->host_mac, 6);
}

static bool has(const struct veths *v, const struct vz_veth *one)
{
	for (size_t i = 0; i < v->n; i++)
		if (same(&v->dev[i], one))
			return true;
	return false;
}

/* Those of to that from does not have. What was added goes when one fails. */
static int add_new(struct vz_nl *nl, const struct veths *to, const struct veths *from, int netns,
		   struct vz_err *e)
{
	size_t i;
	int ret = 0;

	for (i = 0; !ret && i < to->n; i++)
		ret = has(from, &to->dev[i]) ? 0 : add_one(nl, &to->dev[i], netns, e);
	/* The one that failed has undone itself. */
	for (i = ret ? i - 1 : 0; i > 0; i--)
		if (!has(from, &to->dev[i - 1]))
			del_one(nl, &to->dev[i - 1]);
	return ret;
}

int vz_veth_up(const struct vz_conf *c, struct vz_err *e)
{
	cleanup_veths struct veths v = { 0 };
	const struct veths none = { 0 };
	cleanup_nl struct vz_nl *nl = NULL;
	cleanup_close int netns = -1;
	int ret = veths_of(c, &v, e);

	if (ret || !v.n)
		return ret;
	netns = netns_of(c->id, e);
	if (netns < 0)
		return netns;
	ret = vz_nl_open(&nl, e);
	return ret ? ret : add_new(nl, &v, &none, netns, e);
}

/* Its name until a restore moves it: no other device of the host is called so. */
static void staged_name(char name[IFNAMSIZ], unsigned int id, size_t i)
{
	snprintf(name, IFNAMSIZ, "vp%u.%zu", id, i);
}

int vz_veth_stage(const struct vz_conf *c, struct vz_err *e)
{
	cleanup_veths struct veths v = { 0 };
	cleanup_nl struct vz_nl *nl = NULL;
	int ret = veths_of(c, &v, e);

	if (ret || !v.n)
		return ret;
	ret = vz_nl_open(&nl, e);
	for (size_t i = 0; !ret && i < v.n; i++) {
		char name[IFNAMSIZ];

		staged_name(name, c->id, i);
		/* One of that name was left by a restore that was killed. */
		if (if_nametoindex(name))
			vz_nl_link_del(nl, if_nametoindex(name));
		ret = vz_nl_veth_add(nl, &v.dev[i], name, -1);
		if (ret)
			veth_bad(&v.dev[i], ret, "cannot make the pair", e);
		else
			ret = attach(nl, &v.dev[i], if_nametoindex(v.dev[i].host), e);
	}
	if (ret)
		vz_veth_unstage(c, true);
	return ret;
}

int vz_veth_staged(const struct vz_conf *c,
		   int (*each)(const char *ifname, const char *here, void *arg), void *arg,
		   struct vz_err *e)
{
	cleanup_veths struct veths v = { 0 };
	int ret = veths_of(c, &v, e);

	for (size_t i = 0; !ret && i < v.n; i++) {
		char name[IFNAMSIZ];

		staged_name(name, c->id, i);
		ret = each(v.dev[i].ifname, name, arg);
	}
	return ret;
}

void vz_veth_unstage(const struct vz_conf *c, bool all)
{
	cleanup_veths struct veths v = { 0 };
	cleanup_nl struct vz_nl *nl = NULL;

	if (veths_of(c, &v, NULL) || !v.n || vz_nl_open(&nl, NULL))
		return;
	for (size_t i = 0; i < v.n; i++) {
		char name[IFNAMSIZ];

		staged_name(name, c->id, i);
		if (all || if_nametoindex(name))
			del_one(nl, &v.dev[i]);
	}
}

static int change_one(const struct vz_veth *to, const struct vz_veth *from, struct vz_err *e)
{
	int dev = if_nametoindex(to->host), ret = 0;

	if (strcmp(to->ip_filter, from->ip_filter))
		ret = confine(to, dev, e);
	if (!ret && to->ratelimit != from->ratelimit)
		ret = slow_down(to, dev, e);
	return ret;
}

/* Devices that are the same stay, with another filter and another rate. */
static int change_in_place(const struct veths *to, const struct veths *from, struct vz_err *e)
{
	int ret = 0;

	for (size_t i = 0; !ret && i < to->n; i++)
		for (size_t k = 0; !ret && k < from->n; k++)
			if (same(&to->dev[i], &from->dev[k]))
				ret = change_one(&to->dev[i], &from->dev[k], e);
	return ret;
}

int vz_veth_change(const struct vz_conf *to, const struct vz_conf *from, struct vz_err *e)
{
	cleanup_veths struct veths new = { 0 }, old = { 0 };
	cleanup_nl struct vz_nl *nl = NULL;
	cleanup_close int netns = -1;
	int ret = veths_of(to, &new, e);

	if (ret)
		return ret;
	ret = veths_of(from, &old, e);
	if (ret)
		return ret;
	netns = netns_of(to->id, e);
	if (netns < 0)
		return netns;
	ret = vz_nl_open(&nl, e);
	if (ret)
		return ret;
	/* One that changes gives its names free first. */
	for (size_t i = 0; i < old.n; i++)
		if (!has(&new, &old.dev[i]))
			del_one(nl, &old.dev[i]);
	ret = add_new(nl, &new, &old, netns, e);
	if (!ret)
		ret = change_in_place(&new, &old, e);
	if (!ret)
		return 0;
	add_new(nl, &old, &new, netns, NULL);
	change_in_place(&old, &new, NULL);
	return ret;
}

/*
 * A frame that says nothing but its source: bridges and switches learn from it
 * where the VE is now. It goes into the bridge as if the VE had sent it: reverse
 * ARP (RFC 903), as hypervisors do after a migration.
 */
static void announce(const struct vz_veth *v)
{
	cleanup_close int sock = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	struct sockaddr_ll to = {
		.sll_family = AF_PACKET, .sll_halen = 6,
		.sll_ifindex = if_nametoindex(v->bridge),
	};
	unsigned char frame[60] = {
		[12] = 0x80, [13] = 0x35, [15] = 1, [16] = 8, [18] = 6, [19] = 4, [21] = 3,
	};

	memset(frame, 0xff, 6);
	memcpy(frame + 6, v->mac, 6);
	memcpy(frame + 22, v->mac, 6);
	memcpy(frame + 32, v->mac, 6);
	memset(to.sll_addr, 0xff, 6);
	if (sock < 0 ||
	    sendto(sock, frame, sizeof(frame), 0, (struct sockaddr *)&to, sizeof(to)) < 0)
		vz_debug("%s: not announced on %s: %s", v->ifname, v->bridge, strerror(errno));
}

int vz_veth_hold(const struct vz_conf *c, bool on, struct vz_err *e)
{
	cleanup_veths struct veths v = { 0 };
	cleanup_nl struct vz_nl *nl = NULL;
	int ret = veths_of(c, &v, e);

	if (ret || !v.n)
		return ret;
	ret = vz_nl_open(&nl, e);
	for (size_t i = 0; !ret && i < v.n; i++) {
		int dev = if_nametoindex(v.dev[i].host);

		if (!dev)
			continue;
		ret = on ? vz_nl_link_down(nl, dev) : vz_nl_link_up(nl, dev);
		if (ret)
			veth_bad(&v.dev[i], ret, on ? "cannot hold it" : "cannot set it up", e);
		else if (!on && *v.dev[i].bridge)
			announce(&v.dev[i]);
	}
	return ret;
}
