// SPDX-License-Identifier: GPL-2.0-only
/*
 * ve.direct in the root cgroup: 0, packets between VEs pass the host's routing and
 * firewall; 1, they go from one VE to the other. Who sends with a foreign source is
 * found either way. A packet goes by what the file says when it is sent.
 */
#include <linux/cgroup.h>
#include <linux/seq_file.h>
#include <linux/string.h>
#include <vz/object.h>
#include "direct.h"

bool venet_direct;

static int venet_direct_show(struct seq_file *m, void *v)
{
	seq_printf(m, "%u\n", READ_ONCE(venet_direct));
	return 0;
}

static ssize_t venet_direct_write(struct kernfs_open_file *of, char *buf, size_t nbytes,
				  loff_t off)
{
	if (!ve_host_writer(of))
		return -EPERM;
	buf = strstrip(buf);
	if (strcmp(buf, "0") && strcmp(buf, "1"))
		return -EINVAL;
	WRITE_ONCE(venet_direct, *buf == '1');
	return nbytes;
}

struct cftype venet_direct_files[] = {
	{
		.name = "direct",
		.flags = CFTYPE_ONLY_ON_ROOT,
		.seq_show = venet_direct_show,
		.write = venet_direct_write,
	},
	{ }
};
