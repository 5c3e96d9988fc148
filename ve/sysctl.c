// SPDX-License-Identifier: GPL-2.0-only
/*
 * What may be written below /proc/sys in the namespaces of a VE.
 *
 * Root of a VE may set what belongs to its net, ipc and user namespaces. Many of
 * these numbers are memory or time of the host: what each socket is granted, how
 * long a fragment waits, how often a timer runs. sysctl.def is the one table of
 * files that may be written and of the values they take. What is not in it can
 * only be read, be it a file of a later kernel or of a module.
 *
 * Whose a file is tells the namespace that it shows, not who writes: root of the
 * host who entered it and the restorer of an image are held to the table, too.
 * A value beyond it is refused, not cut: who wrote it shall know. The host's own
 * namespaces are free.
 *
 * The table is const, its index written at boot; nothing is owned. Process context;
 * the permission check also under RCU. The caller keeps @head from being unregistered,
 * and so its namespace and the folders above it.
 */
#include <linux/array_size.h>
#include <linux/cleanup.h>
#include <linux/ctype.h>
#include <linux/errno.h>
#include <linux/init.h>
#include <linux/ipc_namespace.h>
#include <linux/limits.h>
#include <linux/sizes.h>
#include <linux/string.h>
#include <linux/stringhash.h>
#include <linux/sysctl.h>
#include <net/net_namespace.h>
#include <vz/object.h>
#include <vz/sysctl.h>

#include "sysctl.h"

/* The longest number in a file; what is longer is refused. */
#define SYSCTL_DIGITS	20

#define NUMBERS(file, ...)	VE_NUMBERS(file, __VA_ARGS__),
#define TEXT(file, bytes)	{ .path = file, .text = bytes },

static const struct ve_sysctl sysctls[] = {
#include "sysctl.def"
};

/* The VE in whose namespace the file lies; NULL for the host's and what is nobody's. */
static const struct ve *sysctl_ve(const struct ctl_table_header *head)
{
	const struct ctl_table_root *root = head->root;
	struct ctl_table_set *set = head->set;

	if (root == init_net.sysctls.dir.header.root)
		return user_ns_ve(container_of(set, struct net, sysctls)->user_ns);
	if (root == init_user_ns.set.dir.header.root)
		return user_ns_ve(container_of(set, struct user_namespace, set));
	if (root == init_ipc_ns.ipc_set.dir.header.root)
		return user_ns_ve(container_of(set, struct ipc_namespace, ipc_set)->user_ns);
	if (root == init_ipc_ns.mq_set.dir.header.root)
		return user_ns_ve(container_of(set, struct ipc_namespace, mq_set)->user_ns);
	return NULL;
}

/* Write the path of a file into @buf from its end on. Return: its start, NULL if too long. */
const char *ve_sysctl_path(const struct ctl_table_header *head, const struct ctl_table *table,
			   char *buf, size_t size)
{
	const char *name = table->procname;
	char *p = buf + size - 1;
	size_t len;

	*p = '\0';
	for (;;) {
		len = strlen(name);
		if (len + 1 > p - buf)
			return NULL;
		p -= len;
		memcpy(p, name, len);
		head = &head->parent->header;
		/* The root of the tree has no name. */
		if (!head->parent)
			return p;
		*--p = '/';
		name = head->ctl_table[0].procname;
	}
}

static bool path_matches(const char *pattern, const char *path)
{
	for (; *pattern; pattern++) {
		if (*pattern == '*') {
			if (*path == '/' || !*path)
				return false;
			path += strcspn(path, "/");
		} else if (*pattern != *path++) {
			return false;
		}
	}
	return !*path;
}

/*
 * Each look at a file of a VE below /proc/sys/net asks the table, so its rows are found by the last
 * component: lists of row numbers from 1 on, in the order of the table. Those whose last component
 * is a pattern are in the list behind the buckets. Written once at boot, before there is a VE.
 */
#define SYSCTL_BUCKETS	128

static u16 sysctl_first[SYSCTL_BUCKETS + 1] __ro_after_init;
static u16 sysctl_next[ARRAY_SIZE(sysctls) + 1] __ro_after_init;

static unsigned int sysctl_bucket(const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;

	return full_name_hash(NULL, name, strlen(name)) % SYSCTL_BUCKETS;
}

static int __init ve_sysctl_init(void)
{
	size_t i;

	static_assert(ARRAY_SIZE(sysctls) < U16_MAX);
	for (i = ARRAY_SIZE(sysctls); i; i--) {
		const char *path = sysctls[i - 1].path;
		const char *star = strrchr(path, '*');
		const bool wild = star && !strchr(star, '/');
		u16 *first = &sysctl_first[wild ? SYSCTL_BUCKETS : sysctl_bucket(path)];

		sysctl_next[i] = *first;
		*first = i;
	}
	return 0;
}
core_initcall(ve_sysctl_init);

static const struct ve_sysctl *find_in(unsigned int bucket, const char *path)
{
	u16 i;

	for (i = sysctl_first[bucket]; i; i = sysctl_next[i])
		if (path_matches(sysctls[i - 1].path, path))
			return &sysctls[i - 1];
	return NULL;
}

/**
 * ve_sysctl_find - the row of a file
 * @path: below /proc/sys
 *
 * Return: the row, NULL when a VE may not write the file.
 */
const struct ve_sysctl *ve_sysctl_find(const char *path)
{
	return find_in(sysctl_bucket(path), path) ?: find_in(SYSCTL_BUCKETS, path);
}

static const struct ve_sysctl *sysctl_row(const struct ctl_table_header *head,
					  const struct ctl_table *table)
{
	char buf[VE_SYSCTL_PATH];
	const char *path = ve_sysctl_path(head, table, buf, sizeof(buf));

	return path ? ve_sysctl_find(path) : NULL;
}

static bool range_has(const struct ve_range *range, bool negative, u64 value)
{
	if (negative)
		return value <= S64_MAX && -(s64)value >= range->min;
	return value <= range->max && (range->min <= 0 || value >= range->min);
}

/*
 * Numbers as the handlers read them, base by prefix: any that is not read to its
 * last byte is refused, for what a handler makes of it is not known.
 */
static int check_numbers(const struct ve_sysctl *row, const char *text)
{
	unsigned int n;

	for (n = 0; *(text = skip_spaces(text)); n++) {
		size_t len = strcspn(text, " \t\n\v\f\r");
		bool negative = *text == '-';
		char number[SYSCTL_DIGITS + 1];
		u64 value;

		if (n == row->nr || len > SYSCTL_DIGITS || !isdigit(text[negative]))
			return -EINVAL;
		memcpy(number, text, len);
		number[len] = '\0';
		if (kstrtou64(number + negative, 0, &value) ||
		    !range_has(&row->ranges[n], negative, value))
			return -EINVAL;
		text += len;
	}
	return n ? 0 : -EINVAL;
}

/**
 * ve_sysctl_check - may a value be written
 * @row: of the file
 * @text: the whole value, with a 0 behind it
 * @len: its length
 *
 * Fewer numbers than the file takes are right, the others stay as they were.
 *
 * Return: 0 or -EINVAL.
 */
int ve_sysctl_check(const struct ve_sysctl *row, const char *text, size_t len)
{
	if (row->text)
		return len > row->text ? -EINVAL : 0;
	return strlen(text) == len ? check_numbers(row, text) : -EINVAL;
}

umode_t __ve_sysctl_mode(const struct ctl_table_header *head, const struct ctl_table *table)
{
	umode_t mode = table->mode;

	if (!(mode & 0222) || !sysctl_ve(head) || sysctl_row(head, table))
		return mode;
	return mode & ~0222;
}

int __ve_check_sysctl(const struct ctl_table_header *head, const struct ctl_table *table,
		      const char *text, size_t len, loff_t pos)
{
	const struct ve_sysctl *row;

	if (!len || !sysctl_ve(head))
		return 0;
	row = sysctl_row(head, table);
	if (!row)
		return -EPERM;
	/* A number that comes in pieces is not known before its end. */
	return pos ? -EINVAL : ve_sysctl_check(row, text, len);
}

/* In a VE they are set where their ranges are known: in the files. */
int __ve_check_netlink_knobs(const struct net *net)
{
	return user_ns_ve(net->user_ns) ? -EPERM : 0;
}
