// SPDX-License-Identifier: GPL-2.0-only
/*
 * A ring of log records: bytes in a circle, each record a head and its text.
 * A new one takes the place of as many of the oldest as it needs.
 *
 * Owns nothing; the caller has a lock for the ring and brings the memory.
 * Neither sleeps nor allocates.
 */
#include <linux/align.h>
#include <linux/minmax.h>
#include <linux/string.h>

#include "log_ring.h"

static u32 record_size(u16 len)
{
	return ALIGN(sizeof(struct ve_log_record) + len, sizeof(u64));
}

static void copy_in(const struct ve_log_ring *ring, u64 place, const void *from, u32 n)
{
	u32 off = place & (ring->size - 1), head = min(n, ring->size - off);

	memcpy(ring->text + off, from, head);
	memcpy(ring->text, from + head, n - head);
}

static void copy_out(const struct ve_log_ring *ring, u64 place, void *to, u32 n)
{
	u32 off = place & (ring->size - 1), head = min(n, ring->size - off);

	memcpy(to, ring->text + off, head);
	memcpy(to + head, ring->text, n - head);
}

static void drop_oldest(struct ve_log_ring *ring)
{
	struct ve_log_record r;

	copy_out(ring, ring->start, &r, sizeof(r));
	ring->start += record_size(r.len);
	ring->first++;
}

/**
 * ve_log_put - add a record
 * @ring: the ring
 * @r: with a length of at most VE_LOG_TEXT_MAX
 * @text: its text
 */
void ve_log_put(struct ve_log_ring *ring, const struct ve_log_record *r, const char *text)
{
	u32 size = record_size(r->len);

	while (ring->end + size - ring->start > ring->size)
		drop_oldest(ring);
	copy_in(ring, ring->end, r, sizeof(*r));
	copy_in(ring, ring->end + sizeof(*r), text, r->len);
	ring->end += size;
	ring->next++;
}

/**
 * ve_log_get - look at the record at a place, or at the oldest if that one has gone
 * @ring: the ring
 * @at: the place; moved on to the oldest record when it was lost
 * @r: filled
 * @text: filled, VE_LOG_TEXT_MAX bytes; NULL when it is not wanted
 *
 * Return: false when there is no record yet.
 */
bool ve_log_get(const struct ve_log_ring *ring, struct ve_log_at *at,
		struct ve_log_record *r, char *text)
{
	if (at->seq < ring->first || at->place == VE_LOG_NOWHERE)
		ve_log_seek(ring, at, at->seq);
	if (at->seq >= ring->next)
		return false;
	copy_out(ring, at->place, r, sizeof(*r));
	if (text)
		copy_out(ring, at->place + sizeof(*r), text, r->len);
	return true;
}

/* From the record @r, which is the one at @at, to the next. */
void ve_log_step(struct ve_log_at *at, const struct ve_log_record *r)
{
	at->seq++;
	at->place += record_size(r->len);
}

/**
 * ve_log_seek - go to a record
 * @ring: the ring
 * @at: filled
 * @seq: number; of one that has gone, or is not there yet: the nearest place
 */
void ve_log_seek(const struct ve_log_ring *ring, struct ve_log_at *at, u64 seq)
{
	struct ve_log_record r;

	if (seq >= ring->next) {
		at->seq = ring->next;
		at->place = ring->end;
		return;
	}
	at->seq = ring->first;
	at->place = ring->start;
	while (at->seq < seq) {
		copy_out(ring, at->place, &r, sizeof(r));
		ve_log_step(at, &r);
	}
}
