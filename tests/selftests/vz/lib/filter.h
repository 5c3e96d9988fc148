/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Packet filters for the selftests: replacing an iptables table, nftables rules
 * and set elements.
 */
#ifndef _VZ_SELFTESTS_FILTER_H
#define _VZ_SELFTESTS_FILTER_H

#include "nl.h"
#include <linux/netfilter_ipv4/ip_tables.h>

#define MOST	64	/* rules of a table */
#define POLICIES 4	/* entries of an empty filter table */

/* --- iptables ---------------------------------------------------------------- */

struct rule {
	struct ipt_entry entry;
	struct xt_standard_target target;
};

struct last {
	struct ipt_entry entry;
	struct xt_error_target target;
};

/* Entries of table filter, or -1 with errno. */
int ipt_size(void);

/* Table filter with @rules rules in INPUT. Return: 0 or the errno. */
int ipt_replace(int rules);

/* --- nftables ---------------------------------------------------------------- */

int nft_add_rules(int fd, int n);

/* Set s of addresses, or s of addresses that packets add. */
int nft_set(int fd, int flags);

void nft_element_msg(struct nl *nl, bool add, int i);

int nft_element(int fd, bool add, int i);

/* A rule by which packets add their destination to set s. */
int nft_add_dynset(int fd);

#endif /* _VZ_SELFTESTS_FILTER_H */
