// SPDX-License-Identifier: GPL-2.0-only
/*
 * ve.classes and ve.classes_v6 in the root cgroup: the host's tables of traffic
 * classes. A write is a whole table, which replaces the old one at once, or is
 * refused and changes nothing. Holds no state of its own.
 */
#include <linux/cgroup.h>
#include <linux/seq_file.h>
#include <linux/string.h>
#include <vz/object.h>
#include "class.h"
#include "class_files.h"

static bool venet_class_is_v6(const struct cftype *cft)
{
	return cft->private;
}

static int venet_classes_show(struct seq_file *m, void *v)
{
	char text[VENET_PREFIX_TEXT];
	const struct venet_classes *t;
	unsigned int i;

	mutex_lock(&venet_class_mutex);
	t = rcu_dereference_protected(venet_class_table[venet_class_is_v6(seq_cft(m))],
				      lockdep_is_held(&venet_class_mutex));
	for (i = 0; t && i < t->nr_lines; i++) {
		venet_prefix_print_len(&t->line[i].prefix, text);
		seq_printf(m, "%u %s\n", t->line[i].class, text);
	}
	mutex_unlock(&venet_class_mutex);
	return 0;
}

static ssize_t venet_classes_write(struct kernfs_open_file *of, char *buf, size_t nbytes,
				   loff_t off)
{
	bool v6 = venet_class_is_v6(of_cft(of));
	struct venet_classes *t;
	int err;

	if (!ve_host_writer(of))
		return -EPERM;
	if (strlen(buf) != nbytes)
		return -EINVAL;
	err = venet_classes_parse(buf, v6, &t);
	if (err)
		return err;
	mutex_lock(&venet_class_mutex);
	t = rcu_replace_pointer(venet_class_table[v6], t, lockdep_is_held(&venet_class_mutex));
	mutex_unlock(&venet_class_mutex);
	if (t)
		synchronize_rcu();
	venet_classes_free(t);
	return nbytes;
}

struct cftype venet_class_files[] = {
	{
		.name = "classes",
		.flags = CFTYPE_ONLY_ON_ROOT,
		.max_write_len = VENET_CLASS_TEXT,
		.seq_show = venet_classes_show,
		.write = venet_classes_write,
	},
	{
		.name = "classes_v6",
		.flags = CFTYPE_ONLY_ON_ROOT,
		.private = true,
		.max_write_len = VENET_CLASS_TEXT,
		.seq_show = venet_classes_show,
		.write = venet_classes_write,
	},
	{ }
};
