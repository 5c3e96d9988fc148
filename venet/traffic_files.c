// SPDX-License-Identifier: GPL-2.0-only
/*
 * What shows a VE's counters: the cgroup files ve.traffic and ve.net, and
 * /proc/vz/venetstat, whose format is that of OpenVZ, byte for byte. They hold
 * no state of their own.
 */
#include <linux/cgroup.h>
#include <linux/init.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <vz/controller.h>
#include "owner.h"
#include "traffic.h"
#include "traffic_files.h"
#include "venet.h"

static int venet_net_show(struct seq_file *m, void *v)
{
	struct venet_ve *vve = ve_venet(css_ve(seq_css(m)));
	struct venet_count to = {}, from = {};
	u64 spoofed = 0;

	if (vve) {
		to = venet_traffic_sum(&vve->traffic, VENET_TO_VE);
		from = venet_traffic_sum(&vve->traffic, VENET_FROM_VE);
		spoofed = venet_traffic_spoofed(&vve->traffic);
	}
	seq_printf(m, "%llu %llu %llu %llu %llu\n", to.packets, to.bytes, from.packets,
		   from.bytes, spoofed);
	return 0;
}

static void venet_traffic_show_family(struct seq_file *m, struct venet_ve *vve, bool v6)
{
	u8 nr;

	for (nr = 0; nr < VENET_CLASSES; nr++) {
		struct venet_count to = venet_traffic_read(&vve->traffic, v6, nr, VENET_TO_VE);
		struct venet_count from = venet_traffic_read(&vve->traffic, v6, nr,
							     VENET_FROM_VE);

		if (to.packets || to.bytes || from.packets || from.bytes)
			seq_printf(m, "%s %u %llu %llu %llu %llu\n", v6 ? "ipv6" : "ipv4", nr,
				   to.bytes, to.packets, from.bytes, from.packets);
	}
}

static int venet_traffic_show(struct seq_file *m, void *v)
{
	struct venet_ve *vve = ve_venet(css_ve(seq_css(m)));

	if (!vve)
		return 0;
	venet_traffic_show_family(m, vve, false);
	venet_traffic_show_family(m, vve, true);
	return 0;
}

/* What the file showed sets the counters while the VE is restored; "reset" always. */
static ssize_t venet_traffic_write(struct kernfs_open_file *of, char *buf, size_t nbytes,
				   loff_t off)
{
	struct ve *ve = css_ve(of_css(of));
	struct venet_ve *vve = ve_venet(ve);
	struct venet_counts *counts;
	int err = 0;

	if (!ve_host_writer(of))
		return -EPERM;
	if (!vve || strlen(buf) != nbytes)
		return -EINVAL;
	counts = kzalloc(sizeof(*counts), GFP_KERNEL);
	if (!counts)
		return -ENOMEM;
	if (strcmp(strim(buf), "reset")) {
		err = READ_ONCE(ve->state) == VE_RESTORING ? 0 : -EBUSY;
		err = err ?: venet_traffic_parse(strim(buf), counts);
	}
	if (!err)
		venet_traffic_set(&vve->traffic, counts);
	kfree(counts);
	return err ?: nbytes;
}

struct cftype venet_traffic_files[] = {
	{
		.name = "net",
		.flags = CFTYPE_NOT_ON_ROOT,
		.seq_show = venet_net_show,
	},
	{
		.name = "traffic",
		.flags = CFTYPE_NOT_ON_ROOT,
		.seq_show = venet_traffic_show,
		.write = venet_traffic_write,
	},
	{ }
};

/* The VE, then bytes to it and from it for each class. */
static void venet_stat_show(struct seq_file *m, bool v6)
{
	struct venet_ve *vve;
	u8 nr;

	mutex_lock(&venet_mutex);
	list_for_each_entry(vve, &venet_ves, link) {
		seq_printf(m, "%u ", vve->ve->id);
		for (nr = 0; nr < VENET_CLASSES; nr++)
			seq_printf(m, " %20llu/%20llu",
				   venet_traffic_read(&vve->traffic, v6, nr,
						      VENET_TO_VE).bytes,
				   venet_traffic_read(&vve->traffic, v6, nr,
						      VENET_FROM_VE).bytes);
		seq_putc(m, '\n');
	}
	mutex_unlock(&venet_mutex);
}

static int venet_stat_show_v4(struct seq_file *m, void *v)
{
	venet_stat_show(m, false);
	return 0;
}

static int venet_stat_show_v6(struct seq_file *m, void *v)
{
	venet_stat_show(m, true);
	return 0;
}

static int __init venet_stat_init(void)
{
	if (!proc_create_single("venetstat", 0400, proc_vz_dir, venet_stat_show_v4) ||
	    !proc_create_single("venetstat_v6", 0400, proc_vz_dir, venet_stat_show_v6))
		return -ENOMEM;
	return 0;
}
late_initcall(venet_stat_init);
