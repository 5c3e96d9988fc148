/* SPDX-License-Identifier: GPL-2.0-only */
/* Arithmetic of the choice that the global OOM killer makes. Private to beancounters/. */
#ifndef _VZ_UB_OOM_H
#define _VZ_UB_OOM_H

long ub_overdraft(unsigned long used, unsigned long guarantee, unsigned long held);
long ub_oom_bias(long points, long overdraft);

#endif /* _VZ_UB_OOM_H */
