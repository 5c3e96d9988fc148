/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Raw parts of frames, compressed where that is quicker than to send them as they are. Both
 * speeds are measured as frames go: on a fast link, or with what does not get smaller, nothing
 * is packed but one frame now and then, to see whether that is still so.
 */
#ifndef VZMIGRATE_FRAME_PACK_H
#define VZMIGRATE_FRAME_PACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * struct wire_pack - of one connection; zeroed at first
 * @in, @out: bytes that were packed lately, before and after
 * @us: in what time
 * @link_bytes, @link_us: what was sent lately
 */
struct wire_pack {
	double in, out, us;
	double link_bytes, link_us;
	unsigned int passed;		/* frames since the last one that was packed */
	void *packer, *unpacker;
	uint8_t *buf;
	size_t cap;
};

/* *raw and *len become the packed ones, which stay until the next call. false: as they are. */
bool wire_pack(struct wire_pack *p, const void **raw, size_t *len);
/* So many bytes were sent in that time. */
void wire_pack_sent(struct wire_pack *p, size_t bytes, uint64_t us);
/* The way back; no more than max bytes come of it, or -EPROTO. -ENOMEM. */
int wire_unpack(struct wire_pack *p, size_t max, const uint8_t **raw, uint32_t *len);
void wire_pack_release(struct wire_pack *p);

#endif /* VZMIGRATE_FRAME_PACK_H */
