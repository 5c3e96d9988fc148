/* SPDX-License-Identifier: GPL-2.0-only */
/* Sockets of a VE in its /proc/net: see netstat.c. */
#ifndef _VE_NETSTAT_H
#define _VE_NETSTAT_H

struct seq_file;

int ve_sockstat_show(struct seq_file *m, void *v);
int ve_sockstat6_show(struct seq_file *m, void *v);
int ve_protocols_show(struct seq_file *m, void *v);
int ve_softnet_show(struct seq_file *m, void *v);

#endif /* _VE_NETSTAT_H */
