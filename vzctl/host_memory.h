/* SPDX-License-Identifier: GPL-2.0-or-later */
/* check-host: memory region, kexec, swap, the clock. See host_check.h. */
#ifndef VZCTL_HOST_MEMORY_H
#define VZCTL_HOST_MEMORY_H

#include "vzctl/host_check.h"

/*
 * The word for the kernel's command line that sets aside a quarter of the
 * memory, at the end of the largest piece; malloc'ed. iomem is the text of
 * /proc/iomem. NULL when there is no room.
 */
char *host_region_word(const char *iomem);

void host_look_region(const struct vz_conf *c, struct host_finding *f);
int host_fix_region(const struct vz_conf *c, struct vz_err *e);
void host_look_kexec(const struct vz_conf *c, struct host_finding *f);
void host_look_swap(const struct vz_conf *c, struct host_finding *f);
void host_look_time(const struct vz_conf *c, struct host_finding *f);
int host_fix_time(const struct vz_conf *c, struct vz_err *e);

#endif /* VZCTL_HOST_MEMORY_H */
