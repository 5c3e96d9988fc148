/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel log of a VE: the hooks by which it is read in place of the host's,
 * and those by which the kernel writes to it. Apart from <vz/ve.h>, which much
 * of the kernel includes.
 *
 * A reader is in a VE by the user namespace of its credentials; a message is a
 * VE's by the task, or the net namespace, that it is about.
 */
#ifndef _VZ_LOG_H
#define _VZ_LOG_H

#include <linux/types.h>
#include <vz/hook.h>

struct file;
struct net;
struct nf_log_buf;
struct pt_regs;
struct task_struct;

/* ve/log_read.c. Return: as the system calls that they stand for. */
bool __ve_has_log(void);
int ve_do_syslog(int type, char __user *buf, int len);
int ve_open_kmsg(struct file *file);

/* ve/log_events.c */
void __ve_log_oom(struct task_struct *victim, const char *message);
bool __ve_log_fault(const struct pt_regs *regs, const char *name, unsigned long error);
bool __ve_log_segfault(const struct pt_regs *regs, unsigned long address, unsigned long error);
bool __ve_logs_packets(const struct net *net);
void __ve_log_mark_packet(const struct net *net, struct nf_log_buf *m);
bool __ve_log_packet(const char *text);

/* Is current in a VE, where the log is the VE's: ve_do_syslog(), ve_open_kmsg() */
static inline bool ve_has_log(void)
{
	return VE_HOOK(__ve_has_log(), false);
}

/* __oom_kill_process(): it killed @victim, whose task_lock() is held */
static inline void ve_log_oom(struct task_struct *victim, const char *message)
{
	VE_HOOK(__ve_log_oom(victim, message));
}

/* show_signal(): current, in @regs, gets a signal. Return: whether it is noted */
static inline bool ve_log_fault(const struct pt_regs *regs, const char *what,
				unsigned long error)
{
	return VE_HOOK(__ve_log_fault(regs, what, error), false);
}

/* show_signal_msg(): the same for a page fault */
static inline bool ve_log_segfault(const struct pt_regs *regs, unsigned long address,
				   unsigned long error)
{
	return VE_HOOK(__ve_log_segfault(regs, address, error), false);
}

/* nf_log_allowed(): a VE's packets are logged, where they flood nobody else's log */
static inline bool ve_logs_packets(const struct net *net)
{
	return VE_HOOK(__ve_logs_packets(net), false);
}

/* nf_log_dump_packet_common(): a line of a VE's begins with its number */
static inline void ve_log_mark_packet(const struct net *net, struct nf_log_buf *m)
{
	VE_HOOK(__ve_log_mark_packet(net, m));
}

/* nf_log_buf_close(). Return: whether the line was a VE's, and is written */
static inline bool ve_log_packet(const char *text)
{
	return VE_HOOK(__ve_log_packet(text), false);
}

#endif /* _VZ_LOG_H */
