/* SPDX-License-Identifier: GPL-2.0-or-later */
/* VEs as vzlist shows them. */
#ifndef VZCTL_LIST_LOAD_H
#define VZCTL_LIST_LOAD_H

#include <stdbool.h>
#include <stddef.h>
#include "include/vz/abi.h"
#include "libvz/quota.h"
#include "libvz/ub.h"

struct vz_conf;
struct vz_err;

enum list_status { ST_STOPPED, ST_MOUNTED, ST_SUSPENDED, ST_RUNNING };

struct list_ve {
	unsigned int id;
	struct vz_conf *c;
	enum list_status status;
	char *ip;		/* running: what the kernel owns; else the configuration's */
	struct vz_ub_row ub[UB_NR_RESOURCES];
	bool has_load;
	double load[3];
	double uptime;
	bool has_quota;
	struct vz_quota quota;	/* in use; limits of a running VE */
};

/* What has to be asked of the kernel for each running VE: a file or two for each of these. */
enum {
	LIST_UB = 1,
	LIST_IP = 2,
	LIST_RATES = 4,
	LIST_LOAD = 8,
	LIST_UPTIME = 16,
	LIST_DISK = 32,
	LIST_ALL = 63,
};
/* LIST_*: what a field of that name shows; 0 for one that the configuration tells. */
unsigned int list_need(const char *field);

/* need: LIST_*; what is not needed stays unset. */
int list_load(struct list_ve **ves, size_t *n, unsigned int need, struct vz_err *e);
void list_free(struct list_ve *ves, size_t n);
const char *list_status_name(enum list_status s);

#endif /* VZCTL_LIST_LOAD_H */
