/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which CRIU is installed. */
#ifndef CHECKPOINT_CHECK_H
#define CHECKPOINT_CHECK_H

#include <stdbool.h>

struct vz_err;

/* What to run: OpenVE's own build where it is installed, else the criu in PATH. */
const char *ckpt_criu_program(void);
bool ckpt_criu_is_ours(void);

/* Is criu there, new enough and able to work on this kernel? VZ_CHKPNT if not. */
int ckpt_check(struct vz_err *e);

/* Version of the installed CRIU (40101 for 4.1.1), or negative when missing or too old. */
int ckpt_criu_version(struct vz_err *e);

#endif /* CHECKPOINT_CHECK_H */
