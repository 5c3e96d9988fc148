// SPDX-License-Identifier: GPL-2.0-or-later
/* A message of each type, as it lies in a frame whose checksum is right. */
#include <stdint.h>
#include "vzmigrate/frame.h"
#include "vzmigrate/wire.pb-c.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const ProtobufCMessageDescriptor *const messages[] = {
#define MESSAGE(name, desc, raw)	&desc,
	WIRE_TYPES(MESSAGE)
#undef MESSAGE
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const ProtobufCMessageDescriptor *d;
	ProtobufCMessage *m;

	if (!size)
		return 0;
	d = messages[data[0] % (sizeof(messages) / sizeof(messages[0]))];
	m = protobuf_c_message_unpack(d, NULL, size - 1, data + 1);
	if (m)
		protobuf_c_message_free_unpacked(m, NULL);
	return 0;
}
