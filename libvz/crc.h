/* SPDX-License-Identifier: GPL-2.0-or-later */
/* CRC-32C of a buffer; crc is that of what came before, 0 at the begin. */
#ifndef LIBVZ_CRC_H
#define LIBVZ_CRC_H

#include <stddef.h>
#include <stdint.h>

uint32_t vz_crc32c(uint32_t crc, const void *buf, size_t len);

#endif /* LIBVZ_CRC_H */
