// SPDX-License-Identifier: GPL-2.0-only
/*
 * Prefixes: from text, to text, compared. Pure functions, no state, no locks.
 */
#include <linux/ctype.h>
#include <linux/inet.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include "prefix.h"

/*
 * What no VE may own: networks that never are the source of a packet that
 * leaves a machine. A prefix that overlaps one of these is refused.
 */
static const struct venet_prefix never[] = {
	{ .len = 8,  .a = { cpu_to_be32(0x00000000) } },	/* this network */
	{ .len = 8,  .a = { cpu_to_be32(0x7f000000) } },	/* loopback */
	{ .len = 3,  .a = { cpu_to_be32(0xe0000000) } },	/* multicast, reserved */
	{ .v6 = true, .len = 8 },				/* ::, ::1, mapped IPv4 */
	{ .v6 = true, .len = 10, .a = { cpu_to_be32(0xfe800000) } },	/* link-local */
	{ .v6 = true, .len = 8,  .a = { cpu_to_be32(0xff000000) } },	/* multicast */
};

/**
 * venet_prefix_cut - the network of a given length around an address
 * @p: filled in
 * @v6: family of @addr
 * @addr: one word for IPv4, four for IPv6
 * @len: bits to keep
 */
void venet_prefix_cut(struct venet_prefix *p, bool v6, const __be32 *addr,
		      unsigned int len)
{
	unsigned int i, words = v6 ? 4 : 1;

	p->v6 = v6;
	p->len = len;
	for (i = 0; i < 4; i++) {
		unsigned int keep = clamp_t(int, (int)len - (int)i * 32, 0, 32);

		if (i >= words || !keep)
			p->a[i] = 0;
		else
			p->a[i] = addr[i] & cpu_to_be32(~0U << (32 - keep));
	}
}

/* Return: true when every address of @inner is one of @outer. */
bool venet_prefix_covers(const struct venet_prefix *outer,
			 const struct venet_prefix *inner)
{
	struct venet_prefix cut;

	if (outer->v6 != inner->v6 || outer->len > inner->len)
		return false;
	venet_prefix_cut(&cut, inner->v6, inner->a, outer->len);
	return !memcmp(cut.a, outer->a, sizeof(cut.a));
}

static bool venet_prefix_may_be_owned(const struct venet_prefix *p)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(never); i++)
		if (venet_prefix_covers(&never[i], p) ||
		    venet_prefix_covers(p, &never[i]))
			return false;
	return true;
}

/**
 * venet_prefix_parse_any - ADDR or ADDR/LEN, any network
 * @text: is changed while it is looked at
 * @p: the prefix
 *
 * Return: 0; -EINVAL for what is no address or has bits beyond its length.
 */
int venet_prefix_parse_any(char *text, struct venet_prefix *p)
{
	char *slash = strchr(text, '/');
	__be32 addr[4] = {};
	const char *end;
	unsigned int bits;
	bool v6;
	u8 len;

	if (slash)
		*slash++ = '\0';
	v6 = strchr(text, ':');
	bits = venet_bits(v6);
	if (!(v6 ? in6_pton : in4_pton)(text, -1, (u8 *)addr, -1, &end) || *end)
		return -EINVAL;
	len = bits;
	if (slash && (!isdigit(*slash) || kstrtou8(slash, 10, &len) || len > bits))
		return -EINVAL;
	venet_prefix_cut(p, v6, addr, len);
	return memcmp(p->a, addr, sizeof(addr)) ? -EINVAL : 0;
}

/**
 * venet_prefix_parse - ADDR or ADDR/LEN that a VE may own
 * @text: is changed while it is looked at
 * @p: the prefix
 *
 * Return: 0; -EINVAL as venet_prefix_parse_any(), or when it overlaps a network
 * that no VE may own.
 */
int venet_prefix_parse(char *text, struct venet_prefix *p)
{
	int err = venet_prefix_parse_any(text, p);

	return err || !venet_prefix_may_be_owned(p) ? -EINVAL : 0;
}

/* The spelling of a network, always with its length. */
void venet_prefix_print_len(const struct venet_prefix *p,
			    char text[VENET_PREFIX_TEXT])
{
	scnprintf(text, VENET_PREFIX_TEXT, p->v6 ? "%pI6c/%u" : "%pI4/%u", p->a, p->len);
}

/* The one spelling of a prefix; the length is left out for one address. */
void venet_prefix_print(const struct venet_prefix *p,
			char text[VENET_PREFIX_TEXT])
{
	int n;

	n = scnprintf(text, VENET_PREFIX_TEXT, p->v6 ? "%pI6c" : "%pI4", p->a);
	if (p->len != venet_bits(p->v6))
		scnprintf(text + n, VENET_PREFIX_TEXT - n, "/%u", p->len);
}
