// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Networks between a host and its VEs, each a place of net_rows:
 *
 *   venet   the device that vzctl gives a VE for --ipadd: an address of its own, a route
 *           of the host to it
 *   direct  the same, where packets between VEs go past the host
 *   bridge  veth pairs whose ends on the host are ports of a bridge
 *   route   veth pairs with a route of the host to each
 *
 * Nothing else is on the way: no rules of netfilter, no filter of addresses, no rate. The
 * VEs of each have a range of addresses of their own. Uses the bare node's ip command.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "bench.h"

struct network {
	const char *name;
	const char *address[3];	/* of the host, VE 1 and VE 2 */
	void (*host)(const struct network *net);
	void (*ve)(const struct network *net, int nr, pid_t pid);
};

static const struct network *current;

__attribute__((format(printf, 1, 2)))
static void sh(const char *format, ...)
{
	char command[512];
	va_list ap;

	va_start(ap, format);
	need(vsnprintf(command, sizeof(command), format, ap) < (int)sizeof(command));
	va_end(ap);
	if (system(command))
		die(command);
}

/* What every host of VEs that routes has, as vzctl sets it. */
static void forward(const char *device)
{
	need(!put("1", "/proc/sys/net/ipv4/ip_forward"));
	need(!put("0", "/proc/sys/net/ipv4/conf/all/send_redirects"));
	need(!put("0", "/proc/sys/net/ipv4/conf/%s/send_redirects", device));
}

static void venet_host(const struct network *net)
{
	sh("ip link set venet0 up && ip addr add %s/32 dev venet0", net->address[0]);
	forward("venet0");
}

static void direct_host(const struct network *net)
{
	venet_host(net);
	need(!put("1", "/sys/fs/cgroup/ve.direct"));
}

static void venet_ve(const struct network *net, int nr, pid_t pid)
{
	char own[32];

	snprintf(own, sizeof(own), "+%s", net->address[nr]);
	need(!put(own, "/sys/fs/cgroup/%s%d/ve.ip", net->name, nr));
	sh("nsenter -t %d -n ip link add venet0 type venet", pid);
	sh("nsenter -t %d -n sh -c 'ip link set venet0 up && ip addr add %s/32 dev venet0 && "
	   "ip route add default dev venet0'", pid, net->address[nr]);
	sh("ip route add %s dev venet0", net->address[nr]);
}

/* The pair NETWORKn on the host, eth0 in the VE, which has its address. */
static void pair(const struct network *net, int nr, pid_t pid, int bits)
{
	sh("ip link add %s%d type veth && ip link set veth0 netns %d", net->name, nr, pid);
	sh("nsenter -t %d -n sh -c 'ip link set veth0 name eth0 && ip link set eth0 up && "
	   "ip addr add %s/%d dev eth0'", pid, net->address[nr], bits);
	sh("ip link set %s%d up", net->name, nr);
}

static void bridge_host(const struct network *net)
{
	sh("ip link add br0 type bridge && ip addr add %s/24 dev br0 && ip link set br0 up",
	   net->address[0]);
}

static void bridge_ve(const struct network *net, int nr, pid_t pid)
{
	pair(net, nr, pid, 24);
	sh("ip link set %s%d master br0", net->name, nr);
}

static void route_host(const struct network *net)
{
	sh("ip addr add %s/32 dev lo", net->address[0]);
	forward("lo");
}

static void route_ve(const struct network *net, int nr, pid_t pid)
{
	char device[16];

	pair(net, nr, pid, 32);
	snprintf(device, sizeof(device), "%s%d", net->name, nr);
	forward(device);
	sh("ip route add %s dev %s", net->address[nr], device);
	sh("nsenter -t %d -n sh -c 'ip route add %s dev eth0 && ip route add default via %s'",
	   pid, net->address[0], net->address[0]);
}

static const struct network networks[] = {
	{ "venet", { "10.77.1.254", "10.77.1.1", "10.77.1.2" }, venet_host, venet_ve },
	{ "direct", { "10.77.4.254", "10.77.4.1", "10.77.4.2" }, direct_host, venet_ve },
	{ "bridge", { "10.77.2.254", "10.77.2.1", "10.77.2.2" }, bridge_host, bridge_ve },
	{ "route", { "10.77.3.254", "10.77.3.1", "10.77.3.2" }, route_host, route_ve },
};

const struct network *network_named(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(networks) / sizeof(networks[0]); i++)
		if (!strcmp(networks[i].name, name))
			return &networks[i];
	return NULL;
}

const char *network_address(const struct network *net, int nr)
{
	return net->address[nr];
}

void network_host(const struct network *net)
{
	current = net;
	net->host(net);
}

void network_connect(const char *name, pid_t pid)
{
	current->ve(current, name[strlen(name) - 1] - '0', pid);
}
