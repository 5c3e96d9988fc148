/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The destination's answer to a source that lost the connection at the hand-over. */
#ifndef VZMIGRATE_ANSWER_H
#define VZMIGRATE_ANSWER_H

#include "vzmigrate/wire.pb-c.h"

struct vz_err;
struct wire;

/*
 * The process of the old connection ends, what it left is finished or removed, the answer is
 * sent, and after RUNS the end of the hand-over is waited for.
 */
int dst_answer(struct wire *w, const Wire__Query *q, struct vz_err *e);

#endif /* VZMIGRATE_ANSWER_H */
