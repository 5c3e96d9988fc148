// SPDX-License-Identifier: GPL-2.0-or-later
/* Pages whose numbers follow each other lie so in the store too, and are copied together. */
#include <endian.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>
#include "vzmigrate/refs.h"

#define TOGETHER	16

size_t refs_put(const struct pages *p, const uint8_t *page, uint8_t *out)
{
	uint32_t ref = pages_refer(p, page), le = htole32(ref);

	memcpy(out, &le, sizeof(le));
	if (ref != PAGES_LITERAL)
		return sizeof(le);
	memcpy(out + sizeof(le), page, PAGES_SIZE);
	return REFS_PAGE;
}

static uint32_t get_ref(const uint8_t *p)
{
	uint32_t le;

	memcpy(&le, p, sizeof(le));
	return le32toh(le);
}

static int write_page(int fd, const uint8_t *page, size_t len, uint64_t offset)
{
	return pwrite(fd, page, len, offset) == (ssize_t)len ? 0 : -ENOSPC;
}

/* n pages from number first on. */
static int copy_stored(int fd, uint64_t offset, int store, uint32_t first, size_t n)
{
	uint8_t buf[TOGETHER * PAGES_SIZE];

	if (pread(store, buf, n * PAGES_SIZE, (off_t)first * PAGES_SIZE) !=
	    (ssize_t)(n * PAGES_SIZE))
		return -EIO;
	return write_page(fd, buf, n * PAGES_SIZE, offset);
}

int refs_write(int fd, uint64_t *offset, uint64_t limit, const uint8_t *p, size_t len, int store,
	       uint32_t nstore)
{
	const uint8_t *end = p + len;

	while (p < end) {
		uint32_t ref;
		size_t n = 1;
		int ret = 0;

		if (end - p < (ssize_t)sizeof(ref) || *offset % PAGES_SIZE || *offset > limit ||
		    limit - *offset < PAGES_SIZE)
			return -EPROTO;
		ref = get_ref(p);
		p += sizeof(ref);
		if (ref == PAGES_LITERAL) {
			if (end - p < PAGES_SIZE)
				return -EPROTO;
			ret = write_page(fd, p, PAGES_SIZE, *offset);
			p += PAGES_SIZE;
		} else if (ref != PAGES_ZERO) {
			if (store < 0 || ref - 1 >= nstore)
				return -EPROTO;
			while (n < TOGETHER && end - p >= (ssize_t)sizeof(ref) &&
			       get_ref(p) == ref + n && ref - 1 + n < nstore &&
			       limit - *offset >= (n + 1) * PAGES_SIZE) {
				p += sizeof(ref);
				n++;
			}
			ret = copy_stored(fd, *offset, store, ref - 1, n);
		}
		if (ret)
			return ret;
		*offset += n * PAGES_SIZE;
	}
	return 0;
}
