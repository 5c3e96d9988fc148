/* SPDX-License-Identifier: GPL-2.0-only */
/* Load of a VE, and what its tasks do: see loadavg.c. */
#ifndef _VE_LOADAVG_H
#define _VE_LOADAVG_H

#include <vz/object.h>
#include <vz/part.h>

extern const struct ve_part ve_load_part;

void ve_count_tasks(struct ve *ve, struct ve_tasks *tasks);
int ve_loadavg_show(struct seq_file *m, void *v);

#endif /* _VE_LOADAVG_H */
