// SPDX-License-Identifier: GPL-2.0-only
/*
 * How a VE reads its kernel log, and writes to it: syslog(2), /proc/kmsg and
 * /dev/kmsg. What each call does, whom it is allowed and how a message looks are
 * as on the host.
 *
 * The log of a system call is that of the VE of the caller's user namespace, of
 * an open file that of the run of the VE in which it was opened: the file holds
 * it. Times are the reader's, by its time namespace.
 */
#include <linux/capability.h>
#include <linux/cleanup.h>
#include <linux/cred.h>
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/nsproxy.h>
#include <linux/poll.h>
#include <linux/printk.h>
#include <linux/proc_fs.h>
#include <linux/ratelimit.h>
#include <linux/slab.h>
#include <linux/syslog.h>
#include <linux/time_namespace.h>
#include <linux/uaccess.h>
#include <linux/uio.h>
#include <vz/object.h>

#include "log.h"
#include "log_read.h"

/* As long as a line of one message may get. */
#define LINE_MAX_SIZE	2048

bool __ve_has_log(void)
{
	return user_ns_ve(current_user_ns());
}

/* CAP_SYSLOG of the VE, not of a namespace that one of its users made. */
static bool may_syslog(void)
{
	struct user_namespace *ns = current_user_ns();

	while (ns->parent && user_ns_ve(ns->parent))
		ns = ns->parent;
	return ns_capable(ns, CAP_SYSLOG);
}

static bool may_read_all(void)
{
	return !dmesg_restrict || may_syslog();
}

static u64 reader_ns(s64 when)
{
	s64 ns = timens_add_boottime_ns(when);

	return ns < 0 ? 0 : ns;
}

static bool get(struct ve_log *log, struct ve_log_at *at, struct ve_log_record *r, char *text)
{
	bool got;

	raw_spin_lock_irq(&log->lock);
	got = ve_log_get(&log->ring, at, r, text);
	raw_spin_unlock_irq(&log->lock);
	return got;
}

static u64 next_seq(struct ve_log *log)
{
	u64 seq;

	raw_spin_lock_irq(&log->lock);
	seq = log->ring.next;
	raw_spin_unlock_irq(&log->lock);
	return seq;
}

/* A message as syslog(2) gives it: each of its lines with level and time. */
static size_t print_lines(char *buf, const struct ve_log_record *r, const char *text)
{
	u64 us = div_u64(reader_ns(r->when), NSEC_PER_USEC);
	u32 rest;
	u64 s = div_u64_rem(us, USEC_PER_SEC, &rest);
	const char *end = text + r->len, *line;
	size_t n = 0, head, len;
	char prefix[48];

	head = scnprintf(prefix, sizeof(prefix), "<%u>[%5llu.%06u] ", r->pri, s, rest);
	do {
		line = memchr(text, '\n', end - text);
		len = (line ?: end) - text;
		if (n + head + len + 1 > LINE_MAX_SIZE)
			break;
		memcpy(buf + n, prefix, head);
		memcpy(buf + n + head, text, len);
		n += head + len;
		buf[n++] = '\n';
		text = line + 1;
	} while (line);
	return n;
}

/* Room for a message and for what is made of it. */
struct printed {
	char	text[VE_LOG_TEXT_MAX];
	char	line[LINE_MAX_SIZE];
};

static size_t line_size(struct ve_log *log, struct ve_log_at *at, struct printed *p)
{
	struct ve_log_record r;
	size_t n;

	if (!get(log, at, &r, p->text))
		return 0;
	n = print_lines(p->line, &r, p->text);
	ve_log_step(at, &r);
	return n;
}

/* Something to read, or nothing that will ever come. Neither sleeps. */
static bool readable(struct ve_log *log)
{
	struct ve_log_record r;
	u64 seq;
	bool got;

	raw_spin_lock_irq(&log->lock);
	seq = log->read.seq;
	got = ve_log_get(&log->ring, &log->read, &r, NULL);
	if (log->read.seq != seq)
		log->partly = 0;
	raw_spin_unlock_irq(&log->lock);
	return got || READ_ONCE(log->ended);
}

/*
 * Take what comes next from those who read the log together: up to @room bytes,
 * part of a message only with @cut. Another reader may have been faster: again.
 */
static size_t take(struct ve_log *log, struct printed *p, size_t room, bool cut, char **from)
{
	struct ve_log_record r;
	struct ve_log_at at;
	size_t n, partly, skip;
	bool same;

	do {
		if (!readable(log))
			return 0;
		raw_spin_lock_irq(&log->lock);
		at = log->read;
		partly = log->partly;
		same = ve_log_get(&log->ring, &at, &r, p->text) && at.seq == log->read.seq;
		raw_spin_unlock_irq(&log->lock);
		if (!same) {
			if (READ_ONCE(log->ended))
				return 0;
			continue;
		}
		n = print_lines(p->line, &r, p->text);
		/* That of a reader in another time namespace may be shorter. */
		skip = min(partly, n - 1);
		n -= skip;
		if (n > room && !cut)
			return 0;
		raw_spin_lock_irq(&log->lock);
		same = log->read.seq == at.seq && log->partly == partly;
		if (same && n <= room) {
			ve_log_step(&log->read, &r);
			log->partly = 0;
		} else if (same) {
			log->partly += room;
		}
		raw_spin_unlock_irq(&log->lock);
	} while (!same);
	*from = p->line + skip;
	return min(n, room);
}

/*
 * What was not read yet, as much as fits; of one message that does not, a part.
 * Nothing is held while the reader's memory is written: it may never be there.
 */
static int log_read(struct ve_log *log, char __user *buf, size_t size, bool wait)
{
	struct printed *p __free(kfree) = kmalloc(sizeof(*p), GFP_KERNEL);
	size_t n, done = 0;
	char *from;
	int err;

	if (!p)
		return -ENOMEM;
	while (done < size) {
		n = take(log, p, size - done, !done, &from);
		if (!n) {
			if (done || READ_ONCE(log->ended))
				break;
			if (!wait)
				return -EAGAIN;
			err = wait_event_interruptible(log->wait, readable(log));
			if (err)
				return err;
			continue;
		}
		if (copy_to_user(buf + done, from, n))
			return done ?: -EFAULT;
		done += n;
	}
	return done;
}

/* The last messages that fit. */
static int log_read_all(struct ve_log *log, char __user *buf, size_t size, bool clear)
{
	struct printed *p __free(kfree) = kmalloc(sizeof(*p), GFP_KERNEL);
	struct ve_log_at at, end = VE_LOG_AT(log->clear);
	size_t n, all = 0, done = 0;
	u64 until = next_seq(log);

	if (!p)
		return -ENOMEM;
	while (end.seq < until && (n = line_size(log, &end, p)))
		all += n;
	at = VE_LOG_AT(log->clear);
	while (all > size && at.seq < until && (n = line_size(log, &at, p)))
		all -= min(all, n);
	while (at.seq < until && (n = line_size(log, &at, p))) {
		if (done + n > size)
			break;
		if (copy_to_user(buf + done, p->line, n))
			return -EFAULT;
		done += n;
		cond_resched();
	}
	if (clear)
		log->clear = until;
	return done;
}

static int log_unread(struct ve_log *log)
{
	struct printed *p __free(kfree) = kmalloc(sizeof(*p), GFP_KERNEL);
	u64 until = next_seq(log);
	struct ve_log_at at;
	size_t n, partly, all = 0;

	if (!p)
		return -ENOMEM;
	raw_spin_lock_irq(&log->lock);
	at = log->read;
	partly = log->partly;
	raw_spin_unlock_irq(&log->lock);
	while (at.seq < until && (n = line_size(log, &at, p)))
		all += n;
	return all - min(all, partly);
}

static int log_action(struct ve_log *log, int type, char __user *buf, int len)
{
	switch (type) {
	case SYSLOG_ACTION_READ:
	case SYSLOG_ACTION_READ_CLEAR:
	case SYSLOG_ACTION_READ_ALL:
		if (!buf || len < 0)
			return -EINVAL;
		if (!len)
			return 0;
		if (!access_ok(buf, len))
			return -EFAULT;
		return type == SYSLOG_ACTION_READ ? log_read(log, buf, len, true) :
		       log_read_all(log, buf, len, type == SYSLOG_ACTION_READ_CLEAR);
	case SYSLOG_ACTION_CLEAR:
		log->clear = next_seq(log);
		return 0;
	case SYSLOG_ACTION_CONSOLE_LEVEL:
		return len < 1 || len > 8 ? -EINVAL : 0;
	case SYSLOG_ACTION_SIZE_UNREAD:
		return log_unread(log);
	case SYSLOG_ACTION_SIZE_BUFFER:
		return VE_LOG_SIZE;
	/* A VE has no console that messages go to. */
	case SYSLOG_ACTION_CLOSE:
	case SYSLOG_ACTION_OPEN:
	case SYSLOG_ACTION_CONSOLE_OFF:
	case SYSLOG_ACTION_CONSOLE_ON:
		return 0;
	default:
		return -EINVAL;
	}
}

/**
 * ve_do_syslog - syslog(2) of a program of a VE
 * @type: SYSLOG_ACTION_*
 * @buf: the caller's
 * @len: its size
 *
 * Return: as syslog(2).
 */
int ve_do_syslog(int type, char __user *buf, int len)
{
	bool shown = type == SYSLOG_ACTION_READ_ALL || type == SYSLOG_ACTION_SIZE_BUFFER;
	struct ve_log *log;
	int ret;

	if (shown ? !may_read_all() : !may_syslog())
		return -EPERM;
	log = ve_log_open(user_ns_ve(current_user_ns()));
	if (!log)
		return -ENOMEM;
	ret = log_action(log, type, buf, len);
	ve_log_close(log);
	return ret;
}

/* /proc/kmsg, of the VE of the mount */

static int proc_kmsg_open(struct inode *inode, struct file *file)
{
	struct ve *ve = user_ns_ve(inode->i_sb->s_user_ns);

	if (!ve || !may_syslog())
		return -EPERM;
	file->private_data = ve_log_open(ve);
	return file->private_data ? 0 : -ENOMEM;
}

static int proc_kmsg_release(struct inode *inode, struct file *file)
{
	ve_log_close(file->private_data);
	return 0;
}

static ssize_t proc_kmsg_read(struct file *file, char __user *buf, size_t count, loff_t *ppos)
{
	return log_read(file->private_data, buf, count, !(file->f_flags & O_NONBLOCK));
}

static __poll_t proc_kmsg_poll(struct file *file, poll_table *wait)
{
	struct ve_log *log = file->private_data;

	poll_wait(file, &log->wait, wait);
	if (!readable(log))
		return 0;
	return EPOLLIN | EPOLLRDNORM | (READ_ONCE(log->ended) ? EPOLLHUP : 0);
}

const struct proc_ops ve_kmsg_proc_ops = {
	.proc_flags	= PROC_ENTRY_PERMANENT,
	.proc_open	= proc_kmsg_open,
	.proc_release	= proc_kmsg_release,
	.proc_read	= proc_kmsg_read,
	.proc_poll	= proc_kmsg_poll,
	.proc_lseek	= generic_file_llseek,
};

/* /dev/kmsg: each file has a place of its own */

/**
 * struct kmsg_file - an open /dev/kmsg
 * @log: the log, held
 * @ve: whose it is, held
 * @writes: limits what is written to it
 * @lock: one reader at a time; protects @p
 * @at: where it reads; under the log's lock
 * @p: room
 */
struct kmsg_file {
	struct ve_log		*log;
	struct ve		*ve;
	struct ratelimit_state	writes;
	struct mutex		lock;
	struct ve_log_at	at;
	struct printed		p;
};

static size_t print_record(struct printed *p, u64 seq, const struct ve_log_record *r)
{
	size_t n = scnprintf(p->line, sizeof(p->line), "%u,%llu,%llu,-;", r->pri, seq,
			     div_u64(reader_ns(r->when), NSEC_PER_USEC));

	n += ve_log_escape(p->line + n, sizeof(p->line) - n - 1, p->text, r->len);
	p->line[n++] = '\n';
	return n;
}

/* @at is where the record was. Does not sleep. */
static bool kmsg_readable(struct kmsg_file *f, struct ve_log_at *at, struct ve_log_record *r)
{
	bool got;

	raw_spin_lock_irq(&f->log->lock);
	got = ve_log_get(&f->log->ring, &f->at, r, f->p.text);
	*at = f->at;
	raw_spin_unlock_irq(&f->log->lock);
	return got || READ_ONCE(f->log->ended);
}

/* Somebody may have sought meanwhile. */
static void step(struct kmsg_file *f, u64 seq, const struct ve_log_record *r)
{
	raw_spin_lock_irq(&f->log->lock);
	if (f->at.seq == seq)
		ve_log_step(&f->at, r);
	raw_spin_unlock_irq(&f->log->lock);
}

static ssize_t kmsg_read_locked(struct file *file, char __user *buf, size_t count, loff_t *ppos)
{
	struct kmsg_file *f = file->private_data;
	struct ve_log_record r = { .when = S64_MIN };
	u64 seq = READ_ONCE(f->at.seq);
	struct ve_log_at at;
	size_t n;
	int err;

	if (!kmsg_readable(f, &at, &r)) {
		if (file->f_flags & O_NONBLOCK)
			return -EAGAIN;
		err = wait_event_interruptible(f->log->wait, kmsg_readable(f, &at, &r));
		if (err)
			return err;
	}
	/* By this a restored file finds its place: see kmsg_llseek(). */
	*ppos = at.seq;
	if (r.when == S64_MIN)
		return 0;
	if (at.seq != seq)
		return -EPIPE;	/* what was to be read has gone; goes on from here */
	n = print_record(&f->p, at.seq, &r);
	if (n > count)
		return -EINVAL;
	step(f, at.seq, &r);
	*ppos = at.seq + 1;
	return copy_to_user(buf, f->p.line, n) ? -EFAULT : n;
}

static ssize_t kmsg_read(struct file *file, char __user *buf, size_t count, loff_t *ppos)
{
	struct kmsg_file *f = file->private_data;
	ssize_t ret = mutex_lock_interruptible(&f->lock);

	if (ret)
		return ret;
	ret = kmsg_read_locked(file, buf, count, ppos);
	mutex_unlock(&f->lock);
	return ret;
}

static ssize_t kmsg_write(struct kiocb *iocb, struct iov_iter *from)
{
	unsigned int pri = LOGLEVEL_WARNING | 1 << 3, given;
	struct kmsg_file *f = iocb->ki_filp->private_data;
	size_t len = iov_iter_count(from);
	char *buf, *line, *end;

	if (len > VE_LOG_TEXT_MAX)
		return -EINVAL;
	if (!__ratelimit(&f->writes))
		return len;
	buf = kmalloc(len + 1, GFP_KERNEL);
	if (!buf)
		return -ENOMEM;
	if (!copy_from_iter_full(buf, len, from)) {
		kfree(buf);
		return -EFAULT;
	}
	buf[len] = '\0';
	line = buf;
	if (*line == '<') {
		given = simple_strtoul(line + 1, &end, 10);
		if (*end == '>') {
			line = end + 1;
			/* What programs say never passes for the kernel's. */
			pri = given & 7;
			pri |= (given >> 3 & 0xff ?: 1) << 3;
		}
	}
	ve_log_add(f->log, pri, line, strlen(line));
	kfree(buf);
	return len;
}

/*
 * As the host's, and one thing more: a file that is being restored is told the
 * number of the record that it would have read next.
 */
static loff_t kmsg_llseek(struct file *file, loff_t offset, int whence)
{
	struct kmsg_file *f = file->private_data;
	u64 seq;

	if (offset && (whence != SEEK_SET || offset < 0 ||
		       READ_ONCE(f->ve->state) != VE_RESTORING))
		return -ESPIPE;
	switch (whence) {
	case SEEK_SET:
		seq = offset;
		break;
	case SEEK_DATA:
		seq = f->log->clear;
		break;
	case SEEK_END:
		seq = U64_MAX;
		break;
	default:
		return -EINVAL;
	}
	raw_spin_lock_irq(&f->log->lock);
	ve_log_seek(&f->log->ring, &f->at, seq);
	file->f_pos = f->at.seq;
	raw_spin_unlock_irq(&f->log->lock);
	return 0;
}

static __poll_t kmsg_poll(struct file *file, poll_table *wait)
{
	struct kmsg_file *f = file->private_data;
	struct ve_log_record r;
	struct ve_log_at at;
	__poll_t ret = 0;

	poll_wait(file, &f->log->wait, wait);
	raw_spin_lock_irq(&f->log->lock);
	at = f->at;
	if (ve_log_get(&f->log->ring, &at, &r, NULL))
		ret = EPOLLIN | EPOLLRDNORM;
	if (at.seq != f->at.seq)	/* the read tells of the loss */
		ret |= EPOLLERR | EPOLLPRI;
	raw_spin_unlock_irq(&f->log->lock);
	if (READ_ONCE(f->log->ended))
		ret |= EPOLLIN | EPOLLRDNORM | EPOLLHUP;
	return ret;
}

static int kmsg_release(struct inode *inode, struct file *file)
{
	struct kmsg_file *f = file->private_data;

	ve_log_close(f->log);
	ve_put(f->ve);
	kvfree(f);
	return 0;
}

static const struct file_operations ve_kmsg_fops = {
	.read		= kmsg_read,
	.write_iter	= kmsg_write,
	.llseek		= kmsg_llseek,
	.poll		= kmsg_poll,
	.release	= kmsg_release,
};

/**
 * ve_open_kmsg - /dev/kmsg was opened in a VE
 * @file: being opened; gets operations of ours
 *
 * Context: process. Return: 0, -EPERM, -ENOMEM.
 */
int ve_open_kmsg(struct file *file)
{
	struct ve *ve = user_ns_ve(current_user_ns());
	struct kmsg_file *f;

	if ((file->f_flags & O_ACCMODE) != O_WRONLY && !may_read_all())
		return -EPERM;
	f = kvzalloc(sizeof(*f), GFP_KERNEL_ACCOUNT);
	if (!f)
		return -ENOMEM;
	f->log = ve_log_open(ve);
	if (!f->log) {
		kvfree(f);
		return -ENOMEM;
	}
	ve_get(ve);
	f->ve = ve;
	raw_spin_lock_irq(&f->log->lock);
	ve_log_seek(&f->log->ring, &f->at, f->log->ring.first);
	raw_spin_unlock_irq(&f->log->lock);
	mutex_init(&f->lock);
	ratelimit_default_init(&f->writes);
	/* It would tell the host of each message that it kept away. */
	ratelimit_set_flags(&f->writes, RATELIMIT_MSG_ON_RELEASE);
	file->private_data = f;
	replace_fops(file, &ve_kmsg_fops);
	return 0;
}
