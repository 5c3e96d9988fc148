/* SPDX-License-Identifier: GPL-2.0-only */
/* All parts of a VE: see parts.c. */
#ifndef _VE_PARTS_H
#define _VE_PARTS_H

#include <vz/object.h>

int ve_parts_init(struct cgroup_subsys *ss);
int ve_parts_arm(struct ve *ve, u32 id);
void ve_parts_online(struct ve *ve);
void ve_parts_start(struct ve *ve);
void ve_parts_offline(struct ve *ve);
void ve_parts_free(struct ve *ve);
void ve_parts_show(struct seq_file *m, struct ve *ve);

#endif /* _VE_PARTS_H */
