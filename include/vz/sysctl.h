/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What may be written below /proc/sys in the namespaces of a VE: the hooks of
 * net/sysctl_net.c, fs/proc/proc_sysctl.c and net/ipv4, empty inlines when
 * CONFIG_VE is off. The table is ve/sysctl.def.
 */
#ifndef _VZ_SYSCTL_H
#define _VZ_SYSCTL_H

#include <linux/cred.h>
#include <linux/sysctl.h>
#include <linux/uidgid_types.h>
#include <linux/user_namespace.h>
#include <vz/hook.h>

struct file;
struct net;
struct pid_namespace;
struct user_namespace;

/* ve/sysctl.c */
umode_t __ve_sysctl_mode(const struct ctl_table_header *head, const struct ctl_table *table);
int __ve_check_sysctl(const struct ctl_table_header *head, const struct ctl_table *table,
		      const char *text, size_t len, loff_t pos);

int __ve_check_netlink_knobs(const struct net *net);

/* ve/sysctl_own.c */
int __ve_sysctl_perm(const struct ctl_table_header *head, const struct ctl_table *table, int mode);
int __ve_sysctl_call(const struct file *file, const struct ctl_table_header *head,
		     const struct ctl_table *table, int write, char *buf, size_t *len,
		     loff_t *pos);
const char *__ve_core_pattern(const char *host);
struct user_namespace *__ve_core_user_ns(void);
pid_t __ve_core_pid(pid_t pid);
int __ve_pid_max(const struct pid_namespace *ns, int host);

/* ve/ping.c */
void __ve_open_ping(struct net *net);
struct user_namespace *__ve_ping_user_ns(const kgid_t *range);
unsigned long __ve_last_group(const struct user_namespace *ns, unsigned long last);

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

/* sysctl_perm(): the mode for current, with the right to write of a VE's root */
static inline int ve_sysctl_perm(const struct ctl_table_header *head,
				 const struct ctl_table *table, int mode)
{
	return VE_HOOK(__ve_sysctl_perm(head, table, mode), mode);
}

/* proc_sys_call_handler(): the handler, or what stands for it in a VE's /proc */
static inline int ve_sysctl_call(const struct file *file, const struct ctl_table_header *head,
				 const struct ctl_table *table, int write, char *buf,
				 size_t *len, loff_t *pos)
{
	return VE_HOOK(__ve_sysctl_call(file, head, table, write, buf, len, pos),
		       table->proc_handler(table, write, buf, len, pos));
}

/* alloc_pid(): the bound of what a namespace counts up to. Any context that does not sleep */
static inline int ve_pid_max(const struct pid_namespace *ns, int host)
{
	return VE_HOOK(__ve_pid_max(ns, host), host);
}

/* format_corename(): the pattern of current's VE; a string that stays */
static inline const char *ve_core_pattern(const char *host)
{
	return VE_HOOK(__ve_core_pattern(host), host);
}

/* The same: in whose terms users and groups are told */
static inline struct user_namespace *ve_core_user_ns(void)
{
	return VE_HOOK(__ve_core_user_ns(), &init_user_ns);
}

/* The same: number of a task of current's process, as the VE's init knows it */
static inline pid_t ve_core_pid(pid_t pid)
{
	return VE_HOOK(__ve_core_pid(pid), pid);
}

/* neightbl_set(), inet_set_link_af(): netlink sets numbers of sysctls, too. Return: 0 or -EPERM */
static inline int ve_check_netlink_knobs(const struct net *net)
{
	return VE_HOOK(__ve_check_netlink_knobs(net), 0);
}

/* inet_init_net(): let all groups of a VE ping */
static inline void ve_open_ping(struct net *net)
{
	VE_HOOK(__ve_open_ping(net));
}

/* ipv4_ping_group_range(): in whose terms the groups of @range, a field of struct net, are */
static inline struct user_namespace *ve_ping_user_ns(const kgid_t *range)
{
	return VE_HOOK(__ve_ping_user_ns(range), current_user_ns());
}

/* The same: the last group that there is up to @last */
static inline unsigned long ve_last_group(const struct user_namespace *ns, unsigned long last)
{
	return VE_HOOK(__ve_last_group(ns, last), last);
}

#endif /* _VZ_SYSCTL_H */
