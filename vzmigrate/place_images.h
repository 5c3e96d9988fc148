/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where the images of a moving VE are, on either side: in memory, a tmpfs of
 * their own that is mounted as long as the move takes; where memory is short,
 * or for a suspended VE, whose images stay, in the folder of dumps.
 */
#ifndef VZMIGRATE_PLACE_IMAGES_H
#define VZMIGRATE_PLACE_IMAGES_H

#include <stdbool.h>
#include <stdint.h>
#include "libvz/conf.h"

struct vz_err;

/*
 * Room in memory for the images of a VE that holds so many bytes. 0 also when
 * memory is too short for them: then they go to disk.
 */
int place_images_in_memory(const struct vz_conf *c, uint64_t bytes, struct vz_err *e);
bool place_images_are_in_memory(const struct vz_conf *c);
/* All into PATH_MAX buffers, which they return. The staging folder is on the same file system. */
char *place_images(char *buf, const struct vz_conf *c);
char *place_images_stage(char *buf, const struct vz_conf *c);
/* Remove both, wherever they are. */
int place_images_remove(const struct vz_conf *c, struct vz_err *e);

#endif /* VZMIGRATE_PLACE_IMAGES_H */
