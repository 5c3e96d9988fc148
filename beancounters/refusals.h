/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The record of a VE's last refusals. Private to beancounters/.
 */
#ifndef _VZ_REFUSALS_H
#define _VZ_REFUSALS_H

#include <linux/atomic.h>
#include <linux/cgroup-defs.h>
#include <linux/sched.h>
#include <linux/types.h>
#include <linux/workqueue.h>
#include "row.h"

struct pid_namespace;
struct seq_file;

#define UB_NR_REFUSALS	64

/**
 * struct ub_refusal - what is kept of a refusal
 * @state: 0 unused, 2n + 1 while refusal n is written here, 2n from then on
 * @when: time since boot, suspend included, in ns
 * @wanted: amount asked for, in the resource's unit
 * @held: what was in use
 * @bound: barrier or limit that was in the way
 * @pid: process that asked, as the host sees it; 0 when it was no process
 * @vpid: the same as @pid_ns sees it
 * @pid_ns: number of the process's own pid namespace
 * @res: row
 * @soft: the limit refused, not the barrier
 * @comm: name of the thread, set by its program at will
 */
struct ub_refusal {
	atomic64_t	state;
	u64		when;
	unsigned long	wanted;
	unsigned long	held;
	unsigned long	bound;
	pid_t		pid;
	pid_t		vpid;
	unsigned int	pid_ns;
	u8		res;
	bool		soft;
	char		comm[TASK_COMM_LEN];
};

/**
 * struct ub_refusals - the last refusals of a VE
 * @count: refusals so far; refusal n = 1, 2, ... belongs into slot n - 1 modulo
 *	   the number of slots
 * @slots: the record
 * @notify: tells readers of ve.ub.events about new ones
 * @ve: whose they are
 * @told: the last one that @notify looked at; it alone uses this and @said
 * @said: when a row was last told of, in jiffies; 0 never
 */
struct ub_refusals {
	atomic64_t		count;
	struct delayed_work	notify;
	struct ve		*ve;
	s64			told;
	unsigned long		said[UB_NR_RESOURCES];
	struct ub_refusal	slots[UB_NR_REFUSALS];
};

extern const struct ub_part ub_refusals_part;
extern struct cftype ub_refusals_files[];

void ub_refusals_note(struct ub_refusals *log, struct ub_refusal *what);
void ub_refusals_add(struct ub_refusals *log, const struct ub_refusal *what);
void ub_refusal_from(struct ub_refusal *what);
void ub_refusals_show(struct seq_file *m, struct ub_refusals *log,
		      const struct pid_namespace *reader);

#endif /* _VZ_REFUSALS_H */
