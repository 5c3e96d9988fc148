/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel log of a VE: see log.c. */
#ifndef _VE_LOG_H
#define _VE_LOG_H

#include <linux/irq_work.h>
#include <linux/ratelimit_types.h>
#include <linux/refcount.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <vz/log.h>
#include <vz/part.h>

#include "log_ring.h"

/* Bytes of a VE's log, on its account. */
#define VE_LOG_SIZE	(64 << 10)

/**
 * struct ve_log - the log of one run of a VE
 * @users: the VE and each open file
 * @ended: the VE was started again, or removed; nothing comes any more
 * @lock: protects @ring, @read and @partly; a leaf, taken in any context but NMI
 * @ring: the records
 * @wait: who waits for more
 * @wake: wakes them, from wherever a record came
 * @gone: gives up the VE's reference when nobody writes any more
 * @read: where syslog(2) and /proc/kmsg read
 * @partly: bytes of that record's line that were read
 * @clear: number of the first record that was not cleared
 * @shift: what makes times of the restored log ours
 * @told: limits lines that the kernel writes of this VE
 */
struct ve_log {
	refcount_t		users;
	bool			ended;
	raw_spinlock_t		lock;
	struct ve_log_ring	ring;
	wait_queue_head_t	wait;
	struct irq_work		wake;
	struct rcu_work		gone;
	struct ve_log_at	read;
	size_t			partly;
	u64			clear;
	s64			shift;
	struct ratelimit_state	told;
};

extern const struct ve_part ve_log_part;

void ve_log_refused(struct ve *ve, const char *what);

struct ve_log *ve_log_open(struct ve *ve);
void ve_log_close(struct ve_log *log);
void ve_log_add(struct ve_log *log, u16 pri, const char *text, size_t len);
size_t ve_log_escape(char *buf, size_t size, const char *text, size_t len);
bool ve_log_told_too_much(struct ve *ve);
__printf(3, 4) void ve_log_line(struct ve *ve, int level, const char *fmt, ...);
__printf(3, 4) void ve_log_host(struct ve *ve, int level, const char *fmt, ...);

#endif /* _VE_LOG_H */
