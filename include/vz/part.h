/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What happens to a VE, told to all who keep something for it: a const table of
 * operations each. ve/parts.c lists those of ve/ and of what is below it; what
 * is above registers. Only our own files include this.
 */
#ifndef _VZ_PART_H
#define _VZ_PART_H

#include <linux/types.h>

struct cftype;
struct seq_file;
struct ve;

/**
 * struct ve_part - operations of a part; each may be missing
 * @arm: the VE is being bound and gets @id; nobody else sees it yet. May sleep
 *	and fail
 * @online: it is bound, its files and lookups show it. Cannot fail
 * @start: its state became STARTING or RESTORING. May sleep
 * @offline: its cgroup is removed: give up names, addresses, work. Also when a
 *	later part's @arm failed, @online was not called then. May sleep
 * @free: the last reference has gone, an RCU grace period after @offline, or at
 *	once after a failed binding. May sleep
 * @show: what follows in the VE's line of /proc/vz/veinfo. May sleep
 * @files: cgroup files, each of these arrays ended by an empty one, all by NULL
 *
 * @arm, @online and @start are called in the order of the list, @offline and
 * @free in the opposite one; @arm, @online and @offline under cgroup_mutex.
 */
struct ve_part {
	int			(*arm)(struct ve *ve, u32 id);
	void			(*online)(struct ve *ve);
	void			(*start)(struct ve *ve);
	void			(*offline)(struct ve *ve);
	void			(*free)(struct ve *ve);
	void			(*show)(struct seq_file *m, struct ve *ve);
	struct cftype *const	*files;
};

/* beancounters/part.c */
extern const struct ve_part ub_part;

#endif /* _VZ_PART_H */
