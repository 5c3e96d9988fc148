/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Is it the root of a system, as templates are? By the names at its top: a backup, an image in a
 * tar or somebody's pictures are packed and unpacked as well, and no VE of them ever starts.
 */
#ifndef LIBVZ_ROOT_KIND_H
#define LIBVZ_ROOT_KIND_H

#include <stdbool.h>

struct vz_err;

/**
 * struct vz_root_kind - what was seen of one; { 0 } is nothing
 * @root: a folder that a system has is at its top
 * @below: a folder at the top that has such a folder in it, as text; or ""
 * @known: the first of the table's rows that fits, 0: none
 * @names: any were seen
 */
struct vz_root_kind {
	bool root, names;
	unsigned int known;
	char below[64];
};

/* One of its paths, in any order. true: no more is needed to know that it is none. */
bool vz_root_kind_see(struct vz_root_kind *k, const char *path);
/* All that counts of a folder that is open. */
void vz_root_kind_look(struct vz_root_kind *k, int dir);
/* After all was seen. VZ_BADTEMPLATE says what source is, and what to do with it. */
int vz_root_kind_check(const struct vz_root_kind *k, const char *source, struct vz_err *e);

#endif /* LIBVZ_ROOT_KIND_H */
