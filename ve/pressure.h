/* SPDX-License-Identifier: GPL-2.0-only */
/* /proc/pressure of a VE: see pressure.c. */
#ifndef _VE_PRESSURE_H
#define _VE_PRESSURE_H

struct proc_ops;

/* Of a file whose data is an enum psi_res. */
extern const struct proc_ops ve_pressure_proc_ops;

#endif /* _VE_PRESSURE_H */
