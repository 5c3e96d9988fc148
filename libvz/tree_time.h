/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether a file is as it was in an earlier pass over its tree, by its change time. Before
 * each pass but the last the file system is synced, which write-protects shared mappings, so
 * that every later store moves the change time. No state.
 */
#ifndef LIBVZ_TREE_TIME_H
#define LIBVZ_TREE_TIME_H

#include <stdbool.h>
#include <time.h>

/* A change time that is not before this one may not tell a later change from an earlier one. */
struct timespec vz_tree_time_limit(const struct timespec *start_of_pass);
/* It is what it was, and old enough to be trusted. */
bool vz_tree_time_same(const struct timespec *was, const struct timespec *now,
		       const struct timespec *limit);

#endif /* LIBVZ_TREE_TIME_H */
