/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Features of processors, of this host and of a dump's. */
#ifndef CHECKPOINT_CPU_H
#define CHECKPOINT_CPU_H

struct vz_err;

/*
 * Names, as in /proc/cpuinfo, of what programs may use of this host's processor,
 * with blanks between; malloc'ed, NULL without memory.
 */
char *ckpt_cpu_features(void);
/* What is in want and not in have, with ", " between; malloc'ed, NULL without memory. */
char *ckpt_cpu_missing(const char *want, const char *have);
/* All of want is here. -EOPNOTSUPP, VZ_RESTORE, with what is not. */
int ckpt_cpu_check(const char *want, struct vz_err *e);

#endif /* CHECKPOINT_CPU_H */
