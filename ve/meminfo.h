/* SPDX-License-Identifier: GPL-2.0-only */
/* Memory of a VE: see meminfo.c. */
#ifndef _VE_MEMINFO_H
#define _VE_MEMINFO_H

#include <vz/object.h>

void ve_meminfo(struct ve *ve, struct sysinfo *si);
void ve_meminfo_print(struct seq_file *m, struct ve *ve);
int ve_meminfo_show(struct seq_file *m, void *v);
int ve_swaps_show(struct seq_file *m, void *v);
int ve_vmstat_show(struct seq_file *m, void *v);

#endif /* _VE_MEMINFO_H */
