/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files of a tree that nobody may trust (libvz/tree.h) as the wire has them:
 * names, metadata, a hash of the content.
 */
#ifndef VZMIGRATE_TREE_H
#define VZMIGRATE_TREE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>
#include "libvz/err.h"
#include "vzmigrate/wire.pb-c.h"

/* Malloc'ed string of a checked bytes field, NULL when it is not acceptable. */
char *tree_name_dup(const ProtobufCBinaryData *b);
char *tree_path_dup(const ProtobufCBinaryData *b);

/* The VE of this process has layout overlay: its files have attributes of that. Off at first. */
void tree_layers(bool on);

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

/* Hash of an open file's content from offset 0. */
int tree_hash(int fd, uint64_t *hash);

#endif /* VZMIGRATE_TREE_H */
