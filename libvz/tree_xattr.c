// SPDX-License-Identifier: GPL-2.0-or-later
/* The file's owner and the VE's root may set these, so a copy may as well. */
#include <string.h>
#include "libvz/tree_xattr.h"

bool vz_tree_xattr_moves(const char *name)
{
	return !strncmp(name, "user.", 5) || !strncmp(name, "security.", 9);
}
