// SPDX-License-Identifier: GPL-2.0-only
/*
 * Files below /proc/sys that are the machine's and that each VE has for itself:
 * sysctl_own.def names them. Install scripts and boot scripts write them and stop
 * when they cannot; what they write is kept and read back. It changes nothing for
 * the host or another VE: there the limits of the VE's rows count. core_pattern says
 * what the VE's cores are called, pid_max how far its pids are counted up.
 *
 * Whose a file is tells the proc mount; whether it may be written, current: root of
 * the VE's own user namespace. A mount of the host's that a VE got hold of is not
 * written through here.
 *
 * ve->sysctls is made when the VE is bound and freed with it; its texts are under its
 * lock, and go when the VE starts. Process context.
 */
#include <linux/capability.h>
#include <linux/cgroup.h>
#include <linux/cleanup.h>
#include <linux/ctype.h>
#include <linux/fs.h>
#include <linux/kernfs.h>
#include <linux/kstrtox.h>
#include <linux/mutex.h>
#include <linux/pid_namespace.h>
#include <linux/sched.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/sysctl.h>
#include <vz/controller.h>
#include <vz/sysctl.h>

#include "refuse.h"
#include "sysctl.h"
#include "sysctl_own.h"

/* The longest text, with its 0. */
#define OWN_TEXT_SIZE	128

typedef int own_show(struct ve *ve, char *buf);

struct own_sysctl {
	struct ve_sysctl	row;
	const char		*text;
	own_show		*show;	/* computed: not written */
};

/* Entries that nobody uses any more go at once: their memory is counted so. */
static int show_dentries(struct ve *ve, char *buf)
{
	unsigned long n = ub_held(ve, UB_DCACHESIZE) / sizeof(struct dentry);

	return sprintf(buf, "%lu\t%u\t%u\t%u\t%u\t%u", n, 0, 45, 0, 0, 0);
}

static int show_inodes(struct ve *ve, char *buf)
{
	return sprintf(buf, "%lu\t%u", ub_held(ve, UB_DCACHESIZE) / sizeof(struct dentry), 0);
}

static int show_inode_state(struct ve *ve, char *buf)
{
	return sprintf(buf, "%lu\t0\t0\t0\t0\t0\t0",
		       ub_held(ve, UB_DCACHESIZE) / sizeof(struct dentry));
}

static int show_files(struct ve *ve, char *buf)
{
	return sprintf(buf, "%lu\t0\t%lu", ub_held(ve, UB_NUMFILE), ub_limit(ve, UB_NUMFILE));
}

static int show_aio(struct ve *ve, char *buf)
{
	return sprintf(buf, "%lu", ub_held(ve, UB_NUMAIO));
}

static int show_ptys(struct ve *ve, char *buf)
{
	return sprintf(buf, "%lu", ub_held(ve, UB_NUMPTY));
}

#define OWN(file, first, ...)	{ .row = VE_NUMBERS(file, __VA_ARGS__), .text = first },
#define OWN_TEXT(file, first, bytes) { .row = { .path = file, .text = bytes }, .text = first },
#define SHOWN(file, fn)		{ .row = { .path = file }, .show = fn },

static const struct own_sysctl own[] = {
#include "sysctl_own.def"
};

/**
 * struct ve_sysctls - what the root of a VE has written
 * @lock: of what is below
 * @value: by row; NULL where nothing was written
 * @core_pattern: the row of that name, read without the lock by those who die
 * @pid_max: the row of that name, read without the lock by those who fork
 * @gone: the VE's cgroup was removed: nothing is kept any more
 *
 * A value is charged to the VE, and so keeps its account and the VE: it goes when the
 * cgroup is removed, not with the last reference, which would never go.
 */
struct ve_sysctls {
	struct mutex	lock;
	bool		gone;
	char		*value[ARRAY_SIZE(own)];
	char		core_pattern[OWN_TEXT_SIZE];
	int		pid_max;
};

static int find_row(const char *path)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(own); i++)
		if (!strcmp(own[i].row.path, path))
			return i;
	return -ENOENT;
}

static int row_of(const struct ctl_table_header *head, const struct ctl_table *table)
{
	char buf[VE_SYSCTL_PATH];
	const char *path = ve_sysctl_path(head, table, buf, sizeof(buf));

	return path ? find_row(path) : -ENOENT;
}

/* Root of the VE's own user namespace, not of one that it made. */
static bool is_root_of_ve(void)
{
	const struct user_namespace *ns = current_user_ns();

	while (ns->parent && user_ns_ve(ns->parent))
		ns = ns->parent;
	return uid_eq(current_euid(), make_kuid((struct user_namespace *)ns, 0));
}

int __ve_sysctl_perm(const struct ctl_table_header *head, const struct ctl_table *table, int mode)
{
	int i;

	if (!ve_enforced() || !is_root_of_ve())
		return mode;
	i = row_of(head, table);
	if (i < 0 || own[i].show)
		return mode;
	return mode | (mode & 0600) >> 6;
}

/* What a file shows, without an end of line. */
static int print_row(struct ve *ve, int i, char *buf)
{
	char *p;
	int n;

	if (own[i].show)
		return own[i].show(ve, buf);
	n = sprintf(buf, "%s", ve->sysctls->value[i] ?: own[i].text);
	if (!own[i].row.text)
		for (p = buf; (p = strchr(p, ' ')); )
			*p = '\t';
	return n;
}

static void set_row(struct ve *ve, int i, char *text)
{
	int pids;

	kfree(ve->sysctls->value[i]);
	ve->sysctls->value[i] = text;
	if (!strcmp(own[i].row.path, "kernel/pid_max") &&
	    !kstrtoint(text ?: own[i].text, 10, &pids))
		WRITE_ONCE(ve->sysctls->pid_max, pids);
	if (!strcmp(own[i].row.path, "kernel/core_pattern"))
		strscpy(ve->sysctls->core_pattern, text ?: own[i].text);
}

/* The number at @text, which was checked or is ours, decimal into @p. Return: its length. */
static int print_number(char *p, const char *text)
{
	bool negative = *text == '-';
	char number[24];
	u64 value = 0;
	size_t len = strcspn(text, " \t\n\v\f\r");

	snprintf(number, sizeof(number), "%.*s", (int)len, text);
	if (kstrtou64(number + negative, 0, &value))
		return 0;
	return sprintf(p, "%s%llu", negative && value ? "-" : "", value);
}

/* One blank between numbers; those that were not written stay. Return: a text or NULL. */
static char *merge_numbers(const char *old, const char *text, unsigned int nr)
{
	char *new = kzalloc(OWN_TEXT_SIZE, GFP_KERNEL_ACCOUNT), *p = new;
	unsigned int i;

	if (!new)
		return NULL;
	/* At most four, of 20 digits each: they fit. */
	for (i = 0; i < nr; i++) {
		text = skip_spaces(text);
		old = skip_spaces(old);
		if (i)
			*p++ = ' ';
		p += print_number(p, *text ? text : old);
		text += strcspn(text, " \t\n\v\f\r");
		old += strcspn(old, " \t\n\v\f\r");
	}
	return new;
}

/* What the host's tools can write down. */
static bool is_printable(const char *text, size_t len)
{
	while (len--)
		if (!isascii(text[len]) || !isprint(text[len]))
			return false;
	return true;
}

static int write_row(struct ve *ve, int i, const char *text, size_t len)
{
	const struct own_sysctl *s = &own[i];
	char *new;
	int err;

	if (s->show)
		return -EACCES;
	if (ve->sysctls->gone)
		return -ENODEV;
	err = ve_sysctl_check(&s->row, text, len);
	if (err)
		return err;
	if (s->row.text)
		len = strcspn(text, "\n");
	if (s->row.text && !is_printable(text, len))
		return -EINVAL;
	new = s->row.text ? kmemdup_nul(text, len, GFP_KERNEL_ACCOUNT) :
		merge_numbers(ve->sysctls->value[i] ?: s->text, text, s->row.nr);
	if (!new)
		return -ENOMEM;
	set_row(ve, i, new);
	return 0;
}

static int read_row(struct ve *ve, int i, char *buf, size_t *len, loff_t *pos)
{
	char text[OWN_TEXT_SIZE + 1];
	size_t n;

	if (*pos) {
		*len = 0;
		return 0;
	}
	n = print_row(ve, i, text);
	text[n++] = '\n';
	*len = min(*len, n);
	memcpy(buf, text, *len);
	*pos += *len;
	return 0;
}

int __ve_sysctl_call(const struct file *file, const struct ctl_table_header *head,
		     const struct ctl_table *table, int write, char *buf, size_t *len,
		     loff_t *pos)
{
	struct ve *ve = user_ns_ve(file_inode(file)->i_sb->s_user_ns);
	int i = -ENOENT, err;

	if (ve || (write && user_ns_ve(current_user_ns())))
		i = row_of(head, table);
	if (i < 0)
		return table->proc_handler(table, write, buf, len, pos);
	if (!ve)
		return -EPERM;
	if (write && *pos)
		return -EINVAL;
	guard(mutex)(&ve->sysctls->lock);
	if (!write)
		return read_row(ve, i, buf, len, pos);
	err = *len ? write_row(ve, i, buf, *len) : 0;
	if (!err)
		*pos += *len;
	return err;
}

/* --- names of cores --------------------------------------------------------------- */

/* Like the host's, a buffer that may change while it is read. */
const char *__ve_core_pattern(const char *host)
{
	struct ve *ve = user_ns_ve(current_user_ns());

	return ve ? ve->sysctls->core_pattern : host;
}

struct user_namespace *__ve_core_user_ns(void)
{
	struct user_namespace *ns = current_user_ns();

	if (!user_ns_ve(ns))
		return &init_user_ns;
	while (ns->parent && user_ns_ve(ns->parent))
		ns = ns->parent;
	return ns;
}

pid_t __ve_core_pid(pid_t pid)
{
	struct ve *ve = user_ns_ve(current_user_ns());
	struct pid_namespace *ns = ve ? ve_get_pid_ns(ve) : NULL;
	struct task_struct *task;

	if (!ns)
		return ve ? 0 : pid;
	rcu_read_lock();
	task = find_task_by_pid_ns(pid, &init_pid_ns);
	pid = task ? task_pid_nr_ns(task, ns) : 0;
	rcu_read_unlock();
	put_pid_ns(ns);
	return pid;
}

/* --- pids ------------------------------------------------------------------------- */

/* A task that is restored with its number gets it, as far as the host counts. */
int __ve_pid_max(const struct pid_namespace *ns, int host)
{
	struct ve *ve = user_ns_ve(ns->user_ns);

	return ve ? min(host, READ_ONCE(ve->sysctls->pid_max)) : host;
}

/* --- ve.sysctl: for a restore --------------------------------------------------------- */

static int sysctl_show(struct seq_file *m, void *v)
{
	struct ve *ve = css_ve(seq_css(m));
	int i;

	if (!READ_ONCE(ve->id))
		return 0;
	guard(mutex)(&ve->sysctls->lock);
	for (i = 0; i < ARRAY_SIZE(own); i++)
		if (ve->sysctls->value[i])
			seq_printf(m, "%s %s\n", own[i].row.path, ve->sysctls->value[i]);
	return 0;
}

static int set_lines(struct ve *ve, char *text)
{
	char *line, *value;
	int i, err;

	while ((line = strsep(&text, "\n"))) {
		if (!*line)
			continue;
		value = strchr(line, ' ');
		if (!value)
			return -EINVAL;
		*value++ = '\0';
		i = find_row(line);
		/* A kernel that has one file less takes the others. */
		if (i < 0)
			continue;
		err = write_row(ve, i, value, strlen(value));
		if (err)
			return err;
	}
	return 0;
}

static ssize_t sysctl_write(struct kernfs_open_file *of, char *buf, size_t nbytes, loff_t off)
{
	struct ve *ve = css_ve(of_css(of));
	int err;

	if (!ve_host_writer(of))
		return -EPERM;
	if (READ_ONCE(ve->state) != VE_RESTORING)
		return -EBUSY;
	guard(mutex)(&ve->sysctls->lock);
	err = set_lines(ve, buf);
	return err ?: nbytes;
}

static int ve_sysctl_arm(struct ve *ve, u32 id)
{
	ve->sysctls = kzalloc(sizeof(*ve->sysctls), GFP_KERNEL);
	if (!ve->sysctls)
		return -ENOMEM;
	mutex_init(&ve->sysctls->lock);
	set_row(ve, find_row("kernel/core_pattern"), NULL);
	set_row(ve, find_row("kernel/pid_max"), NULL);
	return 0;
}

static void forget_all(struct ve *ve)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(own); i++)
		set_row(ve, i, NULL);
}

/* As a machine that boots. */
static void ve_sysctl_start(struct ve *ve)
{
	guard(mutex)(&ve->sysctls->lock);
	forget_all(ve);
}

static void ve_sysctl_offline(struct ve *ve)
{
	guard(mutex)(&ve->sysctls->lock);
	ve->sysctls->gone = true;
	forget_all(ve);
}

static void ve_sysctl_free(struct ve *ve)
{
	kfree(ve->sysctls);
}

static struct cftype sysctl_files[] = {
	{
		.name = "sysctl",
		.flags = CFTYPE_NOT_ON_ROOT,
		.max_write_len = 5 << 10,
		.seq_show = sysctl_show,
		.write = sysctl_write,
	},
	{ }
};

static struct cftype *const sysctl_all_files[] = { sysctl_files, NULL };

const struct ve_part ve_sysctl_part = {
	.arm	= ve_sysctl_arm,
	.start	= ve_sysctl_start,
	.offline = ve_sysctl_offline,
	.free	= ve_sysctl_free,
	.files	= sysctl_all_files,
};
