// SPDX-License-Identifier: GPL-2.0-or-later
/* A message of each type, as it lies in a frame or in ve.img: it takes the memory it may. */
#include <sanitizer/allocator_interface.h>
#include <stdint.h>
#include <stdlib.h>
#include "checkpoint/ve_state.pb-c.h"
#include "libvz/message.h"
#include "vzmigrate/frame.h"
#include "vzmigrate/wire.pb-c.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const ProtobufCMessageDescriptor *const messages[] = {
	&ve_state__descriptor,
#define MESSAGE(name, desc, raw)	&desc,
	WIRE_TYPES(MESSAGE)
#undef MESSAGE
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const ProtobufCMessageDescriptor *d;
	ProtobufCMessage *m;
	size_t before;

	if (!size)
		return 0;
	d = messages[data[0] % (sizeof(messages) / sizeof(messages[0]))];
	before = __sanitizer_get_current_allocated_bytes();
	if (vz_message_unpack(d, data + 1, size - 1, &m))
		return 0;
	if (__sanitizer_get_current_allocated_bytes() - before >
	    VZ_MESSAGE_FIXED + (size - 1) * VZ_MESSAGE_FACTOR)
		abort();
	protobuf_c_message_free_unpacked(m, NULL);
	return 0;
}
