/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Copy engine: makes a tree at the destination equal to one at the source,
 * in passes. The first pass may meet a tree that is there already (a
 * template, what an earlier try left): then content is compared. Later passes
 * send what changed since the pass before. A pass over a running VE tolerates
 * files that change or vanish; the next pass finds them.
 */
#ifndef VZMIGRATE_COPY_H
#define VZMIGRATE_COPY_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>
#include "libvz/err.h"
#include "libvz/log.h"
#include "vzmigrate/copy_list.h"
#include "vzmigrate/frame.h"
#include "vzmigrate/wire.pb-c.h"

/* Which tree a pass is about. Part of the protocol. */
enum copy_tree {
	COPY_PRIVATE,
	COPY_IMAGES,
	COPY_NR_TREES,
};

struct copy_counts {
	uint64_t files, bytes, removed;
};

/* ---- source --------------------------------------------------------------- */

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

/* ---- destination ------------------------------------------------------------ */

struct copy_todo;

/**
 * struct copy_receiver - one tree at the destination
 * @root, @stage: the tree and a folder on the same file system, owned by the caller
 */
struct copy_receiver {
	struct wire *w;
	int root, stage;
	struct copy_counts counts;

	bool verify, final;
	struct copy_todo *head;		/* folders with files on their way */
	unsigned int ntodo;
	char *dir_path;			/* folder last opened */
	int dir_fd;
	struct copy_names names;
	struct copy_links links;
	struct copy_times times;
	struct {			/* file being received */
		int fd;
		struct copy_todo *todo;
		uint32_t index;
		Wire__File *msg;	/* its first frame */
	} file;
};

void copy_receiver_init(struct copy_receiver *r, struct wire *w, int root, int stage);
void copy_receiver_release(struct copy_receiver *r);
/* One pass, after its TREE frame; answers DONE. */
int copy_recv_pass(struct copy_receiver *r, const Wire__Tree *t, struct vz_err *e);

#endif /* VZMIGRATE_COPY_H */
