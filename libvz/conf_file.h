/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The lines of one configuration file, kept as they are until a value changes. */
#ifndef LIBVZ_CONF_FILE_H
#define LIBVZ_CONF_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include "libvz/conf_line.h"

/* What lines that were read point into, until the file is freed. */
struct vz_conf_block;

struct vz_conf_file {
	struct vz_conf_line *line;
	size_t n, room;
	struct vz_conf_block *blocks;
	unsigned int readers;	/* that share it, by vz_conf_file_share() */
};

struct vz_conf_file *vz_conf_file_new(void);
void vz_conf_file_free(struct vz_conf_file *f);
/* Lines of text, which need not end in a newline. -ENOMEM. */
int vz_conf_file_parse(struct vz_conf_file *f, const char *text);
/* -EFBIG: longer than a configuration may be; -VZ_ENOTEXT: it has a NUL. */
int vz_conf_file_read(struct vz_conf_file *f, const char *path);
/* The first line that has a NUL, 0: none. */
size_t vz_conf_file_nul(const char *path);
/*
 * Read path, or give what the last call has read when the file has not changed
 * since: nobody changes it. vz_conf_file_free() gives it back. One thread only.
 */
int vz_conf_file_share(const char *path, struct vz_conf_file **f);
/* The first line with that name counts. */
const char *vz_conf_file_get(const struct vz_conf_file *f, const char *name);
/*
 * May a file have that value? The same text must mean the same to a shell that sources the file.
 * And it is shown: what would move the cursor of a terminal is no part of it.
 */
bool vz_conf_value_ok(const char *s);
/* NULL removes. -EINVAL: no file may have that value. */
int vz_conf_file_set(struct vz_conf_file *f, const char *name, const char *value);
/* Temporary file beside it, fsync, rename; a symlink's target is replaced, not the link. */
int vz_conf_file_write(const struct vz_conf_file *f, const char *path);
/* The same text, to a file that is open. */
int vz_conf_file_put(const struct vz_conf_file *f, int fd);

#endif /* LIBVZ_CONF_FILE_H */
