// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Rates as OpenVZ's configuration has them. The kernel shapes what a VE sends before it is
 * known which device it leaves by, so DEVICE is taken and not looked at. No state.
 */
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "libvz/cgroup.h"
#include "libvz/conf_data.h"
#include "libvz/err.h"
#include "libvz/file.h"
#include "libvz/net_classes.h"
#include "libvz/rate.h"
#include "libvz/value.h"

#define MPU_DEFAULT	1000
#define MPU_MAX		65535
#define DEVICE_MAX	15

/**
 * struct item - a part of a list
 * @class: 0 to 15
 * @value: what stands behind it; 0: nothing does
 */
struct item {
	unsigned int class;
	unsigned long value;
};

static bool is_number(const char *s, unsigned long max, unsigned long *v)
{
	char *end;

	if (*s < '0' || *s > '9' || strlen(s) > 9)
		return false;
	*v = strtoul(s, &end, 10);
	return !*end && *v <= max;
}

static bool is_device(const char *s)
{
	size_t n = strlen(s);

	return n && n <= DEVICE_MAX && !strpbrk(s, "/\"'$\\");
}

/* Parts of a word with colons between; how many, 0 for too many. */
static size_t split(char *word, char *part[3])
{
	size_t n = 0;

	while (word) {
		if (n == 3)
			return 0;
		part[n++] = strsep(&word, ":");
	}
	return n;
}

/* @least, @most: how many numbers follow what may be a device. */
static bool parse(const char *text, size_t least, size_t most, unsigned long max,
		  struct item *out)
{
	unsigned long class;
	char word[64], *part[3], **p = part;
	size_t n;

	if (snprintf(word, sizeof(word), "%s", text) >= (int)sizeof(word))
		return false;
	n = split(word, part);
	/* A device's name begins with no digit. */
	if (n > least && n && (*part[0] < '0' || *part[0] > '9')) {
		if (!is_device(part[0]))
			return false;
		p++;
		n--;
	}
	*out = (struct item){ 0 };
	if (n < least || n > most || !is_number(p[0], VZ_NET_CLASSES - 1, &class))
		return false;
	out->class = class;
	return n < 2 || (is_number(p[1], max, &out->value) && out->value);
}

static bool next(const char **list, char *word, size_t size)
{
	return *list && vz_word(list, word, size);
}

/* All words of a list are items: parse(). */
static int valid(const char *list, size_t least, size_t most, unsigned long max)
{
	struct item i;
	char word[64];

	while (next(&list, word, sizeof(word)))
		if (!parse(word, least, most, max, &i))
			return -EINVAL;
	return 0;
}

int vz_rate_valid(const char *list)
{
	return valid(list, 2, 2, VZ_RATE_MAX);
}

int vz_ratempu_valid(const char *list)
{
	return valid(list, 1, 2, MPU_MAX);
}

int vz_bandwidth_valid(const char *list)
{
	unsigned long v;
	char word[64];

	while (next(&list, word, sizeof(word))) {
		char *colon = strchr(word, ':');

		if (!colon)
			return -EINVAL;
		*colon = '\0';
		if (!is_device(word) || !is_number(colon + 1, VZ_RATE_MAX, &v) || !v)
			return -EINVAL;
	}
	return 0;
}

/* By class; of a class that is named twice the sum. */
static void sums(const char *list, unsigned long kbit[VZ_NET_CLASSES])
{
	struct item i;
	char word[64];

	memset(kbit, 0, VZ_NET_CLASSES * sizeof(*kbit));
	while (next(&list, word, sizeof(word))) {
		if (!parse(word, 2, 2, VZ_RATE_MAX, &i))
			continue;
		kbit[i.class] += i.value;
		if (kbit[i.class] > VZ_RATE_MAX)
			kbit[i.class] = VZ_RATE_MAX;
	}
}

static void mpus(const char *list, unsigned long mpu[VZ_NET_CLASSES])
{
	struct item i;
	char word[64];

	memset(mpu, 0, VZ_NET_CLASSES * sizeof(*mpu));
	while (next(&list, word, sizeof(word)))
		if (parse(word, 1, 2, MPU_MAX, &i))
			mpu[i.class] = i.value ? i.value : MPU_DEFAULT;
}

void vz_rate_text(const struct vz_conf *c, char buf[VZ_RATE_TEXT])
{
	bool bound = c->ratebound && !strcmp(c->ratebound, "yes");
	unsigned long kbit[VZ_NET_CLASSES], mpu[VZ_NET_CLASSES];
	size_t n = 0;

	sums(c->shaping ? c->rate : NULL, kbit);
	mpus(c->ratempu, mpu);
	for (size_t i = 0; i < VZ_NET_CLASSES; i++)
		if (kbit[i])
			n += snprintf(buf + n, VZ_RATE_TEXT - n, "%zu %lu %s %lu\n", i, kbit[i],
				      bound ? "bound" : "borrow", mpu[i]);
	if (!n)
		strcpy(buf, "\n");
}

void vz_totalrate_text(const struct vz_conf *c, char buf[VZ_RATE_TEXT])
{
	unsigned long kbit[VZ_NET_CLASSES];
	size_t n = 0;

	sums(c->shaping ? c->totalrate : NULL, kbit);
	for (size_t i = 0; i < VZ_NET_CLASSES; i++)
		if (kbit[i])
			n += snprintf(buf + n, VZ_RATE_TEXT - n, "%zu %lu\n", i, kbit[i]);
	if (!n)
		strcpy(buf, "\n");
}

static int put(const char *path, const char *text, struct vz_err *e)
{
	int ret = vz_write_file(path, text);

	if (ret == -ENOENT && *text == '\n')
		return 0;
	if (ret == -ENOENT)
		return vz_error(e, VZ_BADKERNEL, ret, "This kernel cannot shape traffic (no %s): "
				"TRAFFIC_SHAPING=\"no\" in vz.conf goes without", path);
	return ret ? vz_error_sys(e, VZ_SYSTEM, ret, "Cannot set %s", path) : 0;
}

int vz_rate_apply(const struct vz_conf *c, struct vz_err *e)
{
	char path[PATH_MAX], text[VZ_RATE_TEXT];

	vz_rate_text(c, text);
	return put(vz_cgroup_path(path, c->id, "ve.rate"), text, e);
}

int vz_totalrate_apply(const struct vz_conf *global, struct vz_err *e)
{
	char text[VZ_RATE_TEXT];

	vz_totalrate_text(global, text);
	return put(VZ_CGROUP_ROOT "/ve.totalrate", text, e);
}
