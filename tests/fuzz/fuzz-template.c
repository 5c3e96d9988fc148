// SPDX-License-Identifier: GPL-2.0-or-later
/* The archive of a template, as vzctl create unpacks it: devices that all have, and no others. */
#include "tests/fuzz/tar.h"
#include "tests/fuzz/disk.h"
#include "libvz/template.c"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int fuzz_header(struct archive_entry *en)
{
	unsigned int type = archive_entry_filetype(en);

	if (type == AE_IFBLK || (type == AE_IFCHR && archive_entry_rdevmajor(en) != 1 &&
				 archive_entry_rdevmajor(en) != 5))
		abort();
	return ARCHIVE_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct vz_err e = { 0 };
	int fd = tar_file(data, size, NULL);

	unpack_here(fd, &e);
	vz_error_free(&e);
	close(fd);
	return 0;
}
