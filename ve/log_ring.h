/* SPDX-License-Identifier: GPL-2.0-only */
/* A ring of log records: see log_ring.c. */
#ifndef _VE_LOG_RING_H
#define _VE_LOG_RING_H

#include <linux/types.h>

/* As much of a message as is kept; the host's log has the same bound. */
#define VE_LOG_TEXT_MAX	1024

/**
 * struct ve_log_ring - records, oldest first
 * @text: memory of @size bytes
 * @size: a power of two, at least 4 * VE_LOG_TEXT_MAX
 * @start: where the oldest record begins; places only grow, what is in use of
 *	them is the rest of a division by @size
 * @end: where the next one will
 * @first: number of the oldest record
 * @next: number of the next one
 */
struct ve_log_ring {
	char	*text;
	u32	size;
	u64	start;
	u64	end;
	u64	first;
	u64	next;
};

/**
 * struct ve_log_at - where somebody reads
 * @seq: number of the record
 * @place: its place, right as long as the record is there, or not looked for yet
 */
struct ve_log_at {
	u64	seq;
	u64	place;
};

#define VE_LOG_NOWHERE	U64_MAX

/* The record of that number, to be looked for. */
#define VE_LOG_AT(nr)	((struct ve_log_at){ .seq = (nr), .place = VE_LOG_NOWHERE })

/**
 * struct ve_log_record - what is known of a message
 * @when: the host's boot time in ns; negative when it was written elsewhere
 * @pri: facility and level, as syslog has them
 * @len: bytes of the text
 */
struct ve_log_record {
	s64	when;
	u16	pri;
	u16	len;
};

void ve_log_put(struct ve_log_ring *ring, const struct ve_log_record *r, const char *text);
bool ve_log_get(const struct ve_log_ring *ring, struct ve_log_at *at,
		struct ve_log_record *r, char *text);
void ve_log_step(struct ve_log_at *at, const struct ve_log_record *r);
void ve_log_seek(const struct ve_log_ring *ring, struct ve_log_at *at, u64 seq);

#endif /* _VE_LOG_RING_H */
