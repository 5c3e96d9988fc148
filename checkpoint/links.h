/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The names that a dump gives to open files of the VE which have lost the one they were opened by.
 *
 * They belong to the images: each restore looks for them, and takes them away once the images are
 * used up. Until then they lie in the VE, and while it stands still their list is in CRIU's working
 * directory: a dump's, or that of a restore whose VE has not gone on yet.
 */
#ifndef CHECKPOINT_LINKS_H
#define CHECKPOINT_LINKS_H

struct vz_conf;
struct vz_err;

/**
 * ckpt_links_take() - copy CRIU's list from the images to the working directory
 * @images, @work: descriptors of both folders. Without a list in the images nothing is done: stock
 *	CRIU makes none
 *
 * Return: 0, or VZ_CHKPNT.
 */
int ckpt_links_take(int images, int work, struct vz_err *e);

/* The VE goes on and nobody restores it: all that are listed. It must be frozen still. */
int ckpt_links_remove(int work, struct vz_err *e);

/* The VE is stopped, and nobody will restore it from these images: as far as they can be found. */
void ckpt_links_abandon(const struct vz_conf *c, int images);

/* The list alone: they are wanted, or their VE ends. */
void ckpt_links_forget(int work);

#endif /* CHECKPOINT_LINKS_H */
