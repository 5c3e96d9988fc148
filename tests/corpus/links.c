// SPDX-License-Identifier: GPL-2.0-or-later
/* Devices of the network that a VE makes for itself. */
#include <linux/if_tun.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/sysmacros.h>
#include "corpus.h"

struct request {
	struct nlmsghdr head;
	struct ifinfomsg info;
	char room[512];
};

static char here[IFNAMSIZ], there[IFNAMSIZ];
static int fd;

static struct rtattr *put(struct request *r, int type, const void *data, size_t size)
{
	struct rtattr *a = (void *)((char *)r + NLMSG_ALIGN(r->head.nlmsg_len));

	a->rta_type = type;
	a->rta_len = RTA_LENGTH(size);
	if (size)
		memcpy(RTA_DATA(a), data, size);
	r->head.nlmsg_len = NLMSG_ALIGN(r->head.nlmsg_len) + RTA_ALIGN(a->rta_len);
	return a;
}

static void end(struct request *r, struct rtattr *a)
{
	a->rta_len = (char *)r + r->head.nlmsg_len - (char *)a;
}

/* 0, or the error that the kernel answers. */
static int talk(struct request *r)
{
	struct {
		struct nlmsghdr head;
		struct nlmsgerr error;
		char room[1024];
	} answer;
	int at = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

	r->head.nlmsg_flags |= NLM_F_REQUEST | NLM_F_ACK;
	need(at >= 0 && send(at, r, r->head.nlmsg_len, 0) == r->head.nlmsg_len);
	need(recv(at, &answer, sizeof(answer), 0) > 0);
	close(at);
	return answer.error.error;
}

/* Names of a state's own, since all states share the VE's network. */
static void make_link(const char *kind, const char *name, const char *peer)
{
	struct request r = { .head = { .nlmsg_len = NLMSG_LENGTH(sizeof(r.info)) } };
	struct rtattr *info, *data, *other;
	int error, mtu = 1400;

	r.head.nlmsg_type = RTM_NEWLINK;
	r.head.nlmsg_flags = NLM_F_CREATE | NLM_F_EXCL;
	snprintf(here, sizeof(here), "%s", name);
	put(&r, IFLA_IFNAME, here, strlen(here) + 1);
	put(&r, IFLA_MTU, &mtu, sizeof(mtu));
	info = put(&r, IFLA_LINKINFO, NULL, 0);
	put(&r, IFLA_INFO_KIND, kind, strlen(kind));
	if (peer) {
		snprintf(there, sizeof(there), "%s", peer);
		data = put(&r, IFLA_INFO_DATA, NULL, 0);
		other = put(&r, VETH_INFO_PEER, NULL, 0);
		r.head.nlmsg_len += sizeof(struct ifinfomsg);
		put(&r, IFLA_IFNAME, there, strlen(there) + 1);
		end(&r, other);
		end(&r, data);
	}
	end(&r, info);
	error = talk(&r);
	if (error == -EOPNOTSUPP || error == -EPERM)
		corpus_skip("no link of kind %s can be made here: %s", kind, strerror(-error));
	errno = -error;
	need(!error);
}

static void verify_link(void)
{
	struct ifreq ifr = { };
	int at = socket(AF_INET, SOCK_DGRAM, 0);

	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", here);
	need(at >= 0 && !ioctl(at, SIOCGIFMTU, &ifr));
	equal(ifr.ifr_mtu, 1400);
	close(at);
	need(!there[0] || if_nametoindex(there));
}

static void spoil_link(void)
{
	struct request r = { .head = { .nlmsg_len = NLMSG_LENGTH(sizeof(r.info)),
			     .nlmsg_type = RTM_DELLINK } };

	r.info.ifi_index = if_nametoindex(here);
	need(!talk(&r));
}

static void set_up_dummy(void)
{
	make_link("dummy", "cdummy", NULL);
}

static void set_up_bridge(void)
{
	make_link("bridge", "cbridge", NULL);
}

static void set_up_veth(void)
{
	make_link("veth", "cveth0", "cveth1");
}

STATE(link_dummy, "a dummy device", set_up_dummy, verify_link, spoil_link);
STATE(link_bridge, "a bridge", set_up_bridge, verify_link, spoil_link);
STATE(link_veth, "a veth pair", set_up_veth, verify_link, spoil_link);

/* --- a tun device, held by its descriptor, as a VPN does */
static void set_up_tun(void)
{
	struct ifreq ifr = { .ifr_name = "ctun", .ifr_flags = IFF_TUN | IFF_NO_PI };

	fd = open("/dev/net/tun", O_RDWR);
	if (fd < 0)
		corpus_skip("/dev/net/tun: %s", strerror(errno));
	if (ioctl(fd, TUNSETIFF, &ifr) && errno == EPERM)
		corpus_skip("no tun device can be made here");
	need(if_nametoindex("ctun"));
}

static void verify_tun(void)
{
	struct ifreq ifr = { };

	need(!ioctl(fd, TUNGETIFF, &ifr));
	texts(ifr.ifr_name, "ctun");
	equal(ifr.ifr_flags & (IFF_TUN | IFF_NO_PI), IFF_TUN | IFF_NO_PI);
	need(if_nametoindex("ctun"));
}

static void spoil_tun(void)
{
	close(fd);
}

STATE(link_tun, "a tun device and its descriptor", set_up_tun, verify_tun, spoil_tun);
