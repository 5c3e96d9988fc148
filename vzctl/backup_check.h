/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What import has made of an archive's files, against the list of them that the archive ends with
 * (backup_index.h): that each is there, is what it was, and has the content that export read. It
 * lives as long as the unpacking of an archive and all its increments; one thread.
 */
#ifndef VZCTL_BACKUP_CHECK_H
#define VZCTL_BACKUP_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct backup_check;
struct vz_err;

/* NULL without memory. */
struct backup_check *backup_check_new(void);
void backup_check_free(struct backup_check *c);

/* A file of that size; then what it has, from its beginning on. What is left out is zeros. */
void backup_check_begin(struct backup_check *c, off_t size);
void backup_check_data(struct backup_check *c, const void *buf, size_t len, off_t at);
/*
 * It is made under this path, relative to the area. type: S_IF*; link: the path of which it is
 * another name, or NULL. -ENOMEM.
 */
int backup_check_made(struct backup_check *c, const char *path, mode_t type, const char *link);

/* For each item of the list (arg is the check). -EINVAL: it differs from what was made. */
int backup_check_item(char *item, void *arg, struct vz_err *e);
/* The list has come. */
bool backup_check_done(const struct backup_check *c);

#endif /* VZCTL_BACKUP_CHECK_H */
