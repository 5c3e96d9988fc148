/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Programs that run from a sealed copy in memory (CVE-2019-5736). */
#ifndef LIBVZ_SEAL_H
#define LIBVZ_SEAL_H

#include "libvz/err.h"

/*
 * Run the program at path from a sealed copy in memory, so that nothing in a VE
 * ever holds a descriptor of the host's binary. Returns only with an error.
 */
int vz_seal_exec(const char *path, char *const argv[], struct vz_err *e);

/* The same with this program, from its start. Returns 0 at once when it runs sealed already. */
int vz_seal_self(char *const argv[], struct vz_err *e);

/* A file in memory that nobody writes to changes no more; waits for pages that somebody holds. */
int vz_seal_fd(int fd);

#endif /* LIBVZ_SEAL_H */
