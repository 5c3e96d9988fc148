/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A folder tree whose names nobody may trust: paths from the peer or from
 * inside a VE are checked, and resolved beneath the root descriptor without
 * following a link or leaving the file system.
 */
#ifndef VZMIGRATE_TREE_H
#define VZMIGRATE_TREE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>
#include "libvz/err.h"
#include "vzmigrate/wire.pb-c.h"

#define TREE_PATH_MAX	32768

/* One component: not empty, not . or .., no slash, no NUL, at most 255 bytes. */
bool tree_name_ok(const void *name, size_t len);
/* Relative path of such components; empty is the root itself. */
bool tree_path_ok(const void *path, size_t len);
/* Malloc'ed string of a checked bytes field, NULL when it is not acceptable. */
char *tree_name_dup(const ProtobufCBinaryData *b);
char *tree_path_dup(const ProtobufCBinaryData *b);

/* Folder path beneath root; path of any length. Descriptor or negative errno. */
int tree_open_dir(int root, const char *path);

/*
 * Metadata of dirfd/name (of dirfd itself when name is "") into en, whose
 * strings and xattrs are malloc'ed; tree_entry_free() releases them.
 */
int tree_entry_read(int dirfd, const char *name, const struct stat *st, Wire__Entry *en);
void tree_entry_stat(const struct stat *st, Wire__Entry *en);
void tree_entry_free(Wire__Entry *en);

/* Owner, mode and xattrs of dirfd/name as en says; times only when mtime. */
int tree_entry_apply(int dirfd, const char *name, const Wire__Entry *en, bool mtime);
int tree_set_mtime(int dirfd, const char *name, const Wire__Entry *en);

/*
 * Remove dirfd/name, a tree of any depth, through the staging folder (same
 * file system). Adds what was removed to *count.
 */
int tree_remove(int dirfd, const char *name, int stage, uint64_t *count);

/* Hash of an open file's content from offset 0. */
int tree_hash(int fd, uint64_t *hash);

#endif /* VZMIGRATE_TREE_H */
