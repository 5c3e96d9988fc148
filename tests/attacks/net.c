// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Devices, addresses, routes, neighbours, firewall rules, tracked connections:
 * all made by netlink messages. What an attack makes hangs on devices named
 * atk<n> or in the table atk, and goes with them.
 */
#include <arpa/inet.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include "attack.h"
#include "nl.h"

bool make_device(int s, int i)
{
	struct request r = { .len = 0 };
	struct ifinfomsg *m = begin(&r, RTM_NEWLINK, MAKE, sizeof(*m));
	struct nlattr *info;
	char name[16];

	m->ifi_flags = m->ifi_change = IFF_UP;
	snprintf(name, sizeof(name), "atk%d", i);
	attr(&r, IFLA_IFNAME, name, strlen(name) + 1);
	info = nest(&r, IFLA_LINKINFO);
	attr(&r, IFLA_INFO_KIND, "dummy", 6);
	nest_end(&r, info);
	return ask(s, &r);
}

int one_device(int *index)
{
	int s = nl_open(NETLINK_ROUTE);

	must(make_device(s, 0) || errno == EEXIST);
	*index = if_nametoindex("atk0");
	must(*index);
	return s;
}

void attack_devices(int worker)
{
	int s = nl_open(NETLINK_ROUTE), i = 0;

	(void)worker;
	for (;;)
		if (got(make_device(s, i)))
			i++;
		else
			again();
}

/* The i-th message of its kind; DEVICE is the index of atk0. */
typedef void message(struct request *r, uint32_t i, int device);

/* Sends one after the other for ever. */
static void flood(int s, message *next, int device)
{
	uint32_t i;

	for (i = 1;; i++) {
		struct request r = { .len = 0 };

		next(&r, i, device);
		if (!got(ask(s, &r)))
			again();
	}
}

static void flood_device(message *next)
{
	int index, s = one_device(&index);

	flood(s, next, index);
}

static void address_attr(struct request *r, int type, uint32_t address)
{
	address = htonl(address);
	attr(r, type, &address, 4);
}

static void new_address(struct request *r, uint32_t i, int device)
{
	struct ifaddrmsg *m = begin(r, RTM_NEWADDR, MAKE, sizeof(*m));

	m->ifa_family = AF_INET;
	m->ifa_prefixlen = 32;
	m->ifa_index = device;
	address_attr(r, IFA_LOCAL, 0x0b000000 + i);
}

void attack_addresses(int worker)
{
	(void)worker;
	flood_device(new_address);
}

static void new_route(struct request *r, uint32_t i, int device)
{
	struct rtmsg *m = begin(r, RTM_NEWROUTE, MAKE, sizeof(*m));

	m->rtm_family = AF_INET;
	m->rtm_dst_len = 32;
	m->rtm_table = RT_TABLE_MAIN;
	m->rtm_protocol = RTPROT_STATIC;
	m->rtm_scope = RT_SCOPE_LINK;
	m->rtm_type = RTN_UNICAST;
	address_attr(r, RTA_DST, 0x0b000000 + i * 2);
	attr(r, RTA_OIF, &device, 4);
}

void attack_routes(int worker)
{
	(void)worker;
	flood_device(new_route);
}

static void new_neighbour(struct request *r, uint32_t i, int device, int state)
{
	struct ndmsg *m = begin(r, RTM_NEWNEIGH, MAKE, sizeof(*m));

	m->ndm_family = AF_INET;
	m->ndm_ifindex = device;
	m->ndm_state = state;
	address_attr(r, NDA_DST, 0x0b000000 + i);
	attr(r, NDA_LLADDR, "\2\0\0\0\0\1", 6);
}

static void new_permanent(struct request *r, uint32_t i, int device)
{
	new_neighbour(r, i, device, NUD_PERMANENT);
}

void attack_neighbours(int worker)
{
	(void)worker;
	flood_device(new_permanent);
}

static void new_stale(struct request *r, uint32_t i, int device)
{
	new_neighbour(r, i, device, NUD_STALE);
}

/*
 * Entries that the kernel may drop when there are too many in the table, which
 * is one for the node: but not while they are young.
 */
void attack_neigh_overflow(int worker)
{
	(void)worker;
	flood_device(new_stale);
}

static void nf_begin(struct request *r, int type, int flags, int family, int res_id)
{
	struct nfgenmsg *m = begin(r, type, flags, sizeof(*m));

	m->nfgen_family = family;
	m->version = NFNETLINK_V0;
	m->res_id = htons(res_id);
}

#define NFT(type)	(NFNL_SUBSYS_NFTABLES << 8 | (type))

static void nft_string(struct request *r, int type, const char *text)
{
	attr(r, type, text, strlen(text) + 1);
}

static void nft_number(struct request *r, int type, uint32_t number)
{
	number = htonl(number);
	attr(r, type, &number, 4);
}

static void nft_element(struct request *r, uint32_t key)
{
	struct nlattr *list, *one, *data;

	nft_string(r, NFTA_SET_ELEM_LIST_TABLE, "atk");
	nft_string(r, NFTA_SET_ELEM_LIST_SET, "s");
	list = nest(r, NFTA_SET_ELEM_LIST_ELEMENTS);
	one = nest(r, NFTA_LIST_ELEM);
	data = nest(r, NFTA_SET_ELEM_KEY);
	nft_number(r, NFTA_DATA_VALUE, key);
	nest_end(r, data);
	nest_end(r, one);
	nest_end(r, list);
}

/* One message between the marks of a transaction. */
static bool nft_ask(int s, int type, int flags, uint32_t key)
{
	struct request r = { .len = 0 };

	nf_begin(&r, NFNL_MSG_BATCH_BEGIN, 0, AF_UNSPEC, NFNL_SUBSYS_NFTABLES);
	nf_begin(&r, NFT(type), flags | NLM_F_ACK, AF_INET, 0);
	switch (type) {
	case NFT_MSG_NEWTABLE:
	case NFT_MSG_DELTABLE:
		nft_string(&r, NFTA_TABLE_NAME, "atk");
		break;
	case NFT_MSG_NEWCHAIN:
		nft_string(&r, NFTA_CHAIN_TABLE, "atk");
		nft_string(&r, NFTA_CHAIN_NAME, "c");
		break;
	case NFT_MSG_NEWRULE:
		nft_string(&r, NFTA_RULE_TABLE, "atk");
		nft_string(&r, NFTA_RULE_CHAIN, "c");
		break;
	case NFT_MSG_NEWSET:
		nft_string(&r, NFTA_SET_TABLE, "atk");
		nft_string(&r, NFTA_SET_NAME, "s");
		nft_number(&r, NFTA_SET_KEY_TYPE, 7 /* an IPv4 address; only shown */);
		nft_number(&r, NFTA_SET_KEY_LEN, 4);
		nft_number(&r, NFTA_SET_ID, 1);
		break;
	case NFT_MSG_NEWSETELEM:
		nft_element(&r, key);
		break;
	}
	nf_begin(&r, NFNL_MSG_BATCH_END, 0, AF_UNSPEC, NFNL_SUBSYS_NFTABLES);
	return ask(s, &r);
}

/* In a table of its own, which first gets what they belong to. */
static void flood_table(int holder, int type, int flags)
{
	int s = nl_open(NETLINK_NETFILTER);
	uint32_t key;

	must(nft_ask(s, NFT_MSG_NEWTABLE, NLM_F_CREATE, 0));
	must(nft_ask(s, holder, NLM_F_CREATE, 0));
	for (key = 0;; key++)
		if (!got(nft_ask(s, type, NLM_F_CREATE | flags, key)))
			again();
}

void attack_nft_rules(int worker)
{
	(void)worker;
	flood_table(NFT_MSG_NEWCHAIN, NFT_MSG_NEWRULE, NLM_F_APPEND);
}

void attack_nft_elements(int worker)
{
	(void)worker;
	flood_table(NFT_MSG_NEWSET, NFT_MSG_NEWSETELEM, 0);
}

static void tuple(struct request *r, int type, uint32_t from, uint32_t to, uint16_t port,
		  uint16_t other)
{
	struct nlattr *all = nest(r, type), *part;
	uint8_t udp = IPPROTO_UDP;

	from = htonl(from);
	to = htonl(to);
	port = htons(port);
	other = htons(other);
	part = nest(r, CTA_TUPLE_IP);
	attr(r, CTA_IP_V4_SRC, &from, 4);
	attr(r, CTA_IP_V4_DST, &to, 4);
	nest_end(r, part);
	part = nest(r, CTA_TUPLE_PROTO);
	attr(r, CTA_PROTO_NUM, &udp, 1);
	attr(r, CTA_PROTO_SRC_PORT, &port, 2);
	attr(r, CTA_PROTO_DST_PORT, &other, 2);
	nest_end(r, part);
	nest_end(r, all);
}

static void new_connection(struct request *r, uint32_t i, int device)
{
	uint32_t from = 0x0b000000 + i, timeout = htonl(1000);

	(void)device;
	nf_begin(r, NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_NEW, MAKE, AF_INET, 0);
	tuple(r, CTA_TUPLE_ORIG, from, 0x0a000001, 1000, 2000);
	tuple(r, CTA_TUPLE_REPLY, 0x0a000001, from, 2000, 1000);
	attr(r, CTA_TIMEOUT, &timeout, 4);
}

void attack_conntrack(int worker)
{
	(void)worker;
	flood(nl_open(NETLINK_NETFILTER), new_connection, 0);
}

void clean_net(void)
{
	int i, s = nl_open(NETLINK_ROUTE), nf = nl_open(NETLINK_NETFILTER);
	struct request r = { .len = 0 };

	for (i = 0;; i++) {
		struct ifinfomsg *m;
		char name[16];

		r.len = 0;
		m = begin(&r, RTM_DELLINK, NLM_F_ACK, sizeof(*m));
		m->ifi_family = AF_UNSPEC;
		snprintf(name, sizeof(name), "atk%d", i);
		attr(&r, IFLA_IFNAME, name, strlen(name) + 1);
		if (!ask(s, &r))
			break;
	}
	nft_ask(nf, NFT_MSG_DELTABLE, 0, 0);
	r.len = 0;
	nf_begin(&r, NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_DELETE, NLM_F_ACK, AF_INET, 0);
	ask(nf, &r);
	close(s);
	close(nf);
}
