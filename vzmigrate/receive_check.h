/* SPDX-License-Identifier: GPL-2.0-or-later */
/* May a VE come to this host? */
#ifndef VZMIGRATE_RECEIVE_CHECK_H
#define VZMIGRATE_RECEIVE_CHECK_H

#include <stdint.h>
#include "vzmigrate/wire.pb-c.h"

struct vz_conf;
struct vz_err;

/* May this VE come here? Nothing is changed. free_bytes: room for its files. */
int dst_check(const Wire__Hello *h, uint64_t *free_bytes, struct vz_err *e);

/* With the VE's lock: what an earlier try has left goes, and the VE's names are free. */
int dst_clear(const Wire__Hello *h, const struct vz_conf *here, struct vz_err *e);

#endif /* VZMIGRATE_RECEIVE_CHECK_H */
