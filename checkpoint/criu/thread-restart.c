// SPDX-License-Identifier: GPL-2.0-only
/*
 * How calls go on that the dump has interrupted. OpenVE's kernel tells and takes it for a thread
 * that is traced by the caller (/proc/vz/restart). Registers are saved so that the thread makes
 * restart_syscall(2); where nothing was kept for it that gives EINTR, as ever.
 *
 * What is collected at a dump lives as long as the process. At a restore it is in memory that is
 * shared: the task reads its image, its tracer sets it.
 */
#include <fcntl.h>
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>

#include "log.h"
#include "rst-malloc.h"
#include "rst_info.h"
#include "thread-restart.h"
#include "xmalloc.h"

#undef LOG_PREFIX
#define LOG_PREFIX "thread-restart: "

/* OpenVE's: see vz/abi.h of that kernel. */
struct ve_restart {
	int32_t thread;
	uint32_t kind;
	int32_t clock;
	uint32_t number;
	int64_t until;
	uint64_t at;
	uint32_t mask;
	uint32_t shared;
};

#define VE_RESTART_NONE 0
#define VE_RESTART_GET	_IOWR('v', 9, struct ve_restart)
#define VE_RESTART_PUT	_IOW('v', 10, struct ve_restart)

struct kept {
	struct kept *next;
	const struct pstree_item *item;
	struct ve_restart r;
	ThreadRestartEntry e;
};

static struct kept *all;

static int restart_ioctl(unsigned int cmd, struct ve_restart *r)
{
	static int fd = -1;

	if (fd < 0)
		fd = open("/proc/vz/restart", O_RDONLY | O_CLOEXEC);
	return fd < 0 ? -1 : ioctl(fd, cmd, r);
}

static int keep(const struct pstree_item *item, const struct ve_restart *r, ThreadCoreEntry *core)
{
	struct kept *k = xmalloc(sizeof(*k));

	if (!k)
		return -1;
	k->item = item;
	k->r = *r;
	thread_restart_entry__init(&k->e);
	k->e.kind = r->kind;
	k->e.clock = r->clock;
	k->e.until = r->until;
	k->e.at = r->at;
	k->e.number = r->number;
	k->e.mask = r->mask;
	k->e.shared = r->shared;
	k->next = all;
	all = k;
	core->restart = &k->e;
	return 0;
}

int collect_thread_restarts(struct pstree_item *item)
{
	int i;

	for (i = 0; i < item->nr_threads; i++) {
		struct ve_restart r = { .thread = item->threads[i].real };

		if (restart_ioctl(VE_RESTART_GET, &r) || r.kind == VE_RESTART_NONE)
			continue;
		if (item->core && item->core[i] && keep(item, &r, item->core[i]->thread_core))
			return -1;
	}
	return 0;
}

void give_back_thread_restarts(const struct pstree_item *item)
{
	struct kept *k;

	for (k = all; k; k = k->next)
		if (k->item == item && restart_ioctl(VE_RESTART_PUT, &k->r))
			pr_pwarn("A call of thread %d ends with EINTR", k->r.thread);
}

int prepare_thread_restarts(struct pstree_item *item)
{
	const size_t size = sizeof(struct ve_restart) * item->nr_threads;

	rsti(item)->restart = shmalloc(size);
	if (!rsti(item)->restart)
		return -1;
	memset(rsti(item)->restart, 0, size);
	return 0;
}

void note_thread_restart(struct pstree_item *item, int thread, const ThreadCoreEntry *core)
{
	const ThreadRestartEntry *e = core->restart;

	if (!e)
		return;
	rsti(item)->restart[thread] = (struct ve_restart){
		.kind = e->kind,
		.clock = e->clock,
		.until = e->until,
		.at = e->at,
		.number = e->number,
		.mask = e->mask,
		.shared = e->shared,
	};
}

void put_thread_restart(struct pstree_item *item, int thread)
{
	struct ve_restart *r = rsti(item)->restart ? &rsti(item)->restart[thread] : NULL;

	if (!r || r->kind == VE_RESTART_NONE)
		return;
	r->thread = item->threads[thread].real;
	if (restart_ioctl(VE_RESTART_PUT, r))
		pr_pwarn("A call of thread %d ends with EINTR", r->thread);
}
