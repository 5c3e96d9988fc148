// SPDX-License-Identifier: GPL-2.0-only
/*
 * How much of netfilter a VE has, ve.netfilter: all, no NAT, no connection tracking
 * either, or none at all.
 *
 * What is switched on is switched on for a net namespace, and that one's VE counts,
 * whoever makes the rule; tools of the host and a restore come first, before the VE
 * runs. With none, neither of the two ways to rules is open: sockets of nfnetlink and
 * the socket options of xtables.
 *
 * ve->netfilter is written while the VE is STOPPED and read without a lock.
 */
#include <linux/cgroup.h>
#include <linux/export.h>
#include <linux/in.h>
#include <linux/kernfs.h>
#include <linux/netlink.h>
#include <linux/seq_file.h>
#include <linux/socket.h>
#include <linux/string.h>
#include <net/net_namespace.h>
#include <uapi/linux/netfilter_bridge/ebtables.h>
#include <uapi/linux/netfilter_ipv4/ip_tables.h>
#include <vz/controller.h>
#include <vz/netfilter.h>

#include "netfilter.h"

static const char *const words[] = {
#define WORD(level, word)	[VE_NETFILTER_##level] = word,
	VE_NETFILTER(WORD)
#undef WORD
};

/* No more than this is left to the VE of a net namespace. */
static bool net_lacks(const struct net *net, enum ve_netfilter level)
{
	const struct ve *ve = user_ns_ve(net->user_ns);

	return ve && ve_enforces(ve) && READ_ONCE(ve->netfilter) >= level;
}

int __ve_check_tracking(const struct net *net)
{
	return net_lacks(net, VE_NETFILTER_STATELESS) ? -EPERM : 0;
}
EXPORT_SYMBOL_GPL(__ve_check_tracking);

int __ve_check_nat(const struct net *net)
{
	return net_lacks(net, VE_NETFILTER_STATEFUL) ? -EPERM : 0;
}
EXPORT_SYMBOL_GPL(__ve_check_nat);

int ve_check_netfilter_socket(struct ve *ve, int family, int protocol)
{
	return READ_ONCE(ve->netfilter) == VE_NETFILTER_DISABLED && family == AF_NETLINK &&
	       protocol == NETLINK_NETFILTER ? -EPROTONOSUPPORT : 0;
}

/* Numbers of xtables, of both families, of ARP and of bridges: 64 to 143. */
int ve_check_netfilter_option(struct ve *ve, int level, int option)
{
	return READ_ONCE(ve->netfilter) == VE_NETFILTER_DISABLED &&
	       (level == SOL_IP || level == SOL_IPV6) && option >= IPT_BASE_CTL &&
	       option < EBT_BASE_CTL + 16 ? -ENOPROTOOPT : 0;
}

static int netfilter_show(struct seq_file *m, void *v)
{
	seq_printf(m, "%s\n", words[READ_ONCE(css_ve(seq_css(m))->netfilter)]);
	return 0;
}

static ssize_t netfilter_write(struct kernfs_open_file *of, char *buf, size_t nbytes, loff_t off)
{
	struct ve *ve = css_ve(of_css(of));
	int level, ret = -EBUSY;

	if (!ve_host_writer(of))
		return -EPERM;
	level = match_string(words, ARRAY_SIZE(words), strstrip(buf));
	if (!READ_ONCE(ve->id) || level < 0)
		return -EINVAL;
	mutex_lock(&ve_mutex);
	if (ve->state == VE_STOPPED) {
		WRITE_ONCE(ve->netfilter, level);
		ret = 0;
	}
	mutex_unlock(&ve_mutex);
	return ret ?: nbytes;
}

static struct cftype netfilter_files[] = {
	{
		.name = "netfilter",
		.flags = CFTYPE_NOT_ON_ROOT,
		.seq_show = netfilter_show,
		.write = netfilter_write,
	},
	{ }
};

static struct cftype *const netfilter_all_files[] = { netfilter_files, NULL };

const struct ve_part ve_netfilter_part = { .files = netfilter_all_files };
