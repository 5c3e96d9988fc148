/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What may be written below /proc/sys in the namespaces of a VE: the hooks of
 * net/sysctl_net.c, fs/proc/proc_sysctl.c and net/ipv4, empty inlines when
 * CONFIG_VE is off. The table is ve/sysctl.def.
 */
#ifndef _VZ_SYSCTL_H
#define _VZ_SYSCTL_H

#include <linux/sysctl.h>
#include <vz/hook.h>

struct net;

/* ve/sysctl.c */
umode_t __ve_sysctl_mode(const struct ctl_table_header *head, const struct ctl_table *table);
int __ve_check_sysctl(const struct ctl_table_header *head, const struct ctl_table *table,
		      const char *text, size_t len, loff_t pos);

int __ve_check_netlink_knobs(const struct net *net);

/* net_ctl_permissions(): mode of a file, without the bits of writers where nobody may write */
static inline umode_t ve_sysctl_mode(const struct ctl_table_header *head,
				     const struct ctl_table *table)
{
	return VE_HOOK(__ve_sysctl_mode(head, table), table->mode);
}

/* proc_sys_call_handler(): @text is about to be written at @pos. Return: 0, -EPERM or -EINVAL */
static inline int ve_check_sysctl(const struct ctl_table_header *head,
				  const struct ctl_table *table, const char *text,
				  size_t len, loff_t pos)
{
	return VE_HOOK(__ve_check_sysctl(head, table, text, len, pos), 0);
}

/* neightbl_set(), inet_set_link_af(): netlink sets numbers of sysctls, too. Return: 0 or -EPERM */
static inline int ve_check_netlink_knobs(const struct net *net)
{
	return VE_HOOK(__ve_check_netlink_knobs(net), 0);
}

#endif /* _VZ_SYSCTL_H */
