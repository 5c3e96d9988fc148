/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Cleanup by attribute: what a scope owns is released when it is left. */
#ifndef LIBVZ_CLEANUP_H
#define LIBVZ_CLEANUP_H

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static inline void vz_cleanup_free(void *p)
{
	free(*(void **)p);
}

static inline void vz_cleanup_close(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static inline void vz_cleanup_dir(DIR **d)
{
	if (*d)
		closedir(*d);
}

static inline void vz_cleanup_file(FILE **f)
{
	if (*f)
		fclose(*f);
}

#define cleanup_free	__attribute__((cleanup(vz_cleanup_free)))
#define cleanup_close	__attribute__((cleanup(vz_cleanup_close)))
#define cleanup_dir	__attribute__((cleanup(vz_cleanup_dir)))
#define cleanup_file	__attribute__((cleanup(vz_cleanup_file)))

/* Take a value out of a variable with cleanup, leaving nothing to release. */
static inline int vz_take_fd(int *fd)
{
	int v = *fd;

	*fd = -1;
	return v;
}

#endif /* LIBVZ_CLEANUP_H */
