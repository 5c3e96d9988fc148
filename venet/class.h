/* SPDX-License-Identifier: GPL-2.0-only */
/* Traffic classes of remote addresses: see class.c. */
#ifndef _VENET_CLASS_H
#define _VENET_CLASS_H

#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include "prefix.h"

/* Classes are 0 to 15; 0 has what no line names. */
#define VENET_CLASSES		16

/* Lines that a table may have, and bytes of its text. */
#define VENET_CLASS_LINES	1024
#define VENET_CLASS_TEXT	(VENET_CLASS_LINES * 64)

/**
 * struct venet_class_line - a line as it was written
 * @prefix: the network
 * @class: its class
 */
struct venet_class_line {
	struct venet_prefix	prefix;
	u8			class;
};

/**
 * struct venet_class_span - addresses from here to the next span
 * @hi: upper half of an IPv6 address, 0 for IPv4
 * @lo: lower half, or the IPv4 address
 * @class: of all of them
 */
struct venet_class_span {
	u64	hi;
	u64	lo;
	u8	class;
};

/**
 * struct venet_classes - a table of one family; never changed
 * @line: what was written, in order
 * @nr_lines: how many
 * @nr_spans: how many; the first one begins at the lowest address
 * @span: disjoint, ascending, neighbours differ in their class
 */
struct venet_classes {
	struct venet_class_line		*line;
	unsigned int			nr_lines;
	unsigned int			nr_spans;
	struct venet_class_span		span[] __counted_by(nr_spans);
};

/* The host's tables by family, NULL: empty. Changed under the mutex. */
extern struct mutex venet_class_mutex;
extern struct venet_classes __rcu *venet_class_table[2];

int venet_classes_parse(char *text, bool v6, struct venet_classes **out);
void venet_classes_free(struct venet_classes *t);
u8 venet_classes_find(const struct venet_classes *t, bool v6, const __be32 *addr);

/**
 * venet_class_of - class of a remote address by the host's table
 * @v6: family of @addr
 * @addr: one word for IPv4, four for IPv6
 *
 * Context: RCU read lock, any context. Return: 0 to 15.
 */
static inline u8 venet_class_of(bool v6, const __be32 *addr)
{
	const struct venet_classes *t = rcu_dereference(venet_class_table[v6]);

	return t ? venet_classes_find(t, v6, addr) : 0;
}

#endif /* _VENET_CLASS_H */
