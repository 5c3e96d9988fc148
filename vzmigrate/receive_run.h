/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A VE that this host was given, finished by any process: the destination's supervisor. The
 * caller holds the VE's lock.
 */
#ifndef VZMIGRATE_RECEIVE_RUN_H
#define VZMIGRATE_RECEIVE_RUN_H

#include <stdbool.h>

struct journal;
struct vz_conf;
struct vz_err;

/*
 * It is this host's and runs, or is there as it was when it came stopped; nothing is done
 * twice. On an error *ran says whether it may have run here: then it stays, stopped.
 */
int dst_run(const struct journal *j, const struct vz_conf *c, bool *ran, struct vz_err *e);
/* After the process that was at it has gone: DEAD of the journal, to its end. keep: --keep-dst. */
int dst_settle(struct journal *j, bool keep, struct vz_err *e);
/* It never ran here, and the source may have it back: GRANTED to PLACED. */
int dst_disown(struct journal *j, const struct vz_conf *c, struct vz_err *e);

#endif /* VZMIGRATE_RECEIVE_RUN_H */
