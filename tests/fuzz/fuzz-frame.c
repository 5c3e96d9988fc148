// SPDX-License-Identifier: GPL-2.0-or-later
/* What a peer sends: a stream of frames, until one is refused or the stream ends. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "libvz/err.h"
#include "vzmigrate/frame.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd = memfd_create("frames", MFD_CLOEXEC);
	struct wire_frame f;
	struct wire w;
	int ret;

	if (fd < 0 || write(fd, data, size) != (ssize_t)size || lseek(fd, 0, SEEK_SET))
		abort();
	wire_init(&w, fd, fd, "peer");
	w.timeout_ms = 1000;
	do {
		struct vz_err e = { 0 };

		memset(&f, 0, sizeof(f));
		ret = wire_recv(&w, &f, &e);
		if (!ret)
			wire_frame_free(&f);
		vz_error_free(&e);
	} while (!ret);
	wire_release(&w);
	close(fd);
	return 0;
}
