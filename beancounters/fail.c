// SPDX-License-Identifier: GPL-2.0-only
/*
 * Refused charges by fault injection, for tests of what callers do then. Owns
 * the attribute fail_ub; not built into kernels that serve somebody.
 */
#include <linux/fault-inject.h>
#include <linux/init.h>
#include "fail.h"

static DECLARE_FAULT_ATTR(fail_ub);

/* Context: any. Return: true when a charge of @n shall be refused. */
bool ub_should_fail(unsigned long n)
{
	return should_fail(&fail_ub, n);
}

#ifdef CONFIG_FAULT_INJECTION_DEBUG_FS
static int __init ub_fail_init(void)
{
	return PTR_ERR_OR_ZERO(fault_create_debugfs_attr("fail_ub", NULL, &fail_ub));
}
late_initcall(ub_fail_init);
#endif
