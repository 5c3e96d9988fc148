// SPDX-License-Identifier: GPL-2.0-only
/*
 * ve.netfilter: how much of netfilter a VE has, by nftables and by xtables. Levels
 * are refused where a rule is made; the host and a VE that has all are not touched.
 */
#include "vz.h"
#include "nl.h"
#include <linux/netfilter_ipv4/ip_tables.h>
#include <netinet/in.h>

enum { FULL, STATEFUL, STATELESS, DISABLED };

static const char *const words[] = { "full", "stateful", "stateless", "disabled" };

/* Table n with a chain that translates. Return: 0 or the errno. */
static int nft_nat(int fd)
{
	struct nl nl = { 0 };
	struct nlattr *hook;

	nft_begin(&nl);
	nft_msg(&nl, NFT_MSG_NEWTABLE, NLM_F_ACK | NLM_F_CREATE);
	nl_text(&nl, NFTA_TABLE_NAME, "n");
	nft_msg(&nl, NFT_MSG_NEWCHAIN, NLM_F_ACK | NLM_F_CREATE);
	nl_text(&nl, NFTA_CHAIN_TABLE, "n");
	nl_text(&nl, NFTA_CHAIN_NAME, "c");
	hook = nl_nest(&nl, NFTA_CHAIN_HOOK);
	nl_be32(&nl, NFTA_HOOK_HOOKNUM, 4);	/* postrouting */
	nl_be32(&nl, NFTA_HOOK_PRIORITY, 100);
	nl_end(&nl, hook);
	nl_text(&nl, NFTA_CHAIN_TYPE, "nat");
	return nft_commit(fd, &nl, 2);
}

/* Errno of a look at a table of xtables, which makes it. */
static int xt_table(const char *name)
{
	struct ipt_getinfo info = { 0 };
	socklen_t size = sizeof(info);
	int fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW), err;

	need(fd >= 0);
	strcpy(info.name, name);
	err = getsockopt(fd, SOL_IP, IPT_SO_GET_INFO, &info, &size) ? errno : 0;
	close(fd);
	return err;
}

static int try_rules(void *arg)
{
	int level = *(int *)arg, fd;
	const char *word = words[level];

	if (level == DISABLED) {
		fails_with(EPROTONOSUPPORT, socket(AF_NETLINK, SOCK_RAW, NETLINK_NETFILTER),
			   "disabled: no socket for nftables");
		ok_eq(xt_table("filter"), ENOPROTOOPT, "disabled: no table of xtables");
		ok(socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE) >= 0, "disabled: routes are");
		return 0;
	}
	fd = nl_open(NETLINK_NETFILTER);
	ok_eq(nft_track(fd), level < STATELESS ? 0 : EPERM, word);
	if (level >= STATELESS)
		ok_eq(nft_del_table(fd), 0, "a table without tracking is there");
	ok_eq(nft_nat(fd), level < STATEFUL ? 0 : EPERM, word);
	ok_eq(xt_table("filter"), 0, word);
	if (xt_table("nat") == ENOENT)
		printf("# this kernel has no such table\n");
	else
		ok_eq(xt_table("nat"), level < STATEFUL ? 0 : EPERM, word);
	return 0;
}

static void test_level(int level)
{
	struct test_ve ve;

	need(!ve_create(&ve, 240 + level));
	ok(!strcmp(read_file(ve_path(&ve, "ve.netfilter")), "full"), "a VE has all unless told");
	ok(!write_file(ve_path(&ve, "ve.netfilter"), "%s\n", words[level]) &&
	   !strcmp(read_file(ve_path(&ve, "ve.netfilter")), words[level]), "%s is set and shown",
	   words[level]);
	fails_with(EINVAL, write_file(ve_path(&ve, "ve.netfilter"), "some\n"), "another word");
	need(!ve_boot(&ve, try_rules, &level, "STARTING"));
	fails_with(EBUSY, write_file(ve_path(&ve, "ve.netfilter"), "full\n"),
		   "fixed outside of STOPPED");
	need(!ve_run(&ve));
	ok_eq(ve_join(&ve), 0, words[level]);
	ve_destroy(&ve);
}

int main(void)
{
	int level;

	test_start();
	for (level = FULL; level <= DISABLED; level++)
		test_level(level);
	ok(!unshare(CLONE_NEWNET) && !nft_track(nl_open(NETLINK_NETFILTER)) && !xt_table("filter"),
	   "the host is refused nothing");
	return test_end();
}
