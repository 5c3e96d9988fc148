/* SPDX-License-Identifier: GPL-2.0-only */
/* Sysctls of the machine, as each VE has its own: see sysctl_own.c. */
#ifndef _VE_SYSCTL_OWN_H
#define _VE_SYSCTL_OWN_H

#include <vz/part.h>

extern const struct ve_part ve_sysctl_part;

#endif /* _VE_SYSCTL_OWN_H */
