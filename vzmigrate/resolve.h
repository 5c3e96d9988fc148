/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vzmigrate --status, --abort, --resume and --resolve. */
#ifndef VZMIGRATE_RESOLVE_H
#define VZMIGRATE_RESOLVE_H

struct vz_err;

/* `vzmigrate --status [ID]`, `vzmigrate --resolve WHAT ID`. id 0: all. */
int mig_status(unsigned int id, struct vz_err *e);
/* One that is under way and not given yet ends as by Ctrl-C; one that was broken off goes back. */
int mig_abort(unsigned int id, struct vz_err *e);
int mig_resolve(const char *what, unsigned int id, struct vz_err *e);

#endif /* VZMIGRATE_RESOLVE_H */
