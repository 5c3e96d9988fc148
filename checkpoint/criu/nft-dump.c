// SPDX-License-Identifier: GPL-2.0-only
/*
 * Dump of the nftables of a net namespace. The image is what the kernel says of tables,
 * sets, objects, flowtables, chains, elements and rules, message by message. The text of
 * "nft list ruleset" has no words for rules of iptables-nft.
 *
 * The caller has stopped the VE: nobody changes rules meanwhile.
 */
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>
#include <linux/netlink.h>

#include "image.h"
#include "libnetlink.h"
#include "log.h"
#include "nft-message.h"
#include "nftables.h"
#include "util.h"

/* New in kernels, perhaps not yet in headers */
#define TABLE_PERSIST 0x4

struct nft_dump {
	const struct nft_kind *kind;
	struct buf all, sets; /* sets: heads of requests for their elements */
	bool none;
};

static int dump_message(struct nlmsghdr *h, struct ns_id *ns, void *arg)
{
	struct nft_dump *d = arg;
	uint32_t flags;

	if (h->nlmsg_type != NFT_TYPE(d->kind->add))
		return 0;
	if (h->nlmsg_flags & NLM_F_DUMP_INTR) {
		pr_err("nft: a %s has changed while it was read\n", d->kind->name);
		return -1;
	}
	if (d->kind->add == NFT_MSG_NEWTABLE) {
		flags = attr_be32(find_in_msg(h, NFTA_TABLE_FLAGS));
		if (flags & NFT_TABLE_F_OWNER && !(flags & TABLE_PERSIST)) {
			pr_err("nft: table %s goes with the socket that owns it: can't be dumped\n",
			       attr_text(find_in_msg(h, NFTA_TABLE_NAME)));
			return -1;
		}
	}
	if (d->kind->add == NFT_MSG_NEWSET)
		buf_add(&d->sets, h, h->nlmsg_len);
	buf_add(&d->all, h, h->nlmsg_len);
	return 0;
}

/* A kernel that does not know nftables has none. */
static int dump_error(int err, struct ns_id *ns, void *arg)
{
	struct nft_dump *d = arg;

	if (d->kind == nft_kinds && (err == -EINVAL || err == -EOPNOTSUPP)) {
		d->none = true;
		return 0;
	}
	pr_err("nft: can't list each %s: %s\n", d->kind->name, strerror(-err));
	return -1;
}

/* All of one kind, or elements of the set that is in message @set. */
static int dump_kind(int sk, struct nft_dump *d, const struct nlmsghdr *set)
{
	struct buf req = {};
	struct nlmsghdr h = {
		.nlmsg_type = NFT_TYPE(d->kind->get),
		.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP,
		.nlmsg_seq = CR_NLMSG_SEQ,
	};
	struct nfgenmsg g = { .nfgen_family = AF_UNSPEC, .version = NFNETLINK_V0 };
	const struct nlattr *a;
	int ret = -1;

	if (set)
		g.nfgen_family = ((const struct nfgenmsg *)NLMSG_DATA(set))->nfgen_family;
	buf_add(&req, &h, sizeof(h));
	buf_add(&req, &g, sizeof(g));
	if (set) {
		a = find_in_msg(set, NFTA_SET_TABLE);
		buf_attr(&req, NFTA_SET_ELEM_LIST_TABLE, attr_text(a), a ? attr_len(a) : 0);
		a = find_in_msg(set, NFTA_SET_NAME);
		buf_attr(&req, NFTA_SET_ELEM_LIST_SET, attr_text(a), a ? attr_len(a) : 0);
	}
	if (!req.failed) {
		((struct nlmsghdr *)req.data)->nlmsg_len = req.len;
		ret = do_rtnl_req(sk, req.data, req.len, dump_message, dump_error, NULL, d);
	}
	xfree(req.data);
	return ret < 0 || d->all.failed || d->sets.failed ? -1 : 0;
}

static int dump_elements(int sk, struct nft_dump *d)
{
	const struct nlmsghdr *set;
	size_t at;

	for (at = 0; at < d->sets.len; at += NLMSG_ALIGN(set->nlmsg_len)) {
		set = (const void *)d->sets.data + at;
		if (dump_kind(sk, d, set))
			return -1;
	}
	return 0;
}

int dump_nft_messages(struct cr_img *img)
{
	struct nft_dump d = { .kind = nft_kinds };
	int sk, fd, ret = 0;

	sk = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER);
	if (sk < 0) {
		pr_perror("nft: can't open a socket");
		return -1;
	}
	for (; !ret && !d.none && d.kind < nft_kinds + ARRAY_SIZE(nft_kinds); d.kind++)
		ret = d.kind->add == NFT_MSG_NEWSETELEM ? dump_elements(sk, &d) :
							  dump_kind(sk, &d, NULL);
	close(sk);
	fd = ret || !d.all.len ? -1 : img_raw_fd(img);
	if (!ret && d.all.len &&
	    (fd < 0 || write_all(fd, NFT_MAGIC, strlen(NFT_MAGIC)) != (ssize_t)strlen(NFT_MAGIC) ||
	     write_all(fd, d.all.data, d.all.len) != (ssize_t)d.all.len)) {
		pr_perror("nft: can't write the image");
		ret = -1;
	}
	xfree(d.all.data);
	xfree(d.sets.data);
	return ret;
}
