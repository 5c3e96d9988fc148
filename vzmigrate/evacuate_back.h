/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vzmigrate --return: VEs that were evacuated from here come back. */
#ifndef VZMIGRATE_EVACUATE_BACK_H
#define VZMIGRATE_EVACUATE_BACK_H

#include <stddef.h>

struct evac_opts;
struct vz_err;

/* As evac_away(); n 0: all that the book has. */
int evac_back(const struct evac_opts *o, const unsigned int *ids, size_t n, unsigned int *left,
	      struct vz_err *e);

#endif /* VZMIGRATE_EVACUATE_BACK_H */
