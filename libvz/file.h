/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Small files whole, and paths that must stay beneath a root. */
#ifndef LIBVZ_FILE_H
#define LIBVZ_FILE_H

#include <stddef.h>
#include <stdio.h>
#include <sys/types.h>

/*
 * A file of the host, by a name that a caller or a configuration gave, to be read: never waits,
 * whatever has the name. A descriptor; -errno, -EISDIR for a folder, -VZ_ENOFILE (err.h) for a
 * FIFO, a device or a socket. fopen: NULL, and the same in errno.
 */
int vz_open_file(const char *path);
struct stat;
int vz_open_file_stat(const char *path, struct stat *st);
FILE *vz_fopen_file(const char *path);
/* The whole file, with a NUL behind it; at most max bytes (-EFBIG). -errno. */
int vz_read_fd(int fd, size_t max, char **text, size_t *len);
int vz_read_file(const char *path, char **text);
/* The same beneath a folder. Without len the last newline is taken off. */
int vz_read_at(int dirfd, const char *name, char **text, size_t *len);
/* One write(2) of the text into an existing file (proc, sysfs, cgroup). */
int vz_write_file(const char *path, const char *text);

/*
 * Replace dirfd/name as a whole, and have it on disk on return: temporary file,
 * fsync, rename, fsync of the folder. Owner is root, the mode is not cut by the umask.
 */
int vz_replace_at(int dirfd, const char *name, const void *data, size_t len, mode_t mode);
/* The same with owner and mode of what was there; old NULL: as above. */
int vz_replace_like(int dirfd, const char *name, const void *data, size_t len,
		    const struct stat *old, mode_t mode);
int vz_replace_file(const char *path, const void *data, size_t len, mode_t mode);
/* A whole buffer at an offset of a file. */
int vz_pwrite_all(int fd, const void *data, size_t len, off_t at);

/*
 * For the first process of a VE, which makes its mounts: openat2 with RESOLVE_IN_ROOT and no magic
 * links: a path inside a VE cannot lead out of root, whatever symlinks the VE's root has put there.
 */
int vz_open_in_root(int root, const char *path, int flags, mode_t mode);
#endif /* LIBVZ_FILE_H */
