// SPDX-License-Identifier: GPL-2.0-only
/*
 * The VE object: binding of user namespaces.
 */
#include <linux/cgroup.h>
#include <linux/user_namespace.h>
#include <vz/ve.h>

void ve_bind_user_ns(struct user_namespace *ns, struct user_namespace *parent)
{
}

void ve_release_user_ns(struct user_namespace *ns)
{
}

struct cgroup_subsys ve_cgrp_subsys;
