// SPDX-License-Identifier: GPL-2.0-only
/*
 * Counters of a VE by family, class and direction. The packet path counts on
 * its CPU and takes no lock. To set counters, after a restore, is to set what
 * is added to them: nobody but the packet path changes what a CPU counted, and
 * a packet that comes meanwhile is neither lost nor counted twice.
 *
 * traffic->lock protects what is added; it is taken last.
 */
#include <linux/ctype.h>
#include <linux/kernel.h>
#include <linux/percpu.h>
#include <linux/string.h>
#include "traffic.h"

/* Return: 0 or -ENOMEM. */
int venet_traffic_init(struct venet_traffic *t)
{
	int cpu;

	t->cpu = alloc_percpu(struct venet_stats);
	if (!t->cpu)
		return -ENOMEM;
	for_each_possible_cpu(cpu)
		u64_stats_init(&per_cpu_ptr(t->cpu, cpu)->syncp);
	mutex_init(&t->lock);
	return 0;
}

void venet_traffic_free(struct venet_traffic *t)
{
	free_percpu(t->cpu);
}

static struct venet_count venet_traffic_counted(const struct venet_traffic *t, bool v6,
						u8 class, enum venet_direction dir)
{
	struct venet_count sum = {};
	int cpu;

	for_each_possible_cpu(cpu) {
		const struct venet_stats *st = per_cpu_ptr(t->cpu, cpu);
		u64 packets, bytes;
		unsigned int seq;

		do {
			seq = u64_stats_fetch_begin(&st->syncp);
			packets = u64_stats_read(&st->packets[v6][class][dir]);
			bytes = u64_stats_read(&st->bytes[v6][class][dir]);
		} while (u64_stats_fetch_retry(&st->syncp, seq));
		sum.packets += packets;
		sum.bytes += bytes;
	}
	return sum;
}

/* Context: t->lock. */
static struct venet_count venet_traffic_get(struct venet_traffic *t, bool v6, u8 class,
					    enum venet_direction dir)
{
	struct venet_count sum = venet_traffic_counted(t, v6, class, dir);

	sum.packets += t->base.of[v6][class][dir].packets;
	sum.bytes += t->base.of[v6][class][dir].bytes;
	return sum;
}

/**
 * venet_traffic_read - one pair of counters
 * @t: counters of a VE
 * @v6: family
 * @class: 0 to 15
 * @dir: direction
 *
 * Context: may sleep.
 */
struct venet_count venet_traffic_read(struct venet_traffic *t, bool v6, u8 class,
				      enum venet_direction dir)
{
	struct venet_count sum;

	mutex_lock(&t->lock);
	sum = venet_traffic_get(t, v6, class, dir);
	mutex_unlock(&t->lock);
	return sum;
}

/* All families and classes together. Context: may sleep. */
struct venet_count venet_traffic_sum(struct venet_traffic *t, enum venet_direction dir)
{
	struct venet_count sum = {}, one;
	u8 nr;

	mutex_lock(&t->lock);
	for (nr = 0; nr < VENET_CLASSES; nr++) {
		one = venet_traffic_get(t, false, nr, dir);
		sum.packets += one.packets;
		sum.bytes += one.bytes;
		one = venet_traffic_get(t, true, nr, dir);
		sum.packets += one.packets;
		sum.bytes += one.bytes;
	}
	mutex_unlock(&t->lock);
	return sum;
}

/* Packets with a foreign source. */
u64 venet_traffic_spoofed(struct venet_traffic *t)
{
	unsigned int seq;
	u64 sum = 0, one;
	int cpu;

	for_each_possible_cpu(cpu) {
		const struct venet_stats *st = per_cpu_ptr(t->cpu, cpu);

		do {
			seq = u64_stats_fetch_begin(&st->syncp);
			one = u64_stats_read(&st->spoofed);
		} while (u64_stats_fetch_retry(&st->syncp, seq));
		sum += one;
	}
	return sum;
}

/* From here on the counters go on from @counts. Context: may sleep. */
void venet_traffic_set(struct venet_traffic *t, const struct venet_counts *counts)
{
	unsigned int v6, nr, dir;

	mutex_lock(&t->lock);
	for (v6 = 0; v6 < 2; v6++) {
		for (nr = 0; nr < VENET_CLASSES; nr++) {
			for (dir = 0; dir < 2; dir++) {
				struct venet_count now = venet_traffic_counted(t, v6, nr, dir);
				const struct venet_count *want = &counts->of[v6][nr][dir];
				struct venet_count *base = &t->base.of[v6][nr][dir];

				base->packets = want->packets - now.packets;
				base->bytes = want->bytes - now.bytes;
			}
		}
	}
	mutex_unlock(&t->lock);
}

/* The next word of *@text as a number up to S64_MAX: sums are far from wrapping. */
static int venet_traffic_number(char **text, u64 *n)
{
	char *word = strsep(text, " ");

	if (!word || !isdigit(*word) || kstrtou64(word, 10, n) || *n > S64_MAX)
		return -EINVAL;
	return 0;
}

/* "ipv4 CLASS IN_BYTES IN_PACKETS OUT_BYTES OUT_PACKETS" */
static int venet_traffic_parse_line(char *text, struct venet_counts *counts, u32 seen[2])
{
	char *family = strsep(&text, " ");
	struct venet_count *c;
	u64 class;
	bool v6;
	int err;

	v6 = !strcmp(family, "ipv6");
	if (!v6 && strcmp(family, "ipv4"))
		return -EINVAL;
	if (venet_traffic_number(&text, &class) || class >= VENET_CLASSES ||
	    seen[v6] & BIT(class))
		return -EINVAL;
	seen[v6] |= BIT(class);
	c = counts->of[v6][class];
	err = venet_traffic_number(&text, &c[VENET_TO_VE].bytes);
	err = err ?: venet_traffic_number(&text, &c[VENET_TO_VE].packets);
	err = err ?: venet_traffic_number(&text, &c[VENET_FROM_VE].bytes);
	err = err ?: venet_traffic_number(&text, &c[VENET_FROM_VE].packets);
	return err || text ? -EINVAL : 0;
}

/**
 * venet_traffic_parse - counters as ve.traffic shows them
 * @text: lines; is changed
 * @counts: what they say; what they do not name is 0
 *
 * Return: 0; -EINVAL for what is no such line, or a second one of a class.
 */
int venet_traffic_parse(char *text, struct venet_counts *counts)
{
	u32 seen[2] = {};
	char *line;
	int err;

	memset(counts, 0, sizeof(*counts));
	while ((line = strsep(&text, "\n"))) {
		if (!*line)
			continue;
		err = venet_traffic_parse_line(line, counts, seen);
		if (err)
			return err;
	}
	return 0;
}
