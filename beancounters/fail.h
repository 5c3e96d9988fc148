/* SPDX-License-Identifier: GPL-2.0-only */
/* Charges that are made to fail. Private to beancounters/. */
#ifndef _VZ_UB_FAIL_H
#define _VZ_UB_FAIL_H

#include <linux/types.h>

#ifdef CONFIG_VE_FAIL_CHARGE
bool ub_should_fail(unsigned long n);
#else
static inline bool ub_should_fail(unsigned long n) { return false; }
#endif

#endif /* _VZ_UB_FAIL_H */
