// SPDX-License-Identifier: GPL-2.0-only
/*
 * The cgroup files ve.ip and ve.hold. They hold no state of their own.
 * The cgroup core ends all open operations before the css goes offline.
 */
#include <linux/cgroup.h>
#include <linux/seq_file.h>
#include <linux/string.h>
#include "files.h"
#include "owner.h"
#include "table.h"
#include "venet.h"
#include "xmit.h"

static struct venet_ve *venet_of_file(struct kernfs_open_file *of)
{
	return ve_venet(css_ve(of_css(of)));
}

static struct venet_ve *venet_of_seq(struct seq_file *m)
{
	return ve_venet(css_ve(seq_css(m)));
}

static int venet_ip_show(struct seq_file *m, void *v)
{
	struct venet_ve *vve = venet_of_seq(m);
	char text[VENET_PREFIX_TEXT];
	struct venet_addr *addr;

	if (!vve)
		return 0;
	mutex_lock(&venet_mutex);
	list_for_each_entry(addr, &vve->addrs, link) {
		venet_prefix_print(&addr->prefix, text);
		seq_printf(m, "%s\n", text);
	}
	mutex_unlock(&venet_mutex);
	return 0;
}

/* +ADDR[/LEN], -ADDR[/LEN] or -all. Context: venet_mutex. */
static int venet_ip_change(struct venet_ve *vve, char *text)
{
	struct venet_prefix p;
	int err;

	if (vve->dead)
		return -ENODEV;
	if (!strcmp(text, "-all")) {
		venet_table_clear(&venet_owners, vve);
		return 0;
	}
	if (*text != '+' && *text != '-')
		return -EINVAL;
	err = venet_prefix_parse(text + 1, &p);
	if (err)
		return err;
	if (*text == '+')
		return venet_table_add(&venet_owners, &p, vve);
	return venet_table_del(&venet_owners, &p, vve);
}

static ssize_t venet_ip_write(struct kernfs_open_file *of, char *buf, size_t nbytes,
			      loff_t off)
{
	struct venet_ve *vve = venet_of_file(of);
	int err;

	if (!ve_host_writer(of))
		return -EPERM;
	if (!vve)
		return -EINVAL;
	mutex_lock(&venet_mutex);
	err = venet_ip_change(vve, strstrip(buf));
	mutex_unlock(&venet_mutex);
	return err ?: nbytes;
}

static int venet_hold_show(struct seq_file *m, void *v)
{
	static const char *const modes[] = {
		[VENET_FLOW] = "0", [VENET_HOLD] = "1", [VENET_DROP] = "drop",
	};
	struct venet_ve *vve = venet_of_seq(m);
	unsigned int waiting;
	u64 dropped;
	int mode;

	if (!vve) {
		seq_puts(m, "0 0 0\n");
		return 0;
	}
	spin_lock_bh(&vve->hold.lock);
	mode = vve->hold.mode;
	waiting = skb_queue_len(&vve->hold.queue);
	dropped = vve->hold.dropped;
	spin_unlock_bh(&vve->hold.lock);
	seq_printf(m, "%s %u %llu\n", modes[mode], waiting, dropped);
	return 0;
}

static ssize_t venet_hold_write(struct kernfs_open_file *of, char *buf,
				size_t nbytes, loff_t off)
{
	struct venet_ve *vve = venet_of_file(of);

	if (!ve_host_writer(of))
		return -EPERM;
	if (!vve)
		return -EINVAL;
	buf = strstrip(buf);
	if (!strcmp(buf, "1")) {
		venet_hold_start(&vve->hold);
		/*
		 * No packet that passed before the change is still on its way
		 * through our part when the writer goes on. The VE stands
		 * still meanwhile, so this must be quick.
		 */
		synchronize_rcu_expedited();
		/* what waited for its time waits for the end of the hold */
		venet_for_shapers(vve, venet_shaper_flush);
	} else if (!strcmp(buf, "0")) {
		venet_release(vve);
	} else if (!strcmp(buf, "drop")) {
		venet_hold_drop(&vve->hold);
	} else {
		return -EINVAL;
	}
	return nbytes;
}

struct cftype venet_files[] = {
	{
		.name = "ip",
		.flags = CFTYPE_NOT_ON_ROOT,
		.seq_show = venet_ip_show,
		.write = venet_ip_write,
	},
	{
		.name = "hold",
		.flags = CFTYPE_NOT_ON_ROOT,
		.seq_show = venet_hold_show,
		.write = venet_hold_write,
	},
	{ }
};
