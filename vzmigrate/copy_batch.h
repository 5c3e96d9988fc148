/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Folders on their way to the destination, which may still ask for files of them. */
#ifndef VZMIGRATE_COPY_BATCH_H
#define VZMIGRATE_COPY_BATCH_H

#include <stddef.h>
#include <stdint.h>

struct copy_sender;

/* A DIR frame on its way: the names that NEED's indices mean. */
struct copy_batch {
	struct copy_batch *next;
	uint32_t seq;
	char *path;
	char **name;
	size_t n;
};

/* A new one at the end of the sender's list, room for n names. NULL: no memory. */
struct copy_batch *copy_batch_add(struct copy_sender *s, const char *path, size_t n);
/* The one of that number, NULL when it is not open. */
struct copy_batch *copy_batch_find(struct copy_sender *s, uint32_t seq);
void copy_batch_end(struct copy_sender *s, struct copy_batch *b);
void copy_batch_drop_all(struct copy_sender *s);

#endif /* VZMIGRATE_COPY_BATCH_H */
