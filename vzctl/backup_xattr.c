// SPDX-License-Identifier: GPL-2.0-or-later
/* user.* and security.*; the lists of access control are a part of the entry of their own. */
#include <archive_entry.h>
#include <stdlib.h>
#include <string.h>
#include "libvz/tree_xattr.h"
#include "vzctl/backup_xattr.h"

void backup_xattr_keep(struct archive_entry *en)
{
	int n = archive_entry_xattr_reset(en), kept = 0;
	struct { char *name; void *value; size_t len; } *all = calloc(n + 1, sizeof(*all));
	const char *name;
	const void *value;
	size_t len;

	while (all && kept < n && !archive_entry_xattr_next(en, &name, &value, &len)) {
		if (!vz_tree_xattr_moves(name))
			continue;
		all[kept].name = strdup(name);
		all[kept].value = malloc(len + 1);
		if (all[kept].value && len)
			memcpy(all[kept].value, value, len);
		all[kept++].len = len;
	}
	archive_entry_xattr_clear(en);
	for (int i = 0; i < kept; i++) {
		if (all[i].name && all[i].value)
			archive_entry_xattr_add_entry(en, all[i].name, all[i].value, all[i].len);
		free(all[i].name);
		free(all[i].value);
	}
	free(all);
}
