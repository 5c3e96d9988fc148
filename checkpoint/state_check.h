/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What ve.img may say. */
#ifndef CHECKPOINT_STATE_CHECK_H
#define CHECKPOINT_STATE_CHECK_H

#include "checkpoint/ve_state.pb-c.h"

/*
 * An image may come from another host, and its bytes from anybody: what is in
 * it acts as root of this host. Return: NULL when all of it stays within the
 * VE, else what is wrong, for a message. Nothing is looked up or changed.
 */
const char *ckpt_state_check(const VeState *s);

#endif /* CHECKPOINT_STATE_CHECK_H */
