/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The source's files and configuration after a hand-over. The caller holds the VE's lock. */
#ifndef VZMIGRATE_SOURCE_CLEAN_H
#define VZMIGRATE_SOURCE_CLEAN_H

#include <stdbool.h>

struct journal;
struct vz_conf;
struct vz_err;

/* Undo what GRANT changed in the configuration. */
int src_undo_grant(struct vz_conf *c, const struct journal *j, struct vz_err *e);
/* The VE is gone from here: its files, configuration, journal. */
int src_clean_up(struct vz_conf *c, const struct journal *j, bool keep_private, struct vz_err *e);

#endif /* VZMIGRATE_SOURCE_CLEAN_H */
