// SPDX-License-Identifier: GPL-2.0-or-later
/* zstd at its quickest; its state is kept for the life of the connection. One thread, no lock. */
#include <errno.h>
#include <stdlib.h>
#include <zstd.h>
#include "libvz/clock.h"
#include "vzmigrate/frame_pack.h"

#define LEVEL		1
/* Less is not worth a look. */
#define LEAST		512
/* Not every frame is of one kind: the last few decide. */
#define KEEP		0.8
/* One in so many is packed to see whether it is worth it. */
#define TRY_EVERY	32

static bool room(struct wire_pack *p, size_t want)
{
	uint8_t *buf;

	if (p->cap >= want)
		return true;
	buf = realloc(p->buf, want);
	if (!buf)
		return false;
	p->buf = buf;
	p->cap = want;
	return true;
}

/* Time to pack a byte against the time to send what it saves. */
static bool is_worth_it(const struct wire_pack *p)
{
	if (!p->in || p->link_bytes <= 0)
		return true;
	return p->us / p->in < (1 - p->out / p->in) * p->link_us / p->link_bytes;
}

bool wire_pack(struct wire_pack *p, const void **raw, size_t *len)
{
	uint64_t start;
	size_t n;

	if (*len < LEAST || (!is_worth_it(p) && ++p->passed < TRY_EVERY))
		return false;
	p->passed = 0;
	if (!p->packer)
		p->packer = ZSTD_createCCtx();
	if (!p->packer || !room(p, ZSTD_compressBound(*len)))
		return false;
	start = vz_now_us();
	n = ZSTD_compressCCtx(p->packer, p->buf, p->cap, *raw, *len, LEVEL);
	if (ZSTD_isError(n))
		return false;
	p->us = KEEP * p->us + (vz_now_us() - start);
	p->in = KEEP * p->in + *len;
	p->out = KEEP * p->out + (n < *len ? n : *len);
	if (n >= *len)
		return false;
	*raw = p->buf;
	*len = n;
	return true;
}

void wire_pack_sent(struct wire_pack *p, size_t bytes, uint64_t us)
{
	/* What a pipe takes at once says nothing of the link, many of them do. */
	p->link_bytes = 0.98 * p->link_bytes + bytes;
	p->link_us = 0.98 * p->link_us + us;
}

int wire_unpack(struct wire_pack *p, size_t max, const uint8_t **raw, uint32_t *len)
{
	size_t n;

	if (!p->unpacker)
		p->unpacker = ZSTD_createDCtx();
	if (!p->unpacker || !room(p, max ? max : 1))
		return -ENOMEM;
	n = ZSTD_decompressDCtx(p->unpacker, p->buf, max, *raw, *len);
	if (ZSTD_isError(n))
		return -EPROTO;
	*raw = p->buf;
	*len = n;
	return 0;
}

void wire_pack_release(struct wire_pack *p)
{
	ZSTD_freeCCtx(p->packer);
	ZSTD_freeDCtx(p->unpacker);
	free(p->buf);
	*p = (struct wire_pack){ 0 };
}
