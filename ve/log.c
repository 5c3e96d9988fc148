// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel log of a VE: who keeps it, how records come into it, and ve.log by
 * which the host sees it and a restored VE gets it back.
 *
 * ve->log points to it under RCU. It is new with each start, on the account of
 * the VE, and empty, as that of a machine that was switched on; what was there
 * stays readable for the host until then. The cgroup's end takes it away: the
 * memory holds the account, which holds the VE, so ve_part.free would come
 * never. Whoever has a file of it open keeps it, not the VE.
 *
 * Without memory for it a VE runs and has an empty log.
 */
#include <linux/cgroup.h>
#include <linux/cleanup.h>
#include <linux/ctype.h>
#include <linux/hex.h>
#include <linux/memcontrol.h>
#include <linux/mm.h>
#include <linux/printk.h>
#include <linux/ratelimit.h>
#include <linux/sched/mm.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/timekeeping.h>
#include <vz/object.h>

#include "log.h"

/* What the kernel says of all VEs together to the host's log. */
static DEFINE_RATELIMIT_STATE(host_lines, 5 * HZ, 100);

static void wake_readers(struct irq_work *work)
{
	wake_up_all(&container_of(work, struct ve_log, wake)->wait);
}

static struct ve_log *make_log(void)
{
	struct ve_log *log = kzalloc(sizeof(*log), GFP_KERNEL_ACCOUNT);

	if (!log)
		return NULL;
	log->ring.size = VE_LOG_SIZE;
	log->ring.text = kvzalloc(VE_LOG_SIZE, GFP_KERNEL_ACCOUNT);
	if (!log->ring.text) {
		kfree(log);
		return NULL;
	}
	refcount_set(&log->users, 1);
	raw_spin_lock_init(&log->lock);
	log->read = VE_LOG_AT(0);
	init_waitqueue_head(&log->wait);
	init_irq_work(&log->wake, wake_readers);
	ratelimit_state_init(&log->told, 5 * HZ, 10);
	/* It would tell the host of each message that it kept away. */
	ratelimit_set_flags(&log->told, RATELIMIT_MSG_ON_RELEASE);
	return log;
}

/* On the VE's account, whoever starts it. */
static struct ve_log *make_log_of(struct ve *ve)
{
	struct mem_cgroup *memcg = mem_cgroup_from_css(cgroup_get_e_css(ve->css.cgroup,
									 &memory_cgrp_subsys));
	struct mem_cgroup *old = set_active_memcg(memcg);
	struct ve_log *log = make_log();

	set_active_memcg(old);
	css_put(&memcg->css);
	return log;
}

/* The VE's log, with a reference; NULL when it has none. Context: any. */
struct ve_log *ve_log_open(struct ve *ve)
{
	struct ve_log *log;

	rcu_read_lock();
	log = rcu_dereference(ve->log);
	if (log && !refcount_inc_not_zero(&log->users))
		log = NULL;
	rcu_read_unlock();
	return log;
}

/* Context: may sleep. */
void ve_log_close(struct ve_log *log)
{
	if (!log || !refcount_dec_and_test(&log->users))
		return;
	kvfree(log->ring.text);
	kfree(log);
}

static void log_gone(struct work_struct *work)
{
	struct ve_log *log = container_of(to_rcu_work(work), struct ve_log, gone);

	irq_work_sync(&log->wake);
	ve_log_close(log);
}

/* @ve has the log @new from now on. Context: one at a time for a VE, may sleep. */
static void replace_log(struct ve *ve, struct ve_log *new)
{
	struct ve_log *old = rcu_replace_pointer(ve->log, new, true);

	if (!old)
		return;
	WRITE_ONCE(old->ended, true);
	wake_up_all(&old->wait);
	INIT_RCU_WORK(&old->gone, log_gone);
	queue_rcu_work(system_wq, &old->gone);
}

static void ve_log_start(struct ve *ve)
{
	replace_log(ve, make_log_of(ve));
}

static void ve_log_offline(struct ve *ve)
{
	replace_log(ve, NULL);
}

static void put_record(struct ve_log *log, s64 when, u16 pri, const char *text, size_t len)
{
	struct ve_log_record r = { .when = when, .pri = pri };
	unsigned long flags;

	r.len = min_t(size_t, len, VE_LOG_TEXT_MAX);
	raw_spin_lock_irqsave(&log->lock, flags);
	ve_log_put(&log->ring, &r, text);
	raw_spin_unlock_irqrestore(&log->lock, flags);
}

/**
 * ve_log_add - write a message
 * @log: a log that somebody holds, or that RCU does
 * @pri: facility and level
 * @text: need not be text
 * @len: bytes; what is beyond VE_LOG_TEXT_MAX is cut
 *
 * Context: any but NMI, with any lock held; does not allocate.
 */
void ve_log_add(struct ve_log *log, u16 pri, const char *text, size_t len)
{
	if (len && text[len - 1] == '\n')
		len--;
	put_record(log, ktime_get_boottime_ns(), pri, text, len);
	irq_work_queue(&log->wake);
}

/**
 * ve_log_told_too_much - has the kernel written enough of a VE for now
 * @ve: whose doing it is
 *
 * A VE that fails on purpose must not fill the host's log, nor its own.
 */
bool ve_log_told_too_much(struct ve *ve)
{
	struct ve_log *log;
	bool enough = true;

	rcu_read_lock();
	log = rcu_dereference(ve->log);
	if (log)
		enough = !__ratelimit(&log->told);
	rcu_read_unlock();
	return enough;
}

/* Names that programs give themselves may hold anything: no line of theirs is made of them. */
static int print_clean(char *text, size_t size, const char *fmt, va_list args)
{
	int i, len = vscnprintf(text, size, fmt, args);

	for (i = 0; i < len; i++)
		if (!isascii(text[i]) || !isprint(text[i]))
			text[i] = '?';
	return len;
}

/* A message of the kernel for the VE. Context: any but NMI. */
void ve_log_line(struct ve *ve, int level, const char *fmt, ...)
{
	char text[256];
	struct ve_log *log;
	va_list args;
	int len;

	va_start(args, fmt);
	len = print_clean(text, sizeof(text), fmt, args);
	va_end(args);
	rcu_read_lock();
	log = rcu_dereference(ve->log);
	if (log)
		ve_log_add(log, level, text, len);
	rcu_read_unlock();
}

/* The same for the host, with the number of the VE. */
void ve_log_host(struct ve *ve, int level, const char *fmt, ...)
{
	char text[512];
	va_list args;

	if (!__ratelimit(&host_lines))
		return;
	va_start(args, fmt);
	print_clean(text, sizeof(text), fmt, args);
	va_end(args);
	_printk("%c%cVE %u: %s\n", KERN_SOH_ASCII, '0' + level, ve->id, text);
}

/**
 * ve_log_refused - tell a VE, and nobody else, what one of its programs may not have
 * @ve: of the current task
 * @what: in words, with the setting that would allow it
 *
 * Context: any.
 */
void ve_log_refused(struct ve *ve, const char *what)
{
	if (!ve_log_told_too_much(ve))
		ve_log_line(ve, LOGLEVEL_NOTICE, "%s[%d]: refused: %s", current->comm,
			    task_pid_vnr(current), what);
}

/**
 * ve_log_escape - a message as one line
 * @buf: filled, not ended
 * @size: of @buf
 * @text: need not be text
 * @len: bytes of it
 *
 * Return: bytes written; what has no room is left out.
 */
size_t ve_log_escape(char *buf, size_t size, const char *text, size_t len)
{
	size_t i, n = 0;
	u8 c;

	for (i = 0; i < len; i++) {
		c = text[i];
		if (c >= ' ' && c < 127 && c != '\\') {
			if (n == size)
				break;
			buf[n++] = c;
			continue;
		}
		if (n + 4 > size)
			break;
		buf[n++] = '\\';
		buf[n++] = 'x';
		buf[n++] = hex_asc_hi(c);
		buf[n++] = hex_asc_lo(c);
	}
	return n;
}

/* What ve_log_escape() made, in place. Return: bytes, or -EINVAL. */
static int unescape(char *s)
{
	char *from = s, *to = s;
	int hi, lo;

	while (*from) {
		if (*from != '\\') {
			*to++ = *from++;
			continue;
		}
		if (from[1] != 'x')
			return -EINVAL;
		hi = hex_to_bin(from[2]);
		lo = hi < 0 ? -1 : hex_to_bin(from[3]);
		if (lo < 0)
			return -EINVAL;
		*to++ = hi << 4 | lo;
		from += 4;
	}
	return to - s;
}

static int show_records(struct seq_file *m, struct ve_log *log)
{
	char *text __free(kfree) = kmalloc(5 * VE_LOG_TEXT_MAX, GFP_KERNEL);
	struct ve_log_at at = VE_LOG_AT(0);
	struct ve_log_record r;
	size_t n;
	bool got;
	u64 read;

	if (!text)
		return -ENOMEM;
	raw_spin_lock_irq(&log->lock);
	ve_log_seek(&log->ring, &at, log->ring.first);
	read = log->read.seq;
	raw_spin_unlock_irq(&log->lock);
	seq_printf(m, "now %lld first %llu read %llu clear %llu\n", ktime_get_boottime_ns(), at.seq,
		   read, READ_ONCE(log->clear));
	for (;;) {
		raw_spin_lock_irq(&log->lock);
		got = ve_log_get(&log->ring, &at, &r, text);
		raw_spin_unlock_irq(&log->lock);
		if (!got)
			return 0;
		n = ve_log_escape(text + VE_LOG_TEXT_MAX, 4 * VE_LOG_TEXT_MAX, text, r.len);
		seq_printf(m, "%u %lld %.*s\n", r.pri, r.when, (int)n, text + VE_LOG_TEXT_MAX);
		ve_log_step(&at, &r);
	}
}

/* What its programs wrote may be meant for its root only. */
static int log_show(struct seq_file *m, void *v)
{
	struct ve_log *log;
	int err;

	if (!ve_host_writer(m->private))
		return -EPERM;
	log = ve_log_open(css_ve(seq_css(m)));
	if (!log)
		return 0;
	err = show_records(m, log);
	ve_log_close(log);
	return err;
}

/* Numbers of records and times of other hosts: far from where sums overflow. */
#define FAR	(1LL << 60)

/* A log that nothing came to goes on where another one began: no place is held in it yet. */
static int restore_head(struct ve_log *log, const char *line)
{
	struct ve_log_ring *ring = &log->ring;
	u64 first, read, clear;
	bool empty;
	int at = 0;
	s64 now;

	if (sscanf(line, "now %lld first %llu read %llu clear %llu%n", &now, &first, &read, &clear,
		   &at) != 4 || line[at])
		return -EINVAL;
	if (now < -FAR || now > FAR || first > FAR || read > FAR || clear > FAR)
		return -EINVAL;
	raw_spin_lock_irq(&log->lock);
	empty = !ring->next;
	if (empty) {
		ring->first = first;
		ring->next = first;
		log->read = VE_LOG_AT(read);
	}
	raw_spin_unlock_irq(&log->lock);
	if (!empty)
		return -EBUSY;
	WRITE_ONCE(log->clear, clear);
	log->shift = ktime_get_boottime_ns() - now;
	return 0;
}

static int restore_record(struct ve_log *log, char *line)
{
	int at = 0, len;
	unsigned int pri;
	s64 when;

	if (sscanf(line, "%u %lld%n", &pri, &when, &at) != 2 || line[at] != ' ')
		return -EINVAL;
	if (pri > U16_MAX || when < -FAR || when > FAR)
		return -EINVAL;
	line += at + 1;
	len = unescape(line);
	if (len < 0 || len > VE_LOG_TEXT_MAX)
		return -EINVAL;
	put_record(log, when + log->shift, pri, line, len);
	return 0;
}

static int restore_lines(struct ve_log *log, char *text)
{
	char *line;
	int err = 0;

	while (!err && (line = strsep(&text, "\n"))) {
		if (!strncmp(line, "now ", 4))
			err = restore_head(log, line);
		else if (*line)
			err = restore_record(log, line);
	}
	return err;
}

static ssize_t log_write(struct kernfs_open_file *of, char *buf, size_t nbytes, loff_t off)
{
	struct ve *ve = css_ve(of_css(of));
	struct ve_log *log;
	int err;

	if (!ve_host_writer(of))
		return -EPERM;
	if (READ_ONCE(ve->state) != VE_RESTORING)
		return -EBUSY;
	log = ve_log_open(ve);
	if (!log)
		return -ENOMEM;
	err = restore_lines(log, buf);
	ve_log_close(log);
	return err ?: nbytes;
}

static struct cftype log_files[] = {
	{
		.name = "log",
		.flags = CFTYPE_NOT_ON_ROOT,
		.max_write_len = 5 << 10,
		.seq_show = log_show,
		.write = log_write,
	},
	{ }
};

static struct cftype *const log_all_files[] = { log_files, NULL };

const struct ve_part ve_log_part = {
	.start		= ve_log_start,
	.offline	= ve_log_offline,
	.files		= log_all_files,
};
