/* SPDX-License-Identifier: GPL-2.0-or-later */
/* May what CRIU refused be dumped a little later? */
#ifndef CHECKPOINT_PASSING_H
#define CHECKPOINT_PASSING_H

#include <stdbool.h>
#include <sys/types.h>

/*
 * To be asked while the VE runs on: true when the cause that @msg tells of is gone. Waits
 * for it, without a freeze, no longer than two seconds. False: another try would end as
 * this one did.
 */
bool ckpt_has_passed(const char *msg, pid_t init);

#endif /* CHECKPOINT_PASSING_H */
