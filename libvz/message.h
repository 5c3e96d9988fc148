/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Protobuf messages that somebody else wrote. A few bytes of one may ask for a structure of
 * hundreds, so the memory for all of it is bounded by its length. Nothing is kept here; the
 * caller owns the message and frees it with protobuf_c_message_free_unpacked(m, NULL).
 */
#ifndef LIBVZ_MESSAGE_H
#define LIBVZ_MESSAGE_H

#include <protobuf-c/protobuf-c.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What a message of @len bytes may take: those of our own tools take up to nine times their
 * length, and 400 entries of a folder, each a name and nothing else, 110 KiB.
 */
#define VZ_MESSAGE_FACTOR	16
#define VZ_MESSAGE_FIXED	(256U << 10)

/* -EBADMSG: no such message; -E2BIG: it would take more memory than that; -ENOMEM. */
int vz_message_unpack(const ProtobufCMessageDescriptor *d, const uint8_t *data, size_t len,
		      ProtobufCMessage **out);

#endif /* LIBVZ_MESSAGE_H */
