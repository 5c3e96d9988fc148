/* SPDX-License-Identifier: GPL-2.0-only */
/* The table of sysctls: see sysctl.c. */
#ifndef _VE_SYSCTL_H
#define _VE_SYSCTL_H

#include <linux/types.h>

struct ve_sysctl;

const struct ve_sysctl *ve_sysctl_find(const char *path);
int ve_sysctl_check(const struct ve_sysctl *row, const char *text, size_t len);

#endif /* _VE_SYSCTL_H */
