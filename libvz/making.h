/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A VE that is being made: its configuration takes its number and its ids before there are
 * files, and says so (MAKING). Should the maker die, who takes the VE's lock next ends it: the
 * VE is as good as made when its private area has its name, else nothing of it stays.
 */
#ifndef LIBVZ_MAKING_H
#define LIBVZ_MAKING_H

#include <stdbool.h>

struct vz_conf;
struct vz_err;

#define VZ_MAKING	"MAKING"	/* the variable; its value is the command */

/* In c only: the caller saves it. */
int vz_making_begin(struct vz_conf *c, const char *command, struct vz_err *e);
/* All is there: c is saved without the word, if it has it. */
int vz_making_end(struct vz_conf *c, struct vz_err *e);
/* Nothing stays of it but what is below <private>.tmp; a name that leads to it is freed. */
int vz_making_undo(const struct vz_conf *c, struct vz_err *e);

/* Under the lock, of a c that was read under it. *changed: to be read again, if it is there. */
int vz_making_settle(struct vz_conf *c, bool *changed, struct vz_err *e);

#endif /* LIBVZ_MAKING_H */
