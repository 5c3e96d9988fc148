// SPDX-License-Identifier: GPL-2.0-or-later
/* Refusals in groups, and the bounds that would have let them pass. No state. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "include/vz/abi.h"
#include "libvz/cleanup.h"
#include "libvz/conf.h"
#include "libvz/ub.h"
#include "libvz/value.h"
#include "vzctl/ubc_advice.h"

static long add_up(long a, long b)
{
	return a > VZ_UNLIMITED - b ? VZ_UNLIMITED : a + b;
}

/* Half as much again, rounded up to one of eight steps between powers of two. */
static long roomy(long need)
{
	long v = add_up(need, need / 2 + 1), step = 1;

	if (v >= VZ_UNLIMITED / 2)
		return VZ_UNLIMITED;
	while (step * 16 < v)
		step *= 2;
	return (v + step - 1) / step * step;
}

static bool of_memory(enum ub_resource r)
{
	return r == UB_PHYSPAGES || r == UB_SWAPPAGES;
}

/* Rows of the memory controller: only the limit counts, and who was refused had reached it. */
static void advise_memory(const struct vz_ub_row *row, struct advice *a)
{
	a->lifted = row->maxheld < row->limit;
	a->to = (struct vz_limit){ .set = true,
				   .limit = a->lifted ? row->limit : roomy(row->limit) };
}

/* A guarantee refuses nothing: it is too low when the VE has more than that. */
static void advise_guarantee(const struct vz_ub_row *row, struct advice *a)
{
	a->lifted = row->barrier >= row->maxheld;
	a->to = (struct vz_limit){ .set = true, .barrier = row->barrier, .limit = row->limit };
	if (!a->lifted)
		a->to.barrier = a->to.limit = roomy(row->maxheld);
	if (a->to.limit < row->limit)
		a->to.limit = row->limit;
}

/* Without a record all that is known is that the barrier was in the way. */
void ub_advise(enum ub_resource r, const struct vz_ub_row *row, const struct vz_refusal *list,
	       size_t n, struct advice *a)
{
	long hard = n ? 0 : row->maxheld, soft = 0, gap = 0;
	size_t i;

	if (of_memory(r)) {
		advise_memory(row, a);
		return;
	}
	if (r == UB_OOMGUARPAGES) {
		advise_guarantee(row, a);
		return;
	}
	for (i = 0; i < n; i++) {
		long need = add_up(list[i].held, list[i].wanted);

		if (list[i].soft)
			soft = need > soft ? need : soft;
		else
			hard = need > hard ? need : hard;
	}
	if (row->limit != VZ_UNLIMITED && row->limit > row->barrier)
		gap = row->limit - row->barrier;
	a->to = (struct vz_limit){ .set = true, .barrier = row->barrier, .limit = row->limit };
	a->lifted = n ? hard <= row->barrier && soft <= row->limit :
			row->barrier == VZ_UNLIMITED && row->limit == VZ_UNLIMITED;
	if (a->lifted)
		return;
	/* What goes on being used counts as well as what was asked for. */
	if (hard && (hard > row->barrier || !n)) {
		hard = hard > row->held ? hard : row->held;
		if (!n && row->barrier != VZ_UNLIMITED && hard < row->barrier)
			hard = row->barrier;
		a->to.barrier = roomy(hard);
	}
	if (row->limit != VZ_UNLIMITED)
		a->to.limit = add_up(a->to.barrier, gap);
	if (soft > row->limit && roomy(soft) > a->to.limit)
		a->to.limit = roomy(soft);
	if (a->to.limit < a->to.barrier)
		a->to.limit = a->to.barrier;
}

/* The memory rows of a VE with ram and swap have short names, and others follow from them. */
char *ub_command(const struct vz_conf *c, enum ub_resource r, const struct vz_limit *to)
{
	bool vswap = c->ub[UB_PHYSPAGES].set && c->ub[UB_PHYSPAGES].limit != VZ_UNLIMITED &&
		     c->ub[UB_SWAPPAGES].set;
	cleanup_free char *text = NULL;
	struct vz_limit l = *to;
	char *out;
	int n;

	if (of_memory(r))
		l.barrier = 0;
	text = vz_format_limit(r, &l);
	if (!text)
		return NULL;
	if (of_memory(r) && vswap && l.limit != VZ_UNLIMITED)
		n = asprintf(&out, "vzctl set %u --%s %s --save", c->id,
			     r == UB_PHYSPAGES ? "ram" : "swap", strchr(text, ':') + 1);
	else
		n = asprintf(&out, "vzctl set %u --%s %s --save", c->id, vz_ub_name(r), text);
	return n < 0 ? NULL : out;
}

static bool same(const struct vz_refusal *a, const struct vz_refusal *b)
{
	return a->soft == b->soft && !strcmp(a->comm, b->comm);
}

static void count(struct culprit *c, const struct vz_refusal *x)
{
	size_t i;

	if (!c->count++)
		c->first = x;
	c->last = x;
	if (x->wanted > c->most)
		c->most = x->wanted;
	for (i = 0; i < c->nr_pids; i++)
		if (c->pids[i] == x->pid)
			return;
	if (x->pid && c->nr_pids < sizeof(c->pids) / sizeof(c->pids[0]))
		c->pids[c->nr_pids++] = x->pid;
}

static int latest_first(const void *a, const void *b)
{
	const struct culprit *x = a, *y = b;

	return x->last->seq > y->last->seq ? -1 : x->last->seq < y->last->seq;
}

struct culprit *ub_culprits(const struct vz_refusal *list, size_t n, enum ub_resource r, size_t *nr)
{
	struct culprit *c = calloc(n + 1, sizeof(*c));
	size_t i, j;

	*nr = 0;
	for (i = 0; c && i < n; i++) {
		if (list[i].res != r)
			continue;
		for (j = 0; j < *nr && !same(c[j].last, &list[i]); j++)
			;
		count(&c[j], &list[i]);
		if (j == *nr)
			(*nr)++;
	}
	if (*nr)
		qsort(c, *nr, sizeof(*c), latest_first);
	return c;
}
