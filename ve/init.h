/* SPDX-License-Identifier: GPL-2.0-only */
/* Init of a VE: see init.c. */
#ifndef _VE_INIT_H
#define _VE_INIT_H

struct task_struct;
struct ve;

void ve_note_init(struct ve *ve, struct task_struct *task);
void ve_note_exit(struct ve *ve, struct task_struct *task);

#endif /* _VE_INIT_H */
