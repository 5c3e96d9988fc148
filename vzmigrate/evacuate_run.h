/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The steps of all VEs of an evacuation, a process each, some at a time. */
#ifndef VZMIGRATE_EVACUATE_RUN_H
#define VZMIGRATE_EVACUATE_RUN_H

#include "vzmigrate/evacuate_book.h"
#include "vzmigrate/evacuate_plan.h"

struct vz_err;

/**
 * struct evac - one evacuation or return
 * @back: VEs come here; host[0] is this one, under the name that the others have for it
 * @nto: so many of the hosts are destinations; those behind have something of ours
 */
struct evac {
	const struct evac_opts *o;
	bool back;
	struct evac_ve *ve;
	size_t n;
	struct evac_host host[EVAC_HOSTS];
	size_t nhosts, nto;
	struct evac_book book;
};

struct evac_ve *evac_add(struct evac *x, unsigned int id, struct vz_err *e);
/* Until each VE has a result. */
int evac_run(struct evac *x, struct vz_err *e);
void evac_free(struct evac *x);

#endif /* VZMIGRATE_EVACUATE_RUN_H */
