// SPDX-License-Identifier: GPL-2.0-only
/*
 * The cgroup files ve.rate, of each VE, and ve.totalrate, of the host, in the
 * root. A write is all rates of that file, or is refused and changes nothing.
 * The shapers of a VE are made by its first rate and stay until it is freed.
 */
#include <linux/cgroup.h>
#include <linux/ctype.h>
#include <linux/kernel.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "owner.h"
#include "shape.h"
#include "shape_files.h"
#include "venet.h"
#include "xmit.h"

static int venet_rate_number(char **text, u32 most, u32 *n)
{
	char *word = strsep(text, " ");

	if (!word || !isdigit(*word) || kstrtou32(word, 10, n) || *n > most)
		return -EINVAL;
	return 0;
}

/* "CLASS KBIT", or "CLASS KBIT bound|borrow MPU" */
static int venet_rate_parse_line(char *text, bool of_host, struct venet_rate *rate, u32 *seen)
{
	struct venet_rate *r;
	u32 class;
	char *word;

	if (venet_rate_number(&text, VENET_CLASSES - 1, &class) || *seen & BIT(class))
		return -EINVAL;
	*seen |= BIT(class);
	r = &rate[class];
	if (venet_rate_number(&text, VENET_RATE_MAX, &r->kbit) || !r->kbit)
		return -EINVAL;
	if (of_host)
		return text ? -EINVAL : 0;
	word = strsep(&text, " ");
	if (!word)
		return -EINVAL;
	r->bound = !strcmp(word, "bound");
	if (!r->bound && strcmp(word, "borrow"))
		return -EINVAL;
	return venet_rate_number(&text, VENET_MPU_MAX, &r->mpu) || text ? -EINVAL : 0;
}

static int venet_rates_parse_of(char *text, bool of_host, struct venet_rate *rate)
{
	u32 seen = 0;
	char *line;
	int err;

	memset(rate, 0, VENET_CLASSES * sizeof(*rate));
	while ((line = strsep(&text, "\n"))) {
		err = *line ? venet_rate_parse_line(line, of_host, rate, &seen) : 0;
		if (err)
			return err;
	}
	return 0;
}

/**
 * venet_rates_parse - rates of a VE of their text
 * @text: "CLASS KBIT bound|borrow MPU" lines; is changed
 * @rate: by class; what is not named has none
 *
 * Return: 0; -EINVAL for what is no such line, or a class twice.
 */
int venet_rates_parse(char *text, struct venet_rate rate[VENET_CLASSES])
{
	return venet_rates_parse_of(text, false, rate);
}

static int venet_rate_show(struct seq_file *m, void *v)
{
	struct venet_ve *vve = ve_venet(css_ve(seq_css(m)));
	struct venet_shaper *s = NULL;
	unsigned int i;

	if (vve)
		/* pairs with venet_rates_set() */
		s = smp_load_acquire(&vve->shaper);

	for (i = 0; s && i < VENET_CLASSES; i++) {
		spin_lock_bh(&s[i].lock);
		if (s[i].own.rate)
			seq_printf(m, "%u %llu %s %u\n", i, s[i].own.rate / 125,
				   s[i].bound ? "bound" : "borrow", s[i].mpu);
		spin_unlock_bh(&s[i].lock);
	}
	return 0;
}

/* Context: venet_mutex. */
static int venet_rates_set(struct venet_ve *vve, const struct venet_rate *rate)
{
	struct venet_shaper *s = vve->shaper;
	unsigned int i;

	if (vve->dead)
		return -ENODEV;
	if (!s) {
		s = kcalloc(VENET_CLASSES, sizeof(*s), GFP_KERNEL);
		if (!s)
			return -ENOMEM;
		for (i = 0; i < VENET_CLASSES; i++)
			venet_shaper_init(&s[i], i, &venet_pools[i], venet_pass_shaped, vve);
		/* pairs with the packet path */
		smp_store_release(&vve->shaper, s);
	}
	for (i = 0; i < VENET_CLASSES; i++)
		venet_shaper_set(&s[i], &rate[i]);
	return 0;
}

static ssize_t venet_rate_write(struct kernfs_open_file *of, char *buf, size_t nbytes, loff_t off)
{
	struct venet_ve *vve = ve_venet(css_ve(of_css(of)));
	struct venet_rate rate[VENET_CLASSES];
	int err;

	if (!ve_host_writer(of))
		return -EPERM;
	if (!vve || strlen(buf) != nbytes)
		return -EINVAL;
	err = venet_rates_parse_of(strim(buf), false, rate);
	if (err)
		return err;
	mutex_lock(&venet_mutex);
	err = venet_rates_set(vve, rate);
	mutex_unlock(&venet_mutex);
	return err ?: nbytes;
}

static int venet_totalrate_show(struct seq_file *m, void *v)
{
	unsigned int i;

	for (i = 0; i < VENET_CLASSES; i++) {
		u64 rate = READ_ONCE(venet_pools[i].bucket.rate);

		if (rate)
			seq_printf(m, "%u %llu\n", i, rate / 125);
	}
	return 0;
}

static ssize_t venet_totalrate_write(struct kernfs_open_file *of, char *buf, size_t nbytes,
				     loff_t off)
{
	struct venet_rate rate[VENET_CLASSES];
	u32 kbit[VENET_CLASSES];
	unsigned int i;
	int err;

	if (!ve_host_writer(of))
		return -EPERM;
	if (strlen(buf) != nbytes)
		return -EINVAL;
	err = venet_rates_parse_of(strim(buf), true, rate);
	if (err)
		return err;
	for (i = 0; i < VENET_CLASSES; i++)
		kbit[i] = rate[i].kbit;
	venet_pools_set(kbit);
	return nbytes;
}

struct cftype venet_shape_files[] = {
	{
		.name = "rate",
		.flags = CFTYPE_NOT_ON_ROOT,
		.seq_show = venet_rate_show,
		.write = venet_rate_write,
	},
	{
		.name = "totalrate",
		.flags = CFTYPE_ONLY_ON_ROOT,
		.seq_show = venet_totalrate_show,
		.write = venet_totalrate_write,
	},
	{ }
};
