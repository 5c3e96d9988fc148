// SPDX-License-Identifier: GPL-2.0-only
/*
 * Traffic classes: which of 16 a remote address belongs to. The table is the
 * host's and is replaced as a whole; of the lines that cover an address the
 * last one counts, as in OpenVZ. What is written is made into disjoint spans
 * once, so that a packet takes a binary search and nothing else.
 *
 * A table does not change. Readers are under RCU; who replaces it holds
 * venet_class_mutex and frees the old one a grace period later.
 */
#include <linux/ctype.h>
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/string.h>
#include "class.h"

DEFINE_MUTEX(venet_class_mutex);
struct venet_classes __rcu *venet_class_table[2];

/* An address, or the place behind the last one. */
struct venet_point {
	u64	hi;
	u64	lo;
	bool	beyond;
};

static int venet_key_cmp(u64 xhi, u64 xlo, u64 yhi, u64 ylo)
{
	if (xhi != yhi)
		return xhi < yhi ? -1 : 1;
	return xlo == ylo ? 0 : xlo < ylo ? -1 : 1;
}

static void venet_key(bool v6, const __be32 *a, u64 *hi, u64 *lo)
{
	*hi = v6 ? (u64)be32_to_cpu(a[0]) << 32 | be32_to_cpu(a[1]) : 0;
	*lo = v6 ? (u64)be32_to_cpu(a[2]) << 32 | be32_to_cpu(a[3]) : be32_to_cpu(a[0]);
}

/* The first address behind @p. */
static struct venet_point venet_prefix_end(const struct venet_prefix *p)
{
	unsigned int low = venet_bits(p->v6) - p->len;
	struct venet_point end = {};

	venet_key(p->v6, p->a, &end.hi, &end.lo);
	if (low >= 64) {
		u64 step = low < 128 ? 1ULL << (low - 64) : 0;

		end.hi += step;
		end.beyond = end.hi < step || !step;
	} else {
		end.lo += 1ULL << low;
		if (end.lo < 1ULL << low)
			end.beyond = !++end.hi;
	}
	if (!p->v6)
		end.beyond = end.lo > U32_MAX;
	return end;
}

static int venet_point_cmp(const void *x, const void *y)
{
	const struct venet_class_span *a = x, *b = y;

	return venet_key_cmp(a->hi, a->lo, b->hi, b->lo);
}

/* The last line that covers the first address of @s decides. */
static u8 venet_class_by_lines(const struct venet_classes *t, bool v6,
			       const struct venet_class_span *s)
{
	struct venet_prefix one = { .v6 = v6, .len = venet_bits(v6) };
	unsigned int i;

	if (v6) {
		one.a[0] = cpu_to_be32(s->hi >> 32);
		one.a[1] = cpu_to_be32(s->hi);
		one.a[2] = cpu_to_be32(s->lo >> 32);
		one.a[3] = cpu_to_be32(s->lo);
	} else {
		one.a[0] = cpu_to_be32(s->lo);
	}
	for (i = t->nr_lines; i-- > 0;)
		if (venet_prefix_covers(&t->line[i].prefix, &one))
			return t->line[i].class;
	return 0;
}

/* Spans begin where a prefix begins or has just ended. Context: may sleep. */
static void venet_classes_cut(struct venet_classes *t, bool v6)
{
	unsigned int i, n = 1, kept = 0;

	t->span[0] = (struct venet_class_span){};
	for (i = 0; i < t->nr_lines; i++) {
		const struct venet_prefix *p = &t->line[i].prefix;
		struct venet_point end = venet_prefix_end(p);

		venet_key(v6, p->a, &t->span[n].hi, &t->span[n].lo);
		n++;
		if (end.beyond)
			continue;
		t->span[n].hi = end.hi;
		t->span[n].lo = end.lo;
		n++;
	}
	sort(t->span, n, sizeof(t->span[0]), venet_point_cmp, NULL);
	for (i = 0; i < n; i++) {
		struct venet_class_span s = t->span[i];

		if (kept && !venet_point_cmp(&t->span[kept - 1], &s))
			continue;
		s.class = venet_class_by_lines(t, v6, &s);
		if (!kept || t->span[kept - 1].class != s.class)
			t->span[kept++] = s;
		cond_resched();
	}
	t->nr_spans = kept;
}

/* "CLASS PREFIX". Return: 0, or -EINVAL. */
static int venet_class_line_parse(char *text, bool v6, struct venet_class_line *line)
{
	char *prefix = strpbrk(text, " \t");

	if (!prefix || !isdigit(*text))
		return -EINVAL;
	*prefix++ = '\0';
	if (kstrtou8(text, 10, &line->class) || line->class >= VENET_CLASSES)
		return -EINVAL;
	if (venet_prefix_parse_any(skip_spaces(prefix), &line->prefix) ||
	    line->prefix.v6 != v6)
		return -EINVAL;
	return 0;
}

void venet_classes_free(struct venet_classes *t)
{
	if (!t)
		return;
	kvfree(t->line);
	kvfree(t);
}

/**
 * venet_classes_parse - a table of its text
 * @text: "CLASS PREFIX" lines, empty ones are passed over; is changed
 * @v6: the family that all of them have
 * @out: the table, for venet_classes_free(); NULL for no lines
 *
 * Context: may sleep. Return: 0; -EINVAL for what is no such line; -ENOSPC for
 * more than VENET_CLASS_LINES; -ENOMEM.
 */
int venet_classes_parse(char *text, bool v6, struct venet_classes **out)
{
	struct venet_classes *t;
	unsigned int most = 1;
	int err = 0;
	char *p;

	*out = NULL;
	for (p = text; *p; p++)
		most += *p == '\n';
	most = min(most, VENET_CLASS_LINES);
	t = kvzalloc(struct_size(t, span, 2 * most + 1), GFP_KERNEL);
	if (!t)
		return -ENOMEM;
	t->nr_spans = 2 * most + 1;
	t->line = kvcalloc(most, sizeof(*t->line), GFP_KERNEL);
	if (!t->line)
		err = -ENOMEM;
	while (!err && (p = strsep(&text, "\n"))) {
		p = strim(p);
		if (!*p)
			continue;
		if (t->nr_lines == most)
			err = -ENOSPC;
		else
			err = venet_class_line_parse(p, v6, &t->line[t->nr_lines++]);
	}
	if (err || !t->nr_lines) {
		venet_classes_free(t);
		return err;
	}
	venet_classes_cut(t, v6);
	*out = t;
	return 0;
}

/**
 * venet_classes_find - class of an address
 * @t: a table of its family
 * @v6: family of @addr
 * @addr: one word for IPv4, four for IPv6
 *
 * Context: RCU read lock or the owner of @t, any context. Return: 0 to 15.
 */
u8 venet_classes_find(const struct venet_classes *t, bool v6, const __be32 *addr)
{
	unsigned int first = 0, n = t->nr_spans;
	u64 hi, lo;

	/* the last span that begins at or below the address; the first one does */
	venet_key(v6, addr, &hi, &lo);
	while (n > 1) {
		const struct venet_class_span *mid = &t->span[first + n / 2];

		if (venet_key_cmp(mid->hi, mid->lo, hi, lo) <= 0) {
			first += n / 2;
			n -= n / 2;
		} else {
			n /= 2;
		}
	}
	return t->span[first].class;
}
