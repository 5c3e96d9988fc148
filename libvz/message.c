// SPDX-License-Identifier: GPL-2.0-or-later
/* The allocator that is given to protobuf-c counts down; what it handed out is malloc()'s. */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include "libvz/message.h"

/* What malloc() adds to a piece, so that many small ones count as what they take. */
#define PIECE_BYTES	16

struct budget {
	size_t left;
	bool spent, no_memory;
};

static void *take(void *data, size_t size)
{
	struct budget *b = data;
	void *p;

	if (size > b->left || b->left - size < PIECE_BYTES) {
		b->spent = true;
		return NULL;
	}
	b->left -= size + PIECE_BYTES;
	p = malloc(size);
	b->no_memory |= !p;
	return p;
}

static void give_back(void *unused, void *p) { free(p); }

int vz_message_unpack(const ProtobufCMessageDescriptor *d, const uint8_t *data, size_t len,
		      ProtobufCMessage **out)
{
	struct budget b = { 0 };
	ProtobufCAllocator from = { .alloc = take, .free = give_back, .allocator_data = &b };

	if (__builtin_mul_overflow(len, VZ_MESSAGE_FACTOR, &b.left) ||
	    __builtin_add_overflow(b.left, VZ_MESSAGE_FIXED, &b.left))
		return -E2BIG;
	*out = protobuf_c_message_unpack(d, &from, len, data);
	if (*out)
		return 0;
	return b.spent ? -E2BIG : b.no_memory ? -ENOMEM : -EBADMSG;
}
