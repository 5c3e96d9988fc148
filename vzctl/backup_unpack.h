/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Archives that are open behind their heads into a folder. */
#ifndef VZCTL_BACKUP_UNPACK_H
#define VZCTL_BACKUP_UNPACK_H

#include <stddef.h>

struct backup_in;
struct vz_err;

/*
 * All that follows in in[0], and in the increments behind it, into dir/root and dir/dump, by a
 * process that is shut into dir. Memory and inode flags are those of the last one. Devices that no
 * VE has by default are left out and named. An archive that ends too early, has anything else in
 * it, or whose files are not those of its list, is refused; dir is then the caller's to remove.
 */
int backup_unpack(struct backup_in *const *in, size_t n, const char *dir, struct vz_err *e);

#endif /* VZCTL_BACKUP_UNPACK_H */
