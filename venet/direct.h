/* SPDX-License-Identifier: GPL-2.0-only */
/* Whether packets between VEs pass the host: see direct.c. */
#ifndef _VENET_DIRECT_H
#define _VENET_DIRECT_H

#include <linux/cgroup-defs.h>
#include <linux/types.h>

/* The packet path reads it with READ_ONCE(); false at boot. */
extern bool venet_direct;
extern struct cftype venet_direct_files[];

#endif /* _VENET_DIRECT_H */
