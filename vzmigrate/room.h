/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What room a host has for VEs, and what it has of certain ones: asked, told, looked up. */
#ifndef VZMIGRATE_ROOM_H
#define VZMIGRATE_ROOM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "vzmigrate/host.h"
#include "vzmigrate/wire.pb-c.h"

struct vz_err;
struct wire;

struct room_ve {
	unsigned int id;
	uint64_t generation, memory;
	bool running, suspended;
};

/**
 * struct room - the answer of one host
 * @memory: bytes that programs could still have
 * @disk: bytes free where private areas are
 * @ve: of those that were asked about, the ones with a configuration there
 */
struct room {
	char host[HOST_IDENTITY];
	uint64_t memory, disk;
	struct room_ve *ve;
	size_t n;
};

/* Of this host. */
int room_here(const unsigned int *ids, size_t n, struct room *r, struct vz_err *e);
/* Of another one, by a connection of its own. ssh: more options, or NULL. */
int room_ask(const char *host, const char *ssh, const unsigned int *ids, size_t n, struct room *r,
	     struct vz_err *e);
/* The destination's side: answer one ROOM frame. */
int room_tell(struct wire *w, const Wire__Room *asked, struct vz_err *e);
const struct room_ve *room_find(const struct room *r, unsigned int id);
void room_free(struct room *r);

#endif /* VZMIGRATE_ROOM_H */
