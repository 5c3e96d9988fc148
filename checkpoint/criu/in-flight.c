// SPDX-License-Identifier: GPL-2.0-only
/*
 * Files that lie in the queue of a unix socket and that no process has: who fills the queue opens
 * them, and closes them when they are sent. What is done to some of them at the very end of a
 * restore is done by descriptor, so those stay open until then: timers are set, the events that
 * the restore itself has caused are read, connections leave the repair mode.
 */
#include "files.h"
#include "in-flight.h"
#include "log.h"
#include "pstree.h"
#include "restorer.h"
#include "rst-malloc.h"
#include "rst_info.h"

#undef LOG_PREFIX
#define LOG_PREFIX "in flight: "

bool is_used_last(const struct fdinfo_list_entry *entry)
{
	switch (entry->desc->ops->type) {
	case FD_TYPES__TIMERFD:
	case FD_TYPES__INOTIFY:
	case FD_TYPES__INETSK:
		return entry == file_master(entry->desc);
	default:
		return false;
	}
}

int collect_in_flight(struct task_restore_args *ta)
{
	const struct fdt *fdt = rsti(current)->fdt;
	struct fdinfo_list_entry *entry;

	ta->in_flight = (int *)rst_mem_align_cpos(RM_PRIVATE);
	ta->in_flight_n = 0;
	if (fdt && fdt->pid != vpid(current))
		return 0;
	list_for_each_entry(entry, &rsti(current)->fds, ps_list) {
		int *fd;

		if (!entry->fake || !is_used_last(entry))
			continue;
		fd = rst_mem_alloc(sizeof(*fd), RM_PRIVATE);
		if (!fd)
			return -1;
		*fd = entry->fe->fd;
		ta->in_flight_n++;
	}
	return 0;
}
