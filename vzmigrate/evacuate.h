/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vzmigrate --evacuate: all VEs of a host go elsewhere. */
#ifndef VZMIGRATE_EVACUATE_H
#define VZMIGRATE_EVACUATE_H

#include <stddef.h>

struct evac_opts;
struct vz_err;

/*
 * ids: these only; n 0: all there are. left: how many did not come where they should be, each
 * told with its reason.
 */
int evac_away(const struct evac_opts *o, const unsigned int *ids, size_t n, unsigned int *left,
	      struct vz_err *e);

#endif /* VZMIGRATE_EVACUATE_H */
