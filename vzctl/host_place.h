/* SPDX-License-Identifier: GPL-2.0-or-later */
/* check-host: where VEs, dumps and templates lie. See host_check.h. */
#ifndef VZCTL_HOST_PLACE_H
#define VZCTL_HOST_PLACE_H

#include "vzctl/host_check.h"

void host_look_folders(const struct vz_conf *c, struct host_finding *f);
int host_fix_folders(const struct vz_conf *c, struct vz_err *e);
void host_look_template(const struct vz_conf *c, struct host_finding *f);
void host_look_quota(const struct vz_conf *c, struct host_finding *f);

#endif /* VZCTL_HOST_PLACE_H */
