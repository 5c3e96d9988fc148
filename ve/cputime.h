/* SPDX-License-Identifier: GPL-2.0-only */
/* CPU times of a VE: see cputime.c. */
#ifndef _VE_CPUTIME_H
#define _VE_CPUTIME_H

#include <vz/object.h>
#include <vz/part.h>

/**
 * struct ve_cpu_time - one CPU's times of a VE, ns
 * @user: what the cgroup had used when the VE was started, without @nice
 * @nice: the same
 * @system: the same
 * @steal: the same, of the time that it waited
 * @waited: how long it has waited by the last look, see steal.c
 * @idle: largest idle time shown since then: it never goes back
 */
struct ve_cpu_time {
	u64	user;
	u64	nice;
	u64	system;
	u64	steal;
	u64	waited;
	u64	idle;
};

extern const struct ve_part ve_time_part;

void ve_flush_sums(struct ve *ve);
int ve_sum_times(struct ve *ve, struct ve_cpu_time *sum);
int ve_stat_show(struct seq_file *m, void *v);
int ve_uptime_show(struct seq_file *m, void *v);

#endif /* _VE_CPUTIME_H */
