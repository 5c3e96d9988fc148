/* SPDX-License-Identifier: GPL-2.0-or-later */
/* May a VE come to this host? */
#ifndef VZMIGRATE_RECEIVE_CHECK_H
#define VZMIGRATE_RECEIVE_CHECK_H

#include <stdint.h>
#include "vzmigrate/wire.pb-c.h"

struct vz_err;

/* May this VE come here? Nothing is changed. free_bytes: room for its files. */
int dst_check(const Wire__Hello *h, uint64_t *free_bytes, struct vz_err *e);

#endif /* VZMIGRATE_RECEIVE_CHECK_H */
