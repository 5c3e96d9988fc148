/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The destination's side of a copy. */
#ifndef VZMIGRATE_COPY_RECV_H
#define VZMIGRATE_COPY_RECV_H

#include <stdbool.h>
#include <stdint.h>
#include "vzmigrate/copy.h"
#include "vzmigrate/copy_list.h"
#include "vzmigrate/wire.pb-c.h"

struct vz_err;
struct wire;

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

#endif /* VZMIGRATE_COPY_RECV_H */
