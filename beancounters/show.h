/* SPDX-License-Identifier: GPL-2.0-only */
/* One line of a table of rows. Private to beancounters/. */
#ifndef _VZ_UB_SHOW_PRIVATE_H
#define _VZ_UB_SHOW_PRIVATE_H

#include <vz/ub-show.h>

void ub_print_row(struct seq_file *m, const char *uid, const char *name,
		  const struct ub_row *row);

#endif /* _VZ_UB_SHOW_PRIVATE_H */
