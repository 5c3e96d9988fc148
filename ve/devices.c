// SPDX-License-Identifier: GPL-2.0-only
/*
 * Device nodes of a VE: ve.devices, the list of what its programs may open.
 *
 * A node in a private area is only a number, and may have come there in an
 * archive, with a move or by a mistake. So it is not the node that counts but
 * the list: the ve LSM asks here before a device is opened or a node made.
 * Open is the gate of every other way: truncation, ioctl(2) and mmap(2) need an
 * open file, no file system on a disk mounts in a user namespace, and what
 * finds a disk by its node without opening it is quotactl(2), refused apart.
 * What is open stays open, as a descriptor that the host passed in does.
 *
 * ve->devices is replaced as a whole under devices_mutex and read under RCU.
 * It is made when the VE is bound and freed with it.
 */
#include <linux/cgroup.h>
#include <linux/cleanup.h>
#include <linux/fs.h>
#include <linux/kdev_t.h>
#include <linux/miscdevice.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <uapi/linux/major.h>
#include <vz/object.h>

#include "devices.h"

static DEFINE_MUTEX(devices_mutex);

/* Nodes that come with a feature. */
static const struct {
	struct ve_device	device;
	enum ve_feature		feature;
} feature_devices[] = {
	{ { 'c', MISC_MAJOR, FUSE_MINOR, VE_DEVICE_READ | VE_DEVICE_WRITE }, VE_FEATURE_FUSE },
	{ { 'c', MISC_MAJOR, TUN_MINOR, VE_DEVICE_READ | VE_DEVICE_WRITE }, VE_FEATURE_TUN },
};

static bool device_covers(const struct ve_device *d, char type, dev_t dev)
{
	return d->type == type &&
	       (d->major == VE_DEVICE_ANY || d->major == MAJOR(dev)) &&
	       (d->minor == VE_DEVICE_ANY || d->minor == MINOR(dev));
}

/**
 * ve_devices_allow - does a list allow all of @access
 * @list: rows; what several of them give adds up
 * @type: 'b' or 'c'
 * @dev: number of the device
 * @access: VE_DEVICE_READ and so on
 */
bool ve_devices_allow(const struct ve_devices *list, char type, dev_t dev, unsigned int access)
{
	unsigned int i;

	for (i = 0; i < list->n; i++)
		if (device_covers(&list->device[i], type, dev))
			access &= ~list->device[i].access;
	return !access;
}

static bool feature_allows(const struct ve *ve, char type, dev_t dev, unsigned int access)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(feature_devices); i++)
		if (ve_has_feature(ve, feature_devices[i].feature) &&
		    device_covers(&feature_devices[i].device, type, dev))
			access &= ~feature_devices[i].device.access;
	return !access;
}

/**
 * ve_check_device - may a VE open or make a node
 * @ve: a bound VE
 * @mode: S_IFCHR or S_IFBLK in it
 * @dev: number of the device
 * @access: VE_DEVICE_READ and so on
 *
 * Context: any. Return: 0, -EPERM, -ENXIO for the host's console.
 */
int ve_check_device(struct ve *ve, umode_t mode, dev_t dev, unsigned int access)
{
	char type = S_ISBLK(mode) ? 'b' : 'c';
	bool good;

	rcu_read_lock();
	good = ve_devices_allow(rcu_dereference(ve->devices), type, dev, access);
	rcu_read_unlock();
	if (!good && !feature_allows(ve, type, dev, access))
		return -EPERM;
	/*
	 * A console of a VE is a terminal that somebody put in its place. This
	 * number is the host's, where an administrator may be typing.
	 */
	if (type == 'c' && dev == MKDEV(TTYAUX_MAJOR, 1) && access != VE_DEVICE_MKNOD)
		return -ENXIO;
	return 0;
}

/* "8" or "*" at @s; the rest behind it. */
static int parse_number(char **s, unsigned int max, int *number)
{
	unsigned int n;
	char *end;

	if (**s == '*') {
		*number = VE_DEVICE_ANY;
		++*s;
		return 0;
	}
	if (!isdigit(**s))
		return -EINVAL;
	n = simple_strtoul(*s, &end, 10);
	if (end - *s > 7 || n > max)
		return -EINVAL;
	*number = n;
	*s = end;
	return 0;
}

/* "c 1:3 rw", or without the letters when @access is not wanted */
static int parse_device(char *s, struct ve_device *d, bool access)
{
	static const char letters[] = "rwm";
	const char *found;

	memset(d, 0, sizeof(*d));
	if ((*s != 'b' && *s != 'c') || s[1] != ' ')
		return -EINVAL;
	d->type = *s;
	s += 2;
	if (parse_number(&s, (1U << (32 - MINORBITS)) - 1, &d->major) || *s++ != ':' ||
	    parse_number(&s, MINORMASK, &d->minor))
		return -EINVAL;
	if (!access)
		return *s ? -EINVAL : 0;
	if (*s++ != ' ' || !*s)
		return -EINVAL;
	for (; *s; s++) {
		found = strchr(letters, *s);
		if (!found || d->access & BIT(found - letters))
			return -EINVAL;
		d->access |= BIT(found - letters);
	}
	return 0;
}

static struct ve_device *find_device(struct ve_devices *list, const struct ve_device *d)
{
	unsigned int i;

	for (i = 0; i < list->n; i++)
		if (list->device[i].type == d->type && list->device[i].major == d->major &&
		    list->device[i].minor == d->minor)
			return &list->device[i];
	return NULL;
}

static int add_device(struct ve_devices *list, char *s)
{
	struct ve_device d, *old;

	if (parse_device(s, &d, true))
		return -EINVAL;
	old = find_device(list, &d);
	if (old) {
		old->access = d.access;
		return 0;
	}
	if (list->n == VE_DEVICES_MAX)
		return -ENOSPC;
	list->device[list->n++] = d;
	return 0;
}

static int remove_device(struct ve_devices *list, char *s)
{
	struct ve_device d, *old;

	if (parse_device(s, &d, false))
		return -EINVAL;
	old = find_device(list, &d);
	if (!old)
		return -ENOENT;
	memmove(old, old + 1, (char *)&list->device[list->n] - (char *)(old + 1));
	list->n--;
	return 0;
}

static int add_default(struct ve_devices *list)
{
	static const char *const rows[] = {
#define DEFAULT_ROW(...)	VE_DEVICE_ROW(__VA_ARGS__),
		VE_DEVICES_DEFAULT(DEFAULT_ROW)
#undef DEFAULT_ROW
	};
	char row[32];
	int i, err;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		strscpy(row, rows[i]);
		err = add_device(list, row);
		if (err)
			return err;
	}
	return 0;
}

static int edit_line(struct ve_devices *list, char *s, bool change)
{
	char sign = '+';

	if (change) {
		sign = *s++;
		if (sign != '+' && sign != '-')
			return -EINVAL;
	}
	if (sign == '-')
		return remove_device(list, s);
	return strcmp(s, "default") ? add_device(list, s) : add_default(list);
}

/**
 * ve_devices_edit - change a list as lines of ve.devices say
 * @list: a list with room for VE_DEVICES_MAX rows
 * @text: lines with + or - before them, or a list that replaces it; is cut up
 *
 * Return: 0, or an error and @list is half changed.
 */
int ve_devices_edit(struct ve_devices *list, char *text)
{
	bool change = *text == '+' || *text == '-';
	char *line;
	int err;

	if (!change)
		list->n = 0;
	while ((line = strsep(&text, "\n"))) {
		line = strim(line);
		if (!*line)
			continue;
		err = edit_line(list, line, change);
		if (err)
			return err;
	}
	return 0;
}

struct ve_devices *ve_devices_alloc(void)
{
	struct ve_devices *list;

	return kzalloc(struct_size(list, device, VE_DEVICES_MAX), GFP_KERNEL);
}

/* The VE is being bound. Return: 0 or -ENOMEM. */
static int ve_devices_arm(struct ve *ve, u32 id)
{
	struct ve_devices *list = ve_devices_alloc();

	if (!list)
		return -ENOMEM;
	add_default(list);
	RCU_INIT_POINTER(ve->devices, list);
	return 0;
}

static void ve_devices_free(struct ve *ve)
{
	kfree(rcu_dereference_protected(ve->devices, true));
}

static void show_number(struct seq_file *m, int number, char after)
{
	if (number == VE_DEVICE_ANY)
		seq_printf(m, "*%c", after);
	else
		seq_printf(m, "%d%c", number, after);
}

static int devices_show(struct seq_file *m, void *v)
{
	struct ve *ve = css_ve(seq_css(m));
	struct ve_devices *list;
	unsigned int i;

	if (!READ_ONCE(ve->id))
		return 0;
	guard(mutex)(&devices_mutex);
	list = rcu_dereference_protected(ve->devices, lockdep_is_held(&devices_mutex));
	for (i = 0; i < list->n; i++) {
		const struct ve_device *d = &list->device[i];

		seq_printf(m, "%c ", d->type);
		show_number(m, d->major, ':');
		show_number(m, d->minor, ' ');
		seq_printf(m, "%s%s%s\n", d->access & VE_DEVICE_READ ? "r" : "",
			   d->access & VE_DEVICE_WRITE ? "w" : "",
			   d->access & VE_DEVICE_MKNOD ? "m" : "");
	}
	return 0;
}

static ssize_t devices_write(struct kernfs_open_file *of, char *buf, size_t nbytes,
			     loff_t off)
{
	struct ve *ve = css_ve(of_css(of));
	struct ve_devices *list, *old;
	int err;

	if (!ve_host_writer(of))
		return -EPERM;
	if (!READ_ONCE(ve->id))
		return -EINVAL;
	list = ve_devices_alloc();
	if (!list)
		return -ENOMEM;
	guard(mutex)(&devices_mutex);
	old = rcu_dereference_protected(ve->devices, lockdep_is_held(&devices_mutex));
	memcpy(list, old, struct_size(old, device, old->n));
	err = ve_devices_edit(list, buf);
	if (err) {
		kfree(list);
		return err;
	}
	rcu_assign_pointer(ve->devices, list);
	kfree_rcu(old, rcu);
	return nbytes;
}

static struct cftype devices_files[] = {
	{
		.name = "devices",
		.flags = CFTYPE_NOT_ON_ROOT,
		.seq_show = devices_show,
		.write = devices_write,
	},
	{ }
};

static struct cftype *const devices_all_files[] = { devices_files, NULL };

const struct ve_part ve_devices_part = {
	.arm	= ve_devices_arm,
	.free	= ve_devices_free,
	.files	= devices_all_files,
};
