/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * --max-freeze: how long the VE may stand still. Asked before the freeze, with
 * what the rounds have taught, and at each step of it; until the VE is given
 * away a "no" leads back to the source. --force turns it off.
 */
#ifndef VZMIGRATE_SOURCE_LIMIT_H
#define VZMIGRATE_SOURCE_LIMIT_H

#include <stdint.h>

struct mig_src;
struct vz_err;

/* A phase before the freeze sent so many bytes in that time: how fast the link is. */
void limit_learn(struct mig_src *s, uint64_t bytes, uint64_t us);
/* Predict the freeze; -ETIME when it is longer than it may be, and the VE runs on. */
int limit_predict(struct mig_src *s, uint64_t bytes, struct vz_err *e);
/* In the freeze: -ETIME when its time is up. The next wait for the peer ends with it. */
int limit_check(struct mig_src *s, const char *step, int timeout_ms, struct vz_err *e);
/* The move is over: what does not depend on bytes is remembered for the next ones. */
void limit_remember(const struct mig_src *s);

#endif /* VZMIGRATE_SOURCE_LIMIT_H */
