/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One run of CRIU. */
#ifndef CHECKPOINT_CRIU_H
#define CHECKPOINT_CRIU_H

struct ckpt_job;
struct vz_err;

/* Run the job in a helper process; events arrive in this process. */
int ckpt_run(struct ckpt_job *j, struct vz_err *e);

#endif /* CHECKPOINT_CRIU_H */
