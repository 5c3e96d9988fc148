/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The folder of images that a VE is restored from. It may be another host's: what is not a file
 * of its own is refused, so nothing that is read for the VE is of this host.
 */
#ifndef CHECKPOINT_IMAGE_FOLDER_H
#define CHECKPOINT_IMAGE_FOLDER_H

#include <sys/types.h>

struct vz_err;

/**
 * ckpt_images_open_to_ve() - let the VE's root read them
 * @images: the folder
 * @group: the VE's root on the host
 * @path: of the folder, for errors
 *
 * Returns 0; -EINVAL with @e: there is a link.
 * Context: the host's root, and nobody else writes to the folder.
 */
int ckpt_images_open_to_ve(int images, gid_t group, const char *path, struct vz_err *e);

#endif /* CHECKPOINT_IMAGE_FOLDER_H */
