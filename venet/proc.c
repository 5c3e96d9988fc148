// SPDX-License-Identifier: GPL-2.0-only
/*
 * /proc/vz/veip: address and VE, a line each. The host sees all, a VE its own;
 * who looks is asked of the proc mount, not of the task.
 */
#include <linux/init.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <vz/controller.h>
#include "owner.h"
#include "proc.h"
#include "table.h"
#include "venet.h"

static int venet_veip_show(struct seq_file *m, void *v)
{
	struct ve *viewer = seq_ve(m);
	char text[VENET_PREFIX_TEXT];
	struct venet_addr *addr;
	struct venet_ve *vve;

	seq_puts(m, "Version: 2.5\n");
	mutex_lock(&venet_mutex);
	list_for_each_entry(vve, &venet_ves, link) {
		if (viewer && viewer != vve->ve)
			continue;
		list_for_each_entry(addr, &vve->addrs, link) {
			venet_prefix_print(&addr->prefix, text);
			seq_printf(m, "%39s %10u\n", text, vve->ve->id);
		}
	}
	mutex_unlock(&venet_mutex);
	return 0;
}

void venet_show_addresses(struct seq_file *m, struct ve *ve)
{
	char text[VENET_PREFIX_TEXT];
	struct venet_addr *addr;

	mutex_lock(&venet_mutex);
	list_for_each_entry(addr, &ve->venet->addrs, link) {
		venet_prefix_print(&addr->prefix, text);
		seq_printf(m, addr->prefix.v6 ? " %39s" : " %15s", text);
	}
	mutex_unlock(&venet_mutex);
}

static int __init venet_proc_init(void)
{
	if (!proc_create_single("veip", 0400, proc_vz_dir, venet_veip_show))
		return -ENOMEM;
	return 0;
}
late_initcall(venet_proc_init);
