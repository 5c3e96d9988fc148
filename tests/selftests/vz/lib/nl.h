/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Netlink requests for the selftests: a message is put together in a buffer,
 * sent, and its acknowledgement is the result.
 */
#ifndef _VZ_SELFTESTS_NL_H
#define _VZ_SELFTESTS_NL_H

#include "sock.h"
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/neighbour.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>

/* One message, or a batch of them. */
struct nl {
	size_t len;
	struct nlmsghdr *msg;	/* the one that attributes go to */
	char buf[8192] __attribute__((aligned(8)));
};

/* Begin a message. Return: its family header of @size bytes. */
void *nl_msg(struct nl *nl, int type, int flags, size_t size);

struct nlattr *nl_put(struct nl *nl, int type, const void *data, size_t len);

void nl_text(struct nl *nl, int type, const char *text);

/* In network byte order, as netfilter has it. */
void nl_be32(struct nl *nl, int type, unsigned int value);

struct nlattr *nl_nest(struct nl *nl, int type);

void nl_end(struct nl *nl, struct nlattr *nest);

int nl_open(int protocol);

/* Send; the first error or @acks good answers. Return: 0 or the errno. */
int nl_talk(int fd, struct nl *nl, int acks);

/* --- devices ----------------------------------------------------------------- */

int link_add(int fd, const char *name, const char *kind);

int link_del(int fd, const char *name);

int link_up(int fd, const char *name);

/*
 * RTM_NEWNEIGH or RTM_DELNEIGH (@type) for 10.9.0.0 + @i behind device number
 * @ifindex. Return: 0 or the errno.
 */
int neigh_talk(int fd, int type, int ifindex, int i, int state);

/* --- nftables ---------------------------------------------------------------- */

void nft_msg(struct nl *nl, int type, int flags);

/* A batch of what comes between begin and commit; every message asks for an ACK. */
void nft_begin(struct nl *nl);

int nft_commit(int fd, struct nl *nl, int acks);

/* Table t with chain c in the output hook. */
int nft_table(int fd);

int nft_del_table(int fd);

/* An expression of a rule: its attributes follow. Return: what to end. */
struct nft_expr {
	struct nlattr *elem, *data;
};

struct nft_expr nft_expr(struct nl *nl, const char *name);

void nft_expr_end(struct nl *nl, struct nft_expr e);

void nft_rule(struct nl *nl);

/* From now on what this net namespace sends and forwards is tracked. */
int nft_track(int fd);

#endif /* _VZ_SELFTESTS_NL_H */
