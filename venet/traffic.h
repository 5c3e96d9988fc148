/* SPDX-License-Identifier: GPL-2.0-only */
/* What a VE sent and received, by class: see traffic.c. */
#ifndef _VENET_TRAFFIC_H
#define _VENET_TRAFFIC_H

#include <linux/mutex.h>
#include <linux/u64_stats_sync.h>
#include "class.h"
#include "hold.h"

/**
 * struct venet_count - one pair of counters
 * @packets: packets
 * @bytes: bytes, with the IP header
 */
struct venet_count {
	u64	packets;
	u64	bytes;
};

/**
 * struct venet_counts - all counters of a VE
 * @of: by family (false: IPv4), class and enum venet_direction
 */
struct venet_counts {
	struct venet_count	of[2][VENET_CLASSES][2];
};

/**
 * struct venet_stats - packets of one VE on one CPU
 * @packets: by family, class and enum venet_direction
 * @bytes: the same
 * @spoofed: sent with a source address that the VE does not own
 * @syncp: for 32-bit readers
 */
struct venet_stats {
	u64_stats_t		packets[2][VENET_CLASSES][2];
	u64_stats_t		bytes[2][VENET_CLASSES][2];
	u64_stats_t		spoofed;
	struct u64_stats_sync	syncp;
};

/**
 * struct venet_traffic - counters of a VE
 * @cpu: what was counted here; only the packet path changes it
 * @lock: protects @base
 * @base: what is added to that: counts from before a restore
 */
struct venet_traffic {
	struct venet_stats __percpu	*cpu;
	struct mutex			lock;
	struct venet_counts		base;
};

int venet_traffic_init(struct venet_traffic *t);
void venet_traffic_free(struct venet_traffic *t);
struct venet_count venet_traffic_read(struct venet_traffic *t, bool v6, u8 class,
				      enum venet_direction dir);
struct venet_count venet_traffic_sum(struct venet_traffic *t, enum venet_direction dir);
u64 venet_traffic_spoofed(struct venet_traffic *t);
void venet_traffic_set(struct venet_traffic *t, const struct venet_counts *counts);
int venet_traffic_parse(char *text, struct venet_counts *counts);

/* Context: BH off. */
static inline void venet_traffic_count(struct venet_traffic *t, bool v6, u8 class,
				       enum venet_direction dir, unsigned int len)
{
	struct venet_stats *st = this_cpu_ptr(t->cpu);

	u64_stats_update_begin(&st->syncp);
	u64_stats_inc(&st->packets[v6][class][dir]);
	u64_stats_add(&st->bytes[v6][class][dir], len);
	u64_stats_update_end(&st->syncp);
}

/* Context: BH off. */
static inline void venet_traffic_count_spoofed(struct venet_traffic *t)
{
	struct venet_stats *st = this_cpu_ptr(t->cpu);

	u64_stats_update_begin(&st->syncp);
	u64_stats_inc(&st->spoofed);
	u64_stats_update_end(&st->syncp);
}

#endif /* _VENET_TRAFFIC_H */
