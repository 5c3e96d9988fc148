// SPDX-License-Identifier: GPL-2.0-only
/*
 * The VE object: binding of user namespaces.
 */
#include <linux/cgroup.h>
#include <linux/slab.h>
#include <linux/user_namespace.h>
#include <vz/ve.h>

void ve_bind_user_ns(struct user_namespace *ns, struct user_namespace *parent)
{
}

void ve_release_user_ns(struct user_namespace *ns)
{
}


static struct cgroup_subsys_state *ve_css_alloc(struct cgroup_subsys_state *parent)
{
	struct cgroup_subsys_state *css = kzalloc(sizeof(*css), GFP_KERNEL);

	return css ?: ERR_PTR(-ENOMEM);
}

static void ve_css_free(struct cgroup_subsys_state *css)
{
	kfree(css);
}

struct cgroup_subsys ve_cgrp_subsys = {
	.css_alloc = ve_css_alloc,
	.css_free = ve_css_free,
};
