/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One file of a VE, copied within this host: all that it is but its flags. Names are
 * single components; nobody else writes below the second folder. 0 or negative errno.
 */
#ifndef VZCTL_DISK_FILE_H
#define VZCTL_DISK_FILE_H

#include <stdint.h>
#include <stdbool.h>
#include <sys/stat.h>

/* Anew in folder to, where the name is free; a folder may be there. Adds to *bytes what it read. */
int disk_file_copy(int from, int to, const char *name, const struct stat *st, uint64_t *bytes);
/* Owner, mode, attributes, times; name "" is the folder itself. */
int disk_file_meta(int from, int to, const char *name, const struct stat *st);
/* Access and change of content. */
int disk_file_times(int to, const char *name, const struct stat *st);
/* Whether both are the same but for the number of links; st, there: of each. */
bool disk_file_equal(int from, int to, const char *name, const struct stat *st,
		     const struct stat *there);

#endif /* VZCTL_DISK_FILE_H */
