// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>
#include "checkpoint/lost_kind.h"

const struct lost_kind *lost_kind_find(const struct lost_kind *table, size_t n, const char *name,
				       size_t len)
{
	for (size_t i = 0; i < n; i++)
		if (strlen(table[i].name) == len && !memcmp(table[i].name, name, len))
			return &table[i];
	return NULL;
}
