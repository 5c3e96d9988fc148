/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * /var/lib/vzctl/evacuated: which VE was sent from here to which host, one line each. A line
 * is written before the VE goes and taken out when it is back, so that it says where to look,
 * whatever was killed in between. Whoever changes it holds evac_lock().
 */
#ifndef VZMIGRATE_EVACUATE_BOOK_H
#define VZMIGRATE_EVACUATE_BOOK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "vzmigrate/evacuate_plan.h"

struct vz_err;

/**
 * struct evac_line - one VE
 * @generation: that it got with the move
 * @resume: it was suspended for the move and did not yet go on
 */
struct evac_line {
	unsigned int id;
	enum evac_policy policy;
	uint64_t generation;
	bool resume;
	char host[256];
};

struct evac_book {
	struct evac_line *line;
	size_t n;
};

/* One evacuation or return at a time. -EBUSY, VZ_LOCKED. */
int evac_lock(int *fd, struct vz_err *e);
int evac_book_read(struct evac_book *b, struct vz_err *e);
struct evac_line *evac_book_find(const struct evac_book *b, unsigned int id);
/* Add or replace, take out: on disk on return. */
int evac_book_put(struct evac_book *b, const struct evac_line *line, struct vz_err *e);
int evac_book_drop(struct evac_book *b, unsigned int id, struct vz_err *e);
void evac_book_free(struct evac_book *b);
/* A host that a line, ssh and a shell take as one word. */
bool evac_host_valid(const char *name);

#endif /* VZMIGRATE_EVACUATE_BOOK_H */
