// SPDX-License-Identifier: GPL-2.0-or-later
/* ve.traffic: "ipv4 CLASS IN_BYTES IN_PACKETS OUT_BYTES OUT_PACKETS" lines. No state. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include "libvz/cgroup.h"
#include "libvz/cleanup.h"
#include "libvz/err.h"
#include "libvz/traffic.h"

/* All that 32 lines can have. */
#define TEXT_MAX	4096

/* The next word of *text, a number up to LLONG_MAX. */
static int number(char **text, unsigned long long *n)
{
	char *end, *word = strsep(text, " ");

	if (!word || *word < '0' || *word > '9')
		return -EINVAL;
	errno = 0;
	*n = strtoull(word, &end, 10);
	return errno || *end || *n > LLONG_MAX ? -EINVAL : 0;
}

static int parse_line(char *text, struct vz_traffic *t, unsigned int seen[2])
{
	const char *family = strsep(&text, " ");
	unsigned long long class;
	struct vz_count *c;
	int v6 = !strcmp(family, "ipv6");

	if ((!v6 && strcmp(family, "ipv4")) || number(&text, &class) ||
	    class >= VZ_NET_CLASSES || seen[v6] & 1u << class)
		return -EINVAL;
	seen[v6] |= 1u << class;
	c = &t->of[v6][class];
	if (number(&text, &c->in_bytes) || number(&text, &c->in) ||
	    number(&text, &c->out_bytes) || number(&text, &c->out))
		return -EINVAL;
	return text ? -EINVAL : 0;
}

int vz_traffic_parse(const char *text, struct vz_traffic *t)
{
	cleanup_free char *copy = NULL;
	unsigned int seen[2] = { 0 };
	char *line, *rest;
	int ret = 0;

	*t = (struct vz_traffic){ 0 };
	if (strlen(text) > TEXT_MAX)
		return -EINVAL;
	rest = copy = strdup(text);
	if (!copy)
		return -ENOMEM;
	while (!ret && (line = strsep(&rest, "\n")))
		ret = *line ? parse_line(line, t, seen) : 0;
	return ret;
}

int vz_traffic_read(unsigned int id, struct vz_traffic *t, struct vz_err *e)
{
	cleanup_free char *text = NULL;
	int ret = vz_cgroup_read(id, "ve.traffic", &text, e);

	if (!ret && vz_traffic_parse(text, t))
		ret = vz_error(e, VZ_BADKERNEL, -EINVAL, "VE %u: ve.traffic is not as expected",
			       id);
	return ret;
}

int vz_traffic_reset(unsigned int id, struct vz_err *e)
{
	return vz_cgroup_write(id, "ve.traffic", "reset", e);
}
