/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the source sends: files, images, action scripts. */
#ifndef VZMIGRATE_SOURCE_COPY_H
#define VZMIGRATE_SOURCE_COPY_H

#include <stdbool.h>

struct mig_src;
struct vz_err;

int src_copy_running(struct mig_src *s, bool basis, struct vz_err *e);
int src_copy_final(struct mig_src *s, bool verify, struct vz_err *e);
int src_send_images(struct mig_src *s, const char *dir, struct vz_err *e);
int src_send_scripts(struct mig_src *s, bool taken, struct vz_err *e);

#endif /* VZMIGRATE_SOURCE_COPY_H */
