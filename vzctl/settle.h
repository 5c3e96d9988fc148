/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What somebody who died over a VE has left to do, or half done. */
#ifndef VZCTL_SETTLE_H
#define VZCTL_SETTLE_H

struct vz_conf;
struct vz_err;

/*
 * What was decided is done, and what was only begun is removed. usual: a configuration with the
 * usual places of VE id, which is looked at when it has none. Callers hold the VE's lock.
 */
int settle_ve(unsigned int id, const struct vz_conf *usual, struct vz_err *e);

#endif /* VZCTL_SETTLE_H */
