/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef __CR_TMPFS_SUM_H__
#define __CR_TMPFS_SUM_H__

#include <stddef.h>
#include <stdint.h>

/* The checksum at the end of a gzip archive: CRC-32, its polynomial reflected, of all content. */
static inline uint32_t tmpfs_sum(const void *data, size_t len)
{
	const unsigned char *c = data;
	uint32_t table[16], sum = ~0U;

	for (uint32_t i = 0; i < 16; i++) {
		table[i] = i;
		for (int bit = 0; bit < 4; bit++)
			table[i] = table[i] >> 1 ^ (table[i] & 1 ? 0xedb88320 : 0);
	}
	while (len--) {
		sum ^= *c++;
		sum = sum >> 4 ^ table[sum & 15];
		sum = sum >> 4 ^ table[sum & 15];
	}
	return ~sum;
}

#endif /* __CR_TMPFS_SUM_H__ */
