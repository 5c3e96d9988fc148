/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where a VE in transit lies on its destination, and how it is made its own
 * or removed. Everything has a temporary name until the VE is granted; what
 * is there can be found from the journal alone.
 */
#ifndef VZMIGRATE_PLACE_H
#define VZMIGRATE_PLACE_H

#include <stdbool.h>
#include "libvz/conf.h"
#include "libvz/err.h"
#include "libvz/journal.h"

/* All into PATH_MAX buffers, which they return. */
char *place_incoming(char *buf, const struct vz_conf *c);	/* private area to be */
char *place_stage(char *buf, const struct vz_conf *c);

/*
 * The configuration as it came, kept beside the journal. What only a host sets
 * (LOCKDIR, DUMPDIR, TEMPLATE and the like) is left out.
 */
int place_conf_write(unsigned int id, const uint8_t *text, size_t len, struct vz_err *e);
/* Read it, with root and private area of this host in place of the source's. */
int place_conf_load(unsigned int id, struct vz_conf **c, struct vz_err *e);
/* The same from the text, and nothing is kept. */
int place_conf_parse(unsigned int id, const uint8_t *text, size_t len, struct vz_conf **c,
		     struct vz_err *e);
/* An action script on its way; suffix is checked. */
int place_script_write(unsigned int id, const char *suffix, unsigned int mode,
		       const uint8_t *text, size_t len, struct vz_err *e);

/*
 * The private area gets its own name; so do the images of a suspended VE, which
 * must have come whole (VZ_COPY). Journal: INCOMING to PLACED.
 */
int place_private(struct journal *j, const struct vz_conf *c, bool suspended, struct vz_err *e);
/* Configuration, action scripts and name are installed. Any number of times. */
int place_own(const struct vz_conf *c, struct vz_err *e);
/* Undo of place_own(). */
void place_disown(const struct vz_conf *c);
/* What is temporary goes, the journal too; the VE stays. */
int place_finish(const struct vz_conf *c, struct vz_err *e);
/* Nothing of the VE is left here (keep: its incoming area stays for another try). */
int place_discard(struct journal *j, const struct vz_conf *c, bool keep, struct vz_err *e);

#endif /* VZMIGRATE_PLACE_H */
