/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the rows of a VE refused. */
#ifndef LIBVZ_REFUSAL_H
#define LIBVZ_REFUSAL_H

#include <stdbool.h>
#include <stddef.h>

struct vz_err;
struct vz_refusal;

/* false: not such a line (of a newer kernel). */
bool vz_refusal_parse(const char *line, struct vz_refusal *r);
/* The record of a VE, oldest first, malloc'ed. -ENOENT without a message: the kernel keeps none. */
int vz_refusals_read(unsigned int id, struct vz_refusal **list, size_t *n, struct vz_err *e);

#endif /* LIBVZ_REFUSAL_H */
