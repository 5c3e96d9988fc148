// SPDX-License-Identifier: GPL-2.0-only
/* Names of the rows, as <vz/abi.h> has them. Constant. */
#include <linux/errno.h>
#include <linux/string.h>
#include "names.h"

const char *const ub_names[UB_NR_RESOURCES] = {
#define UB_RESOURCE_NAME(sym, name)	[UB_##sym] = name,
	UB_RESOURCES(UB_RESOURCE_NAME)
#undef UB_RESOURCE_NAME
};

bool ub_is_dummy(enum ub_resource res)
{
	return res == UB_DUMMY0 || (res >= UB_DUMMY1 && res <= UB_DUMMY3);
}

int ub_find_name(const char *name)
{
	int res;

	for (res = 0; res < UB_NR_RESOURCES; res++)
		if (!ub_is_dummy(res) && !strcmp(name, ub_names[res]))
			return res;
	return -EINVAL;
}
