/* SPDX-License-Identifier: GPL-2.0-or-later */
/* State of the source's side of a copy. */
#ifndef VZMIGRATE_COPY_SENDER_H
#define VZMIGRATE_COPY_SENDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>
#include "libvz/tree_cursor.h"
#include "vzmigrate/copy.h"

struct changes;
struct pages;
struct vz_progress;
struct wire;

struct copy_seen;
struct copy_batch;

/**
 * struct copy_sender - source of one tree over all its passes
 * @root: the tree, owned by the caller
 * @force: inodes whose content is always sent, sorted; owned by the caller
 * @changed: inodes that may have changed since the pass before, sorted, owned by the
 *	caller: only their folders are looked at; NULL for the whole tree
 * @changes: to be emptied now and then during a pass; NULL for none
 * @pages: what the destination has of the memory: files of pages are sent as references
 *	to them; NULL: as any file
 * @progress: grows by the size of each file looked at; NULL for none
 * @counts: of the last pass
 * The rest belongs to copy_send.c; the list of batches to copy_batch.c.
 */
struct copy_sender {
	struct wire *w;
	int root;
	enum copy_tree kind;
	const uint64_t *force;
	size_t nforce;
	const uint64_t *changed;
	size_t nchanged;
	struct changes *changes;
	const struct pages *pages;
	struct vz_progress *progress;
	struct copy_counts counts;

	struct copy_seen *seen;		/* ino -> ctime, of the pass before */
	struct copy_seen *next;
	struct timespec seen_start, start;
	unsigned int passes;
	bool verify, final;
	bool partial;			/* the pass is of changed folders only */
	bool need_all;			/* it turned out that this is not enough */
	unsigned int nfolders;		/* looked at in the pass */
	uint32_t seq;
	struct vz_tree_cursor near;	/* to the last folder of which files were asked for */
	struct copy_batch *head, **tail;
	unsigned int nbatches;
};

#endif /* VZMIGRATE_COPY_SENDER_H */
