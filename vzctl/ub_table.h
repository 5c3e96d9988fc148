/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tables of beancounters as the kernel and other hosts print them: /proc/user_beancounters,
 * /proc/bc/resources, and files with what these once said. */
#ifndef VZCTL_UB_TABLE_H
#define VZCTL_UB_TABLE_H

#include <stddef.h>
#include "libvz/ub.h"

struct vz_err;

/* Rows of one VE; what the table does not name is not live. */
struct ub_table_ve {
	unsigned int id;
	struct vz_ub_row rows[UB_NR_RESOURCES];
};

/* All VEs of a table, in its order; malloc'ed. The text is taken apart. -EINVAL: it is none. */
int ub_table_parse(char *text, struct ub_table_ve **ves, size_t *n);
/* Of a file. VZ_SYSTEM, VZ_BADVALUE. */
int ub_table_read(const char *path, struct ub_table_ve **ves, size_t *n, struct vz_err *e);

#endif /* VZCTL_UB_TABLE_H */
