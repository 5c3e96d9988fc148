/* SPDX-License-Identifier: GPL-2.0-or-later */
/* CRIU's log and the working directory it is in. */
#ifndef CHECKPOINT_LOG_H
#define CHECKPOINT_LOG_H

struct ckpt_job;
struct vz_err;

/* The first and the last error of CRIU's log in one line, malloc'ed; NULL when there is none. */
char *ckpt_log_error(int workfd, const char *name);

/* Open (and make) the working directory of a job; the log of the last run is kept there. */
int ckpt_workdir(struct ckpt_job *j, struct vz_err *e);

#endif /* CHECKPOINT_LOG_H */
