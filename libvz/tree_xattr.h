/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Extended attributes that belong to a file wherever it goes. No state. */
#ifndef LIBVZ_TREE_XATTR_H
#define LIBVZ_TREE_XATTR_H

#include <stdbool.h>

/* Lists of access control aside; others (trusted.*, system.nfs4_acl) stay where they are. */
bool vz_tree_xattr_moves(const char *name);

#endif /* LIBVZ_TREE_XATTR_H */
