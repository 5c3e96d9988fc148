/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a tree uses on disk. */
#ifndef VZMIGRATE_COPY_USAGE_H
#define VZMIGRATE_COPY_USAGE_H

#include <stdint.h>

/* Bytes used on disk by the tree at root, for estimates. */
int copy_usage(int root, uint64_t *bytes);

#endif /* VZMIGRATE_COPY_USAGE_H */
