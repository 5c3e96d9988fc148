/* SPDX-License-Identifier: GPL-2.0-or-later */
/* State of the destination's side of a copy, and what its parts share. */
#ifndef VZMIGRATE_COPY_RECEIVER_H
#define VZMIGRATE_COPY_RECEIVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "libvz/tree_cursor.h"
#include "vzmigrate/copy.h"
#include "vzmigrate/copy_list.h"
#include "vzmigrate/wire.pb-c.h"

struct vz_err;
struct wire;

#define COPY_TODO_MAX	16	/* the source keeps fewer open */

enum { COPY_ASK_NOT, COPY_ASK_WHOLE, COPY_ASK_DIGEST };

/* A DIR frame with files that are still to come. */
struct copy_todo {
	struct copy_todo *next;
	Wire__Dir *m;
	char *path;
	uint8_t *ask;		/* per entry */
	size_t open;		/* entries asked for and not yet answered */
};

/**
 * struct copy_receiver - one tree at the destination
 * @root, @stage: the tree and a folder on the same file system, owned by the caller
 * @store, @nstore: pages that references may name, owned by the caller; 0 of them: none
 */
struct copy_receiver {
	struct wire *w;
	int root, stage;
	int store;
	uint32_t nstore;
	struct copy_counts counts;

	bool verify, final;
	struct copy_todo *head;		/* folders with files on their way */
	unsigned int ntodo;
	char *dir_path;			/* folder last opened */
	int dir_fd;
	struct vz_tree_cursor near;	/* to it; none of it outlives the removal of a folder */
	struct copy_names names;
	struct copy_links links;
	struct copy_times times;
	struct copy_flags flags;	/* over all passes */
	struct {			/* file being received */
		int fd;
		struct copy_todo *todo;
		uint32_t index;
		Wire__File *msg;	/* its first frame */
	} file;
};

void copy_todo_free(struct copy_todo *t);
/* The one of that number, NULL when it is not open. */
struct copy_todo *copy_todo_find(struct copy_receiver *r, uint32_t seq);
/* File index of t is done; frees t with its last one. */
void copy_todo_answered(struct copy_receiver *r, struct copy_todo *t, uint32_t index);

/* Descriptor of the folder, kept until another is asked for; negative errno. */
int copy_dir_open(struct copy_receiver *r, const char *path);
void copy_dir_forget(struct copy_receiver *r);
/* Move what was made in the staging folder to dir/name, over whatever is there. */
int copy_into_place(struct copy_receiver *r, const char *made, int dir, const char *name);

/* Whether the metadata is complete and in range. */
bool copy_entry_ok(const Wire__Entry *en);
int copy_protocol(struct copy_receiver *r, const char *what, struct vz_err *e);
int copy_failed(const char *dir, const char *name, int err, struct vz_err *e);

#endif /* VZMIGRATE_COPY_RECEIVER_H */
