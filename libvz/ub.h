/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Beancounters of a VE as the tools see them: rows, refusals, the last look. */
#ifndef LIBVZ_UB_H
#define LIBVZ_UB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "libvz/conf.h"

struct vz_ub_row {
	bool known;		/* barrier and limit: configuration or kernel */
	bool live;		/* held, maxheld, failcnt: kernel */
	long held, maxheld, barrier, limit, failcnt;
};

/* Name of a row; "dummy" for the four that have none. */
const char *vz_ub_name(enum ub_resource r);

/* Text of ve.ub.resources into the rows that it names; the others stay. How many there were. */
size_t vz_ub_parse(char *text, struct vz_ub_row rows[UB_NR_RESOURCES]);
/* Rows of a bound VE. */
int vz_ub_read(unsigned int id, struct vz_ub_row rows[UB_NR_RESOURCES], struct vz_err *e);
/* Barriers and limits of a configuration. */
void vz_ub_of_conf(const struct vz_conf *c, struct vz_ub_row rows[UB_NR_RESOURCES]);

/* One line of ve.ub.refusals. */
struct vz_refusal {
	uint64_t seq, when_ns;		/* when: the host's boot time */
	enum ub_resource res;
	bool soft;
	long wanted, held, bound;
	int pid;			/* 0: no process, an interrupt */
	char comm[64];			/* as the kernel escaped it */
};

/* false: not such a line (of a newer kernel). */
bool vz_refusal_parse(const char *line, struct vz_refusal *r);
/* The record of a VE, oldest first, malloc'ed. -ENOENT without a message: the kernel keeps none. */
int vz_refusals_read(unsigned int id, struct vz_refusal **list, size_t *n, struct vz_err *e);

/*
 * The last look at a VE's rows, below VZ_STATEDIR/ubc. A cold start begins
 * anew (vz_look_forget); a restore and a reboot of the host go on. It is
 * replaced in one step, so two lookers at a time each see a whole one.
 */
struct vz_look {
	bool there;
	long when;		/* seconds since 1970 */
	struct vz_ub_row rows[UB_NR_RESOURCES];	/* held, maxheld, failcnt */
};
int vz_look_read(unsigned int id, struct vz_look *look, struct vz_err *e);
int vz_look_write(unsigned int id, const struct vz_ub_row rows[UB_NR_RESOURCES], struct vz_err *e);
void vz_look_forget(unsigned int id);
/* Failures since a look; counts that went back began anew. */
long vz_look_new(const struct vz_ub_row *now, const struct vz_ub_row *then);

#endif /* LIBVZ_UB_H */
