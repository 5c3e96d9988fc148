/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A migration from this host. */
#ifndef VZMIGRATE_SOURCE_H
#define VZMIGRATE_SOURCE_H

#include "vzmigrate/source_state.h"

struct vz_err;

/* The source's side of a whole migration. */
int mig_source(const struct mig_opts *o, struct vz_err *e);

#endif /* VZMIGRATE_SOURCE_H */
