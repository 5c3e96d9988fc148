// SPDX-License-Identifier: GPL-2.0-only
/*
 * The boot id of a VE: what /proc/sys/kernel/random/boot_id shows there, and
 * ve.boot_id, by which a restored VE gets back the one that it had.
 *
 * ve->boot_id is new with each start; ve->lock protects it.
 */
#include <linux/cgroup.h>
#include <linux/cred.h>
#include <linux/seq_file.h>
#include <linux/string.h>
#include <linux/uuid.h>
#include <vz/object.h>
#include <vz/random.h>

#include "boot_id.h"

/* Another one with each start; a restored VE gets back its own afterwards. */
static void ve_boot_id_start(struct ve *ve)
{
	unsigned long flags;

	spin_lock_irqsave(&ve->lock, flags);
	uuid_gen(&ve->boot_id);
	spin_unlock_irqrestore(&ve->lock, flags);
}

static void ve_boot_id_get(struct ve *ve, uuid_t *id)
{
	unsigned long flags;

	spin_lock_irqsave(&ve->lock, flags);
	uuid_copy(id, &ve->boot_id);
	spin_unlock_irqrestore(&ve->lock, flags);
}

/**
 * __ve_boot_id - the boot id that current sees
 * @host: the host's, UUID_SIZE bytes
 * @own: UUID_SIZE bytes, filled when current is in a VE
 *
 * Context: any. Return: @host on the host, @own in a VE.
 */
u8 *__ve_boot_id(u8 *host, u8 *own)
{
	struct ve *ve = user_ns_ve(current_user_ns());
	uuid_t id;

	if (!ve)
		return host;
	ve_boot_id_get(ve, &id);
	export_uuid(own, &id);
	return own;
}

/* Nothing while the VE was never started. */
static int ve_boot_id_show(struct seq_file *m, void *v)
{
	uuid_t id;

	ve_boot_id_get(css_ve(seq_css(m)), &id);
	if (!uuid_is_null(&id))
		seq_printf(m, "%pU\n", &id);
	return 0;
}

/* Only before it runs: programs take it for a constant. */
static int ve_set_boot_id(struct ve *ve, const uuid_t *id)
{
	int ret = -EBUSY;

	spin_lock_irq(&ve->lock);
	if (ve->state == VE_STARTING || ve->state == VE_RESTORING) {
		uuid_copy(&ve->boot_id, id);
		ret = 0;
	}
	spin_unlock_irq(&ve->lock);
	return ret;
}

static ssize_t ve_boot_id_write(struct kernfs_open_file *of, char *buf,
				size_t nbytes, loff_t off)
{
	uuid_t id;
	int ret;

	if (!ve_host_writer(of))
		return -EPERM;
	buf = strstrip(buf);
	if (strlen(buf) != UUID_STRING_LEN || uuid_parse(buf, &id) || uuid_is_null(&id))
		return -EINVAL;
	ret = ve_set_boot_id(css_ve(of_css(of)), &id);
	return ret ?: nbytes;
}

static struct cftype boot_id_files[] = {
	{
		.name = "boot_id",
		.flags = CFTYPE_NOT_ON_ROOT,
		.seq_show = ve_boot_id_show,
		.write = ve_boot_id_write,
	},
	{ }
};

static struct cftype *const boot_id_all_files[] = { boot_id_files, NULL };

const struct ve_part ve_boot_id_part = {
	.start	= ve_boot_id_start,
	.files	= boot_id_all_files,
};
