/* SPDX-License-Identifier: GPL-2.0-only */
/* Addresses and prefixes as numbers and as text: see prefix.c. */
#ifndef _VENET_PREFIX_H
#define _VENET_PREFIX_H

#include <linux/inet.h>
#include <linux/string.h>
#include <linux/types.h>

/* "ffff:...:ffff/128" and the terminating zero. */
#define VENET_PREFIX_TEXT	(INET6_ADDRSTRLEN + 4)

/**
 * struct venet_prefix - an address or a network
 * @v6: IPv6, else IPv4
 * @len: bits that count; 32 or 128 for one address
 * @a: the address, network order; bits beyond @len are 0, words not used too
 */
struct venet_prefix {
	bool	v6;
	u8	len;
	__be32	a[4];
};

static inline unsigned int venet_bits(bool v6)
{
	return v6 ? 128 : 32;
}

int venet_prefix_parse_any(char *text, struct venet_prefix *p);
int venet_prefix_parse(char *text, struct venet_prefix *p);
void venet_prefix_print(const struct venet_prefix *p,
			char text[VENET_PREFIX_TEXT]);
void venet_prefix_print_len(const struct venet_prefix *p,
			    char text[VENET_PREFIX_TEXT]);
void venet_prefix_cut(struct venet_prefix *p, bool v6, const __be32 *addr,
		      unsigned int len);
bool venet_prefix_covers(const struct venet_prefix *outer,
			 const struct venet_prefix *inner);

static inline bool venet_prefix_equal(const struct venet_prefix *x,
				      const struct venet_prefix *y)
{
	return x->v6 == y->v6 && x->len == y->len &&
	       !memcmp(x->a, y->a, sizeof(x->a));
}

#endif /* _VENET_PREFIX_H */
