/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SHA-256 (FIPS 180-4), of bytes that come in parts. The caller owns the state. */
#ifndef LIBVZ_SHA256_H
#define LIBVZ_SHA256_H

#include <stddef.h>
#include <stdint.h>

#define VZ_SHA256_HEX	65	/* 64 digits and the end */

struct vz_sha256 {
	uint32_t h[8];
	uint64_t len;
	unsigned char part[64];
};

void vz_sha256_start(struct vz_sha256 *s);
void vz_sha256_add(struct vz_sha256 *s, const void *buf, size_t len);
/* Lower case digits. */
void vz_sha256_end(struct vz_sha256 *s, char hex[VZ_SHA256_HEX]);

/* Of all that can be read from fd on. 0 or negative errno. */
int vz_sha256_file(int fd, char hex[VZ_SHA256_HEX]);

#endif /* LIBVZ_SHA256_H */
