/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The archive of a template while it is written. Whatever it is made of goes
 * through tmpl_pack_entry(), which trusts nothing: paths stay inside, links lead
 * to what is there, devices are those of every VE, ids are those of the VE.
 */
#ifndef VZCTL_TMPL_PACK_H
#define VZCTL_TMPL_PACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include "libvz/guest_style.h"
#include "libvz/sha256.h"

struct archive_entry;
struct vz_err;

/* What could not be kept, for the operator; lines beyond the room are counted only. */
struct tmpl_notes {
	char **line;
	size_t n, more;
};

void tmpl_note(struct tmpl_notes *notes, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void tmpl_notes_free(struct tmpl_notes *notes);

/* What is known of an archive when it is whole. */
struct tmpl_facts {
	struct vz_os os;
	enum vz_style style;
	uint64_t files, bytes;		/* bytes: of the archive */
	char digest[VZ_SHA256_HEX];
};

struct tmpl_pack;

/* The file must not be there; tmpl_pack_abort() removes it. base: first id that owns the source. */
int tmpl_pack_open(const char *path, unsigned int base, struct tmpl_notes *notes,
		   struct tmpl_pack **pack, struct vz_err *e);
/*
 * One file, with its path in the entry. read gives the content of a regular one, as read(2) does
 * but with a negative errno; it may not be called at all.
 */
int tmpl_pack_entry(struct tmpl_pack *p, struct archive_entry *en,
		    ssize_t (*read)(void *arg, void *buf, size_t len), void *arg, struct vz_err *e);
/* All is in it, and on disk. Frees it when it returns 0. */
int tmpl_pack_finish(struct tmpl_pack *p, struct tmpl_facts *facts, struct vz_err *e);
/* NULL is allowed. */
void tmpl_pack_abort(struct tmpl_pack *p);

#endif /* VZCTL_TMPL_PACK_H */
