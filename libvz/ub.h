/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Beancounters of a VE as the tools see them: rows. */
#ifndef LIBVZ_UB_H
#define LIBVZ_UB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "include/vz/abi.h"

struct vz_conf;
struct vz_err;

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

#endif /* LIBVZ_UB_H */
