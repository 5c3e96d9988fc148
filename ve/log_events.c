// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the kernel writes to the log of a VE: programs that the OOM killer ended,
 * and such as died by a fault of their own, what the beancounters refused, and
 * packets that its rules log. Each line has the numbers that the
 * reader knows: the VE's log the VE's process ids, the host's the host's and the
 * number of the VE. Nothing is owned here.
 */
#include <linux/export.h>
#include <linux/file.h>
#include <linux/init.h>
#include <linux/kern_levels.h>
#include <linux/mm.h>
#include <linux/pid_namespace.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/ptrace.h>
#include <linux/string.h>
#include <net/net_namespace.h>
#include <net/netfilter/nf_log.h>
#include <vz/controller.h>

#include "log.h"

/* Number of a process as the VE's init sees it; 0 when it does not. */
static pid_t pid_in_ve(struct ve *ve, struct task_struct *task)
{
	struct pid_namespace *ns;
	pid_t nr = 0;

	rcu_read_lock();
	ns = READ_ONCE(ve->pid_ns);
	if (ns)
		nr = task_pid_nr_ns(task, ns);
	rcu_read_unlock();
	return nr;
}

static unsigned long kb(unsigned long pages)
{
	return pages << (PAGE_SHIFT - 10);
}

/**
 * __ve_log_oom - the OOM killer ended a process
 * @victim: its task, locked, with its mm
 * @message: why, "Out of memory" or what the memory controller says
 */
void __ve_log_oom(struct task_struct *victim, const char *message)
{
	struct mm_struct *mm = victim->mm;
	struct ve *ve;
	pid_t pid;

	guard(rcu)();
	ve = task_ve(victim);
	if (!ve || !mm)
		return;
	pid = pid_in_ve(ve, victim);
	ve_log_line(ve, LOGLEVEL_ERR,
		    "%s: Killed process %d (%s) total-vm:%lukB, anon-rss:%lukB, file-rss:%lukB, shmem-rss:%lukB, oom_score_adj:%hd",
		    message, pid, victim->comm, kb(mm->total_vm),
		    kb(get_mm_counter(mm, MM_ANONPAGES)), kb(get_mm_counter(mm, MM_FILEPAGES)),
		    kb(get_mm_counter(mm, MM_SHMEMPAGES)), victim->signal->oom_score_adj);
	ve_log_host(ve, LOGLEVEL_ERR, "killed process %d (%s), %d in the VE",
		    task_pid_nr(victim), victim->comm, pid);
}

/* " in NAME[begin+size]" of the file that @ip is in. Context: may not wait for the mm. */
static void print_place(char *buf, size_t size, unsigned long ip)
{
	struct mm_struct *mm = current->mm;
	struct vm_area_struct *vma;

	*buf = '\0';
	if (!mm || !mmap_read_trylock(mm))
		return;
	vma = vma_lookup(mm, ip);
	if (vma && vma->vm_file)
		snprintf(buf, size, " in %pD[%lx,%lx+%lx]", vma->vm_file,
			 ip - vma->vm_start + (vma->vm_pgoff << PAGE_SHIFT), vma->vm_start,
			 vma->vm_end - vma->vm_start);
	mmap_read_unlock(mm);
}

static struct ve *ve_to_tell(void)
{
	struct ve *ve = current_ve();

	return ve && !ve_log_told_too_much(ve) ? ve : NULL;
}

static void tell(struct ve *ve, const struct pt_regs *regs, const char *what)
{
	char place[96];

	print_place(place, sizeof(place), regs->ip);
	ve_log_line(ve, LOGLEVEL_INFO, "%s[%d]: %s%s", current->comm, pid_in_ve(ve, current),
		    what, place);
	ve_log_host(ve, LOGLEVEL_INFO, "%s[%d]: %s%s", current->comm, task_pid_nr(current), what,
		    place);
}

/**
 * __ve_log_fault - a program of a VE is about to die of a trap
 * @regs: of the program
 * @name: of the trap
 * @error: its code
 *
 * Return: true in a VE, where the host's line is not due.
 */
bool __ve_log_fault(const struct pt_regs *regs, const char *name, unsigned long error)
{
	struct ve *ve = current_ve();
	char what[128];

	if (!ve)
		return false;
	ve = ve_to_tell();
	if (!ve)
		return true;
	snprintf(what, sizeof(what), "trap %s ip:%lx sp:%lx error:%lx", name, regs->ip, regs->sp,
		 error);
	tell(ve, regs, what);
	return true;
}

/* The same for memory that is not there, or not so. */
bool __ve_log_segfault(const struct pt_regs *regs, unsigned long address, unsigned long error)
{
	struct ve *ve = current_ve();
	char what[128];

	if (!ve)
		return false;
	ve = ve_to_tell();
	if (!ve)
		return true;
	snprintf(what, sizeof(what), "segfault at %lx ip %lx sp %lx error %lx", address, regs->ip,
		 regs->sp, error);
	tell(ve, regs, what);
	return true;
}

/* Does a net namespace have a log that packets may be logged to. Context: any. */
bool __ve_logs_packets(const struct net *net)
{
	return user_ns_ve(net->user_ns);
}
EXPORT_SYMBOL_GPL(__ve_logs_packets);

/* What no line of another begins with: there a level follows. */
#define PACKET_MARK	KERN_SOH "V"

#ifdef CONFIG_NETFILTER
void __ve_log_mark_packet(const struct net *net, struct nf_log_buf *m)
{
	struct ve *ve = user_ns_ve(net->user_ns);

	if (ve)
		nf_log_buf_add(m, PACKET_MARK "%u ", ve->id);
}
EXPORT_SYMBOL_GPL(__ve_log_mark_packet);
#endif

/* The VE gets each line, as its rules say; the host some. */
static void log_packet(struct ve *ve, const char *text)
{
	int level = LOGLEVEL_WARNING;
	struct ve_log *log;

	if (text[0] == KERN_SOH_ASCII && text[1] >= '0' && text[1] <= '7') {
		level = text[1] - '0';
		text += 2;
	}
	rcu_read_lock();
	log = rcu_dereference(ve->log);
	if (log)
		ve_log_add(log, level, text, strlen(text));
	rcu_read_unlock();
	if (!ve_log_told_too_much(ve))
		ve_log_host(ve, level, "%s", text);
}

/**
 * __ve_log_packet - a rule logs a packet
 * @text: the line, of a VE's with its number and then the level before it
 *
 * Context: any but NMI. Return: true for a VE's, where the host's line is not due.
 */
bool __ve_log_packet(const char *text)
{
	unsigned int id;
	struct ve *ve;
	int at = 0;

	if (sscanf(text, PACKET_MARK "%u %n", &id, &at) != 1 || !at)
		return false;
	ve = ve_find(id);
	if (ve) {
		log_packet(ve, text + at);
		ve_put(ve);
	}
	return true;
}

static void tell_refusal(struct ve *ve, const char *text)
{
	ve_log_line(ve, LOGLEVEL_WARNING, "%s", text);
	ve_log_host(ve, LOGLEVEL_WARNING, "%s", text);
}

static int __init ve_log_events_init(void)
{
	ub_tell_refusal = tell_refusal;
	return 0;
}
core_initcall(ve_log_events_init);
