/* SPDX-License-Identifier: GPL-2.0-only */
/* What the ve controller calls in venet/. */
#ifndef _VZ_VENET_H
#define _VZ_VENET_H

struct seq_file;
struct ve;

#ifdef CONFIG_VE_NET
/* ve.id written: allocate ve->venet. May sleep. Return: 0 or -ENOMEM. */
int venet_arm(struct ve *ve);
/* css_offline: give up all addresses; later lookups do not find the VE. */
void venet_offline(struct ve *ve);
/* css_free: after RCU. */
void venet_free(struct ve *ve);
/* The addresses a VE owns as /proc/vz/veinfo has them. May sleep. */
void venet_show_addresses(struct seq_file *m, struct ve *ve);
#else
static inline int venet_arm(struct ve *ve) { return 0; }
static inline void venet_offline(struct ve *ve) { }
static inline void venet_free(struct ve *ve) { }
static inline void venet_show_addresses(struct seq_file *m, struct ve *ve) { }
#endif

#endif /* _VZ_VENET_H */
