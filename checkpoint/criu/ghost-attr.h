/* SPDX-License-Identifier: GPL-2.0-only */
/* Extended attributes of deleted files: those of users (user.*) and lists of access (ACL). */
#ifndef __CR_GHOST_ATTR_H__
#define __CR_GHOST_ATTR_H__

#include "images/ghost-file.pb-c.h"

/*
 * Puts those of an open file, which may be an O_PATH descriptor, into its entry; the memory is
 * kept until CRIU ends. Numbers of owners in lists become those of the dumped user namespace.
 * 0, or -1 when they cannot be read. Source: xattr(7), the kernel's posix_acl_xattr.h.
 */
extern int ghost_attr_dump(int fd, GhostFileEntry *gfe);
/* Gives them to the file that was made anew, after its owner and mode. 0, or -1. */
extern int ghost_attr_restore(const char *path, const GhostFileEntry *gfe);

#endif
