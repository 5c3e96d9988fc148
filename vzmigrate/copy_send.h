/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The source's side of a copy. */
#ifndef VZMIGRATE_COPY_SEND_H
#define VZMIGRATE_COPY_SEND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>
#include "vzmigrate/copy.h"

struct vz_err;
struct vz_progress;
struct wire;

struct copy_seen;
struct copy_batch;

/**
 * struct copy_sender - source of one tree over all its passes
 * @root: the tree, owned by the caller
 * @force: inodes whose content is always sent, sorted; owned by the caller
 * @progress: grows by the size of each file looked at; NULL for none
 * @counts: of the last pass
 * The rest belongs to copy_send.c.
 */
struct copy_sender {
	struct wire *w;
	int root;
	enum copy_tree kind;
	const uint64_t *force;
	size_t nforce;
	struct vz_progress *progress;
	struct copy_counts counts;

	struct copy_seen *seen;		/* ino -> ctime, of the pass before */
	struct copy_seen *next;
	struct timespec seen_start, start;
	unsigned int passes;
	bool verify, final;
	uint32_t seq;
	struct copy_batch *head, **tail;
	unsigned int nbatches;
};

void copy_sender_init(struct copy_sender *s, struct wire *w, int root, enum copy_tree kind);
void copy_sender_release(struct copy_sender *s);
/* One pass. final: the tree stands still, so a file that vanishes is an error. */
int copy_send_pass(struct copy_sender *s, bool verify, bool final, struct vz_err *e);
/* Bytes used on disk by the tree at root, for estimates. */
int copy_usage(int root, uint64_t *bytes);

struct copy_seen;

#endif /* VZMIGRATE_COPY_SEND_H */
