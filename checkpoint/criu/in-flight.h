/* SPDX-License-Identifier: GPL-2.0-only */
/* Files that lie in the queue of a unix socket and are still needed at the end of a restore. */
#ifndef __CR_IN_FLIGHT_H__
#define __CR_IN_FLIGHT_H__

#include <stdbool.h>

struct fdinfo_list_entry;
struct task_restore_args;

/* Is this descriptor the one that the last steps of a restore go by? */
extern bool is_used_last(const struct fdinfo_list_entry *entry);
/* Those of this task that nobody is to have; the restorer closes them after its last use. 0, -1. */
extern int collect_in_flight(struct task_restore_args *ta);

#endif
