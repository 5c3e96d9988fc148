// SPDX-License-Identifier: GPL-2.0-only
/*
 * How calls go on that the dump has interrupted. OpenVE's kernel tells and takes it for a thread
 * that is traced by the caller (/proc/vz/restart). Registers are saved so that the thread makes
 * restart_syscall(2); where nothing was kept for it that gives EINTR, as ever.
 *
 * And which calls of a thread are its own business (PR_SET_SYSCALL_USER_DISPATCH, as Wine has it):
 * those of CRIU's code in it would be, too, so this goes before and comes last. ptrace(2) tells it.
 *
 * What is collected at a dump lives as long as the process. At a restore it is in memory that is
 * shared: the task reads its image, its tracer sets it.
 */
#include <fcntl.h>
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/ptrace.h>

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

/* Source: linux/ptrace.h, since 6.4. */
#define DISPATCH_SET 0x4210
#define DISPATCH_GET 0x4211

struct dispatch {
	uint64_t on, selector, from, size;
};

struct note {
	struct ve_restart r;
	struct dispatch d;
};

struct kept {
	struct kept *next;
	const struct pstree_item *item;
	struct ve_restart r;
	struct dispatch d;
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

static int set_dispatch(pid_t thread, const struct dispatch *d)
{
	return ptrace(DISPATCH_SET, thread, sizeof(*d), d);
}

/* Whether there was one, which is off then. */
static bool take_dispatch(pid_t thread, struct dispatch *d)
{
	static const struct dispatch off;

	return !ptrace(DISPATCH_GET, thread, sizeof(*d), d) && d->on && !set_dispatch(thread, &off);
}

static int keep(const struct pstree_item *item, const struct ve_restart *r,
		const struct dispatch *d, ThreadCoreEntry *core)
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
	k->d = *d;
	k->e.has_dispatch_at = k->e.has_dispatch_from = k->e.has_dispatch_size = d->on;
	k->e.dispatch_at = d->selector;
	k->e.dispatch_from = d->from;
	k->e.dispatch_size = d->size;
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
		struct dispatch d = {};

		if (!item->core || !item->core[i])
			continue;
		if (restart_ioctl(VE_RESTART_GET, &r))
			r.kind = VE_RESTART_NONE;
		if (!take_dispatch(r.thread, &d))
			d.on = 0;
		if ((d.on || r.kind != VE_RESTART_NONE) &&
		    keep(item, &r, &d, item->core[i]->thread_core))
			return -1;
	}
	return 0;
}

static void put_back(struct ve_restart *r, const struct dispatch *d)
{
	if (r->kind != VE_RESTART_NONE && restart_ioctl(VE_RESTART_PUT, r))
		pr_pwarn("A call of thread %d ends with EINTR", r->thread);
	if (d->on && set_dispatch(r->thread, d))
		pr_pwarn("Calls of thread %d go to the kernel", r->thread);
}

void give_back_thread_restarts(const struct pstree_item *item)
{
	struct kept *k;

	for (k = all; k; k = k->next)
		if (k->item == item)
			put_back(&k->r, &k->d);
}

static struct note *notes_of(struct pstree_item *item)
{
	return (struct note *)rsti(item)->restart;
}

int prepare_thread_restarts(struct pstree_item *item)
{
	const size_t size = sizeof(struct note) * item->nr_threads;

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
	notes_of(item)[thread].r = (struct ve_restart){
		.kind = e->kind,
		.clock = e->clock,
		.until = e->until,
		.at = e->at,
		.number = e->number,
		.mask = e->mask,
		.shared = e->shared,
	};
	notes_of(item)[thread].d = (struct dispatch){
		.on = e->has_dispatch_at,
		.selector = e->dispatch_at,
		.from = e->dispatch_from,
		.size = e->dispatch_size,
	};
}

void put_thread_restart(struct pstree_item *item, int thread)
{
	struct note *n = notes_of(item);

	if (!n)
		return;
	n[thread].r.thread = item->threads[thread].real;
	put_back(&n[thread].r, &n[thread].d);
}
