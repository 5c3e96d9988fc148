/* SPDX-License-Identifier: GPL-2.0-or-later */
/* check-host: forwarding and ssh. See host_check.h. */
#ifndef VZCTL_HOST_NET_H
#define VZCTL_HOST_NET_H

#include "vzctl/host_check.h"

void host_look_forwarding(const struct vz_conf *c, struct host_finding *f);
int host_fix_forwarding(const struct vz_conf *c, struct vz_err *e);
void host_look_ssh(const struct vz_conf *c, struct host_finding *f);

#endif /* VZCTL_HOST_NET_H */
