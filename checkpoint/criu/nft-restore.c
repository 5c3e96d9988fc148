// SPDX-License-Identifier: GPL-2.0-only
/*
 * Restore of the nftables of a net namespace: the messages of a dump go back to the kernel
 * in one batch, in the order in which it takes them. All rules are there, or none.
 *
 * Runs in the namespace before any process of the VE does.
 */
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "log.h"
#include "nft-message.h"
#include "nftables.h"
#include "sockets.h"
#include "util.h"

bool is_nft_messages(const char *image, size_t size)
{
	return size >= strlen(NFT_MAGIC) && !memcmp(image, NFT_MAGIC, strlen(NFT_MAGIC));
}

static const struct nlattr *is_expr(const struct nlattr *e, const char *name)
{
	return strcmp(attr_text(find_nested(e, NFTA_EXPR_NAME)), name) ?
		       NULL : find_nested(e, NFTA_EXPR_DATA);
}

/* Does it load the number of the protocol? */
static bool loads_protocol(const struct nlattr *e)
{
	const struct nlattr *data = is_expr(e, "meta");

	if (data)
		return attr_be32(find_nested(data, NFTA_META_KEY)) == NFT_META_L4PROTO;
	data = is_expr(e, "payload");
	return data &&
	       attr_be32(find_nested(data, NFTA_PAYLOAD_BASE)) == NFT_PAYLOAD_NETWORK_HEADER &&
	       attr_be32(find_nested(data, NFTA_PAYLOAD_OFFSET)) == 9 &&
	       attr_be32(find_nested(data, NFTA_PAYLOAD_LEN)) == 1;
}

/*
 * Matches and targets of xtables may ask that their rule is for one protocol. iptables-nft
 * tells it aside, and the kernel does not keep it: it is what the rule compares.
 */
static void add_compat(struct buf *b, const struct nlmsghdr *rule)
{
	const struct nlattr *list = find_in_msg(rule, NFTA_RULE_EXPRESSIONS), *e, *cmp, *value;
	bool xt = false, loaded = false, found = false;
	uint32_t protocol = 0, flags = 0;
	struct buf nest = {};

	if (!list)
		return;
	for_each_attr(e, attr_data(list), attr_len(list)) {
		xt = xt || is_expr(e, "match") || is_expr(e, "target");
		cmp = is_expr(e, "cmp");
		if (loaded && cmp && !found) {
			value = find_nested(find_nested(cmp, NFTA_CMP_DATA), NFTA_DATA_VALUE);
			if (value && attr_len(value) == 1) {
				protocol = *(const uint8_t *)attr_data(value);
				if (attr_be32(find_nested(cmp, NFTA_CMP_OP)) == NFT_CMP_NEQ)
					flags = NFT_RULE_COMPAT_F_INV;
				found = true;
			}
		}
		loaded = loads_protocol(e);
	}
	if (!xt || !found)
		return;
	buf_be32(&nest, NFTA_RULE_COMPAT_PROTO, protocol);
	buf_be32(&nest, NFTA_RULE_COMPAT_FLAGS, flags);
	if (nest.failed)
		b->failed = true;
	else
		buf_attr(b, NFTA_RULE_COMPAT | NLA_F_NESTED, nest.data, nest.len);
	xfree(nest.data);
}

static void *begin_message(struct buf *b, int type, int flags, const struct nfgenmsg *g)
{
	struct nlmsghdr h = { .nlmsg_type = type, .nlmsg_flags = NLM_F_REQUEST | flags };

	buf_add(b, &h, sizeof(h));
	return buf_add(b, g, sizeof(*g));
}

static void add_message(struct buf *b, const struct nft_kind *k, const struct nlmsghdr *h,
			uint32_t *seq)
{
	struct nfgenmsg g = { .version = NFNETLINK_V0 };
	int head = NLMSG_ALIGN(sizeof(g)), type;
	size_t start = b->len;
	const struct nlattr *a;
	struct nlmsghdr *out;

	g.nfgen_family = ((const struct nfgenmsg *)NLMSG_DATA(h))->nfgen_family;
	begin_message(b, NFT_TYPE(k->add),
		      NLM_F_CREATE | (k->add == NFT_MSG_NEWRULE ? NLM_F_APPEND : 0), &g);
	for_each_attr(a, NLMSG_DATA(h) + head, NLMSG_PAYLOAD(h, sizeof(g))) {
		type = a->nla_type & NLA_TYPE_MASK;
		if (type != k->handles[0] && type != k->handles[1])
			buf_add(b, a, a->nla_len);
	}
	++*seq;
	if (k->add == NFT_MSG_NEWSET)
		buf_be32(b, NFTA_SET_ID, *seq);
	if (k->add == NFT_MSG_NEWRULE)
		add_compat(b, h);
	if (b->failed)
		return;
	out = (struct nlmsghdr *)(b->data + start);
	out->nlmsg_len = b->len - start;
	out->nlmsg_seq = *seq;
}

static bool same_text(const struct nlattr *a, const struct nlattr *b)
{
	return !strcmp(attr_text(a), attr_text(b));
}

static bool rule_of(const struct nlmsghdr *rule, const struct nlmsghdr *chain)
{
	return ((const struct nfgenmsg *)NLMSG_DATA(rule))->nfgen_family ==
		       ((const struct nfgenmsg *)NLMSG_DATA(chain))->nfgen_family &&
	       same_text(find_in_msg(rule, NFTA_RULE_TABLE),
			 find_in_msg(chain, NFTA_CHAIN_TABLE)) &&
	       same_text(find_in_msg(rule, NFTA_RULE_CHAIN), find_in_msg(chain, NFTA_CHAIN_NAME));
}

struct nft_restore {
	const char *data;
	size_t len;
	struct buf batch;
	struct buf own; /* messages of chains that belong to one rule: a pointer each */
	uint32_t seq;
};

static const struct nlmsghdr *next_message(const struct nft_restore *r, size_t *at,
					   const struct nft_kind *k)
{
	const struct nlmsghdr *h;

	while (r->len - *at >= sizeof(*h)) {
		h = (const void *)r->data + *at;
		if (h->nlmsg_len < NLMSG_LENGTH(sizeof(struct nfgenmsg)) ||
		    NLMSG_ALIGN(h->nlmsg_len) > r->len - *at)
			break;
		*at += NLMSG_ALIGN(h->nlmsg_len);
		if (h->nlmsg_type == NFT_TYPE(k->add))
			return h;
	}
	return NULL;
}

static bool in_own_chain(const struct nft_restore *r, const struct nlmsghdr *rule)
{
	const struct nlmsghdr *const *c = (const void *)r->own.data;
	size_t i;

	for (i = 0; i < r->own.len / sizeof(*c); i++)
		if (rule_of(rule, c[i]))
			return true;
	return false;
}

/*
 * The kernel takes no rule for a chain of a rule once that rule is there. Such a chain is
 * made before those that its own rules bring along: the last goes first.
 */
static void add_rules(struct nft_restore *r, const struct nft_kind *k)
{
	const struct nlmsghdr *const *c = (const void *)r->own.data;
	const struct nlmsghdr *h;
	size_t i, at;

	for (i = r->own.len / sizeof(*c); i-- > 0;)
		for (at = 0; (h = next_message(r, &at, k));)
			if (rule_of(h, c[i]))
				add_message(&r->batch, k, h, &r->seq);
	for (at = 0; (h = next_message(r, &at, k));)
		if (!in_own_chain(r, h))
			add_message(&r->batch, k, h, &r->seq);
}

static void add_kind(struct nft_restore *r, const struct nft_kind *k)
{
	const struct nlmsghdr *h;
	size_t at = 0;

	if (k->add == NFT_MSG_NEWRULE) {
		add_rules(r, k);
		return;
	}
	while ((h = next_message(r, &at, k))) {
		if (k->add == NFT_MSG_NEWCHAIN &&
		    attr_be32(find_in_msg(h, NFTA_CHAIN_FLAGS)) & NFT_CHAIN_BINDING)
			buf_add(&r->own, &h, sizeof(h));
		add_message(&r->batch, k, h, &r->seq);
	}
}

static const struct nlmsghdr *message_of(const struct nft_restore *r, uint32_t seq)
{
	const struct nlmsghdr *h;
	size_t at;

	for (at = 0; at < r->batch.len; at += NLMSG_ALIGN(h->nlmsg_len)) {
		h = (const void *)r->batch.data + at;
		if (h->nlmsg_seq == seq)
			return h;
	}
	return NULL;
}

static void tell_refused(const struct nft_restore *r, const struct nlmsgerr *e)
{
	const struct nlmsghdr *h = message_of(r, e->msg.nlmsg_seq);
	const char *name = "batch";
	size_t i;

	for (i = 0; h && i < ARRAY_SIZE(nft_kinds); i++)
		if (h->nlmsg_type == NFT_TYPE(nft_kinds[i].add))
			name = nft_kinds[i].name;
	/* names of table and of what is in it are attributes 1 and 2 of all nft_kinds */
	pr_err("nft: the kernel refuses a %s of table %s (%s): %s\n", name,
	       h ? attr_text(find_in_msg(h, 1)) : "", h ? attr_text(find_in_msg(h, 2)) : "",
	       strerror(-e->error));
}

/* The kernel has worked it off when it returns from send: its answers are there. */
static int send_batch(int sk, const struct nft_restore *r)
{
	struct sockaddr_nl to = { .nl_family = AF_NETLINK };
	char answer[16384];
	const struct nlmsghdr *h;
	const struct nlmsgerr *e;
	int len;

	if (sendto(sk, r->batch.data, r->batch.len, 0, (void *)&to, sizeof(to)) < 0) {
		pr_perror("nft: can't send %zu bytes", r->batch.len);
		return -1;
	}
	while ((len = recv(sk, answer, sizeof(answer), MSG_DONTWAIT)) > 0) {
		for (h = (void *)answer; NLMSG_OK(h, (unsigned int)len); h = NLMSG_NEXT(h, len)) {
			if (h->nlmsg_type != NLMSG_ERROR || h->nlmsg_len < NLMSG_LENGTH(sizeof(*e)))
				continue;
			e = NLMSG_DATA(h);
			if (e->error) {
				tell_refused(r, e);
				return -1;
			}
			if (e->msg.nlmsg_seq == r->seq)
				return 0;
		}
	}
	pr_perror("nft: the kernel does not confirm the rules");
	return -1;
}

int restore_nft_messages(const char *image, size_t size)
{
	struct nft_restore r = {
		.data = image + strlen(NFT_MAGIC),
		.len = size - strlen(NFT_MAGIC),
	};
	struct nfgenmsg g = { .version = NFNETLINK_V0, .res_id = htons(NFNL_SUBSYS_NFTABLES) };
	size_t i, last = 0;
	int sk, ret = -1;

	begin_message(&r.batch, NFNL_MSG_BATCH_BEGIN, 0, &g);
	if (!r.batch.failed)
		((struct nlmsghdr *)r.batch.data)->nlmsg_len = r.batch.len;
	for (i = 0; i < ARRAY_SIZE(nft_kinds); i++)
		add_kind(&r, &nft_kinds[i]);
	if (!r.seq) {
		pr_err("nft: there are no rules in the image\n");
		goto out;
	}
	if (!r.batch.failed) {
		struct nlmsghdr *h = (void *)message_of(&r, r.seq);

		h->nlmsg_flags |= NLM_F_ACK;
		last = r.batch.len;
	}
	begin_message(&r.batch, NFNL_MSG_BATCH_END, 0, &g);
	if (r.batch.failed || r.own.failed)
		goto out;
	((struct nlmsghdr *)(r.batch.data + last))->nlmsg_len = r.batch.len - last;

	sk = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER);
	if (sk < 0) {
		pr_perror("nft: can't open a socket");
		goto out;
	}
	if (!restore_prepare_socket(sk))
		ret = send_batch(sk, &r);
	close(sk);
out:
	xfree(r.batch.data);
	xfree(r.own.data);
	return ret;
}
