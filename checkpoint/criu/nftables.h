/* SPDX-License-Identifier: GPL-2.0-only */
/* The rules of a net namespace in an image: see nft-dump.c and nft-restore.c. */
#ifndef __CR_NFTABLES_H__
#define __CR_NFTABLES_H__

#include <stdbool.h>

struct cr_img;

/* Of the net namespace one is in, as the kernel has them. Nobody changes them meanwhile. */
extern int dump_nft_messages(struct cr_img *img);

/* Does an image of @size bytes that begins so have them? If not it is text of an older dump. */
extern bool is_nft_messages(const char *image, size_t size);
extern int restore_nft_messages(const char *image, size_t size);

#endif
