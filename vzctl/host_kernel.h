/* SPDX-License-Identifier: GPL-2.0-or-later */
/* check-host: kernel, cgroups, service, CRIU. See host_check.h. */
#ifndef VZCTL_HOST_KERNEL_H
#define VZCTL_HOST_KERNEL_H

#include "vzctl/host_check.h"

void host_look_kernel(const struct vz_conf *c, struct host_finding *f);
void host_look_cgroup(const struct vz_conf *c, struct host_finding *f);
void host_look_service(const struct vz_conf *c, struct host_finding *f);
int host_fix_service(const struct vz_conf *c, struct vz_err *e);
void host_look_criu(const struct vz_conf *c, struct host_finding *f);

#endif /* VZCTL_HOST_KERNEL_H */
