// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * IMAGE frames of a source: files in one folder come of them, or they are refused. A frame of the
 * input is three lengths (of the message, of the raw part, of zeros behind that), and what they
 * say: so a page fits into a small input.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include "libvz/err.h"
#include "libvz/tree.h"
#include "vzmigrate/frame.h"
#include "vzmigrate/images_recv.h"
#include "vzmigrate/pages.h"
#include "vzmigrate/wire.pb-c.h"

#define STORED	3	/* pages that came before */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int take(struct images_receiver *r, const uint8_t **p, const uint8_t *end)
{
	struct wire_frame f = { .type = WIRE_IMAGE };
	uint16_t len[3];
	struct vz_err e = { 0 };
	uint8_t *raw;
	int ret = -1;

	if (end - *p < (ptrdiff_t)sizeof(len))
		return -1;
	memcpy(len, *p, sizeof(len));
	*p += sizeof(len);
	if (end - *p < len[0] || end - *p - len[0] < len[1])
		return -1;
	f.raw_len = len[1] + len[2];
	/* No more than there is, so that the sanitizer sees what is read behind it. */
	raw = calloc(1, f.raw_len);
	memcpy(raw, *p + len[0], len[1]);
	f.raw = raw;
	f.msg = (ProtobufCMessage *)wire__image__unpack(NULL, len[0], *p);
	if (f.msg)
		ret = images_take(r, &f, &e);
	*p += len[0] + len[1];
	if (f.msg)
		wire__image__free_unpacked((Wire__Image *)f.msg, NULL);
	free(raw);
	vz_error_free(&e);
	return ret;
}

/* Only files, and nothing beside their folder. */
static void look(int top, int images)
{
	DIR *d = fdopendir(openat(top, ".", O_RDONLY | O_DIRECTORY));
	struct dirent *n;
	struct stat st;

	while ((n = readdir(d)))
		if (strcmp(n->d_name, "images") && n->d_name[0] != '.')
			abort();
	closedir(d);
	d = fdopendir(openat(images, ".", O_RDONLY | O_DIRECTORY));
	while ((n = readdir(d)))
		if (strcmp(n->d_name, ".") && strcmp(n->d_name, "..") &&
		    (fstatat(images, n->d_name, &st, AT_SYMLINK_NOFOLLOW) || !S_ISREG(st.st_mode)))
			abort();
	closedir(d);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char path[] = "/tmp/fuzz-images-XXXXXX";
	const uint8_t *p = data;
	uint32_t nstore = STORED;
	struct images_receiver r = { .fd = -1, .nstore = &nstore };
	struct stat st;
	int top = open(mkdtemp(path), O_RDONLY | O_DIRECTORY);

	r.store = memfd_create("store", MFD_CLOEXEC);
	if (top < 0 || mkdirat(top, "images", 0700) || ftruncate(r.store, STORED * PAGES_SIZE))
		abort();
	r.dir = openat(top, "images", O_RDONLY | O_DIRECTORY);
	while (!take(&r, &p, data + size))
		;
	if (fstat(r.store, &st) || nstore < STORED ||
	    (uint64_t)st.st_size < (uint64_t)nstore * PAGES_SIZE)
		abort();
	images_release(&r);
	look(top, r.dir);
	close(r.dir);
	close(r.store);
	close(top);
	vz_path_remove(path, NULL);
	return 0;
}
