/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Kinds of network devices that a VE may make: the hook of net/core/rtnetlink.c, an empty
 * inline when CONFIG_VE is off. See ve/links.c.
 */
#ifndef _VZ_LINK_H
#define _VZ_LINK_H

#include <vz/hook.h>

int __ve_check_link_kind(const char *kind);

/* rtnl_newlink_create(): current wants such a device. Return: 0 or -EPERM */
static inline int ve_check_link_kind(const char *kind)
{
	return VE_HOOK(__ve_check_link_kind(kind), 0);
}

#endif /* _VZ_LINK_H */
