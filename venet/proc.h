/* SPDX-License-Identifier: GPL-2.0-only */
/* Addresses in /proc/vz: see proc.c. */
#ifndef _VENET_PROC_H
#define _VENET_PROC_H


struct seq_file;
struct ve;

/* The addresses a VE owns as /proc/vz/veinfo has them. May sleep. */
void venet_show_addresses(struct seq_file *m, struct ve *ve);

#endif /* _VENET_PROC_H */
