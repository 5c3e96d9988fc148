/* SPDX-License-Identifier: GPL-2.0-only */
/* How many tasks a VE has and had: see tasks.c. */
#ifndef _VE_TASKS_H
#define _VE_TASKS_H

#include <vz/object.h>
#include <vz/part.h>

/**
 * struct ve_counts - what one CPU has counted
 * @entered: tasks that were about to run in the VE
 * @left: tasks that will not run any more
 * @forks: tasks forked into it, for /proc/stat
 * @switches: context switches of tasks that are gone, for /proc/stat
 */
struct ve_counts {
	unsigned long	entered;
	unsigned long	left;
	unsigned long	forks;
	u64		switches;
};

extern const struct ve_part ve_tasks_part;

void ve_task_enter(struct ve *ve);
void ve_task_leave(struct ve *ve);
void ve_task_forked(struct ve *ve);
void ve_task_switches(struct ve *ve, struct task_struct *task);
unsigned int ve_nr_tasks(const struct ve *ve);
unsigned long ve_nr_forks(const struct ve *ve);
u64 ve_dead_switches(const struct ve *ve);

#endif /* _VE_TASKS_H */
