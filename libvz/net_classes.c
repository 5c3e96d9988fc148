// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Traffic classes. The file is read whole before anything is written, and the kernel takes
 * a table whole or not at all, so a mistake in it changes nothing. No state.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "libvz/cgroup.h"
#include "libvz/cleanup.h"
#include "libvz/err.h"
#include "libvz/file.h"
#include "libvz/net_classes.h"

#define FILE_MAX	(1u << 20)
#define LINE_MAX_TEXT	(VZ_IP_TEXT + 8)

static const char *const table[2] = { VZ_CGROUP_ROOT "/ve.classes",
				      VZ_CGROUP_ROOT "/ve.classes_v6" };

void vz_net_classes_free(struct vz_net_classes *t)
{
	free(t->line);
	*t = (struct vz_net_classes){ 0 };
}

static int add(struct vz_net_classes *t, const struct vz_net_class *line)
{
	struct vz_net_class *more = realloc(t->line, (t->n + 1) * sizeof(*more));

	if (!more)
		return -ENOMEM;
	t->line = more;
	more[t->n++] = *line;
	return 0;
}

/* "CLASS NETWORK", blanks around and between. */
static int parse_line(char *text, struct vz_net_class *out, const char **why)
{
	static const char blank[] = " \t\r";
	char *save, *end, *class = strtok_r(text, blank, &save);
	char *net = strtok_r(NULL, blank, &save);

	if (!net || strtok_r(NULL, blank, &save)) {
		*why = "is not a class and a network";
		return -EINVAL;
	}
	out->class = strtoul(class, &end, 10);
	if (*class < '0' || *class > '9' || *end || end - class > 2 ||
	    out->class >= VZ_NET_CLASSES) {
		*why = "has a class that is not 0 to 15";
		return -EINVAL;
	}
	*why = "has no network such as 10.0.0.0/8 or 2001:db8::/32";
	return vz_net_parse(net, &out->net);
}

static size_t count(const struct vz_net_classes *t, int family)
{
	size_t i, n = 0;

	for (i = 0; i < t->n; i++)
		n += t->line[i].net.family == family;
	return n;
}

/* Moves the lines of class 0 to the end; with @sort the others by their length. Stable. */
static int arrange(struct vz_net_classes *t, bool sort)
{
	struct vz_net_classes new = { 0 };
	unsigned int len;
	int ret = 0;
	size_t i;

	for (len = 0; !ret && len <= (sort ? 128 : 0); len++)
		for (i = 0; !ret && i < t->n; i++)
			if (t->line[i].class && (!sort || t->line[i].net.len == len))
				ret = add(&new, &t->line[i]);
	for (i = 0; !ret && i < t->n; i++)
		if (!t->line[i].class)
			ret = add(&new, &t->line[i]);
	vz_net_classes_free(ret ? &new : t);
	if (!ret)
		*t = new;
	return ret;
}

static int parse(const char *text, const char *name, struct vz_net_classes *out,
		 struct vz_err *e)
{
	cleanup_free char *copy = strdup(text);
	char *line, *rest = copy;
	unsigned int nr = 0;

	if (!copy)
		return vz_error_sys(e, VZ_NOMEM, -ENOMEM, "%s", name);
	while ((line = strsep(&rest, "\n"))) {
		struct vz_net_class one = { 0 };
		const char *why;

		nr++;
		line[strcspn(line, "#")] = '\0';
		if (!line[strspn(line, " \t\r")])
			continue;
		if (parse_line(line, &one, &why))
			return vz_error(e, VZ_BADVALUE, -EINVAL, "%s, line %u %s", name, nr, why);
		if (add(out, &one))
			return vz_error_sys(e, VZ_NOMEM, -ENOMEM, "%s", name);
		if (count(out, one.net.family) > VZ_NET_CLASS_LINES)
			return vz_error(e, VZ_BADVALUE, -E2BIG,
					"%s, line %u is one too many: there may be %u of a family",
					name, nr, VZ_NET_CLASS_LINES);
	}
	return 0;
}

int vz_net_classes_parse(const char *text, const char *name, bool sort,
			 struct vz_net_classes *out, struct vz_err *e)
{
	int ret;

	*out = (struct vz_net_classes){ 0 };
	ret = parse(text, name, out, e);
	if (!ret && arrange(out, sort))
		ret = vz_error_sys(e, VZ_NOMEM, -ENOMEM, "%s", name);
	if (ret)
		vz_net_classes_free(out);
	return ret;
}

int vz_net_classes_load(const char *path, bool sort, struct vz_net_classes *out,
			struct vz_err *e)
{
	cleanup_close int fd = vz_open_file(path);
	cleanup_free char *text = NULL;
	size_t len;
	int ret = fd < 0 ? fd : vz_read_fd(fd, FILE_MAX, &text, &len);

	*out = (struct vz_net_classes){ 0 };
	if (ret)
		return vz_error_sys(e, vz_cause_of_path(-ret), ret, "Cannot read %s", path);
	if (strlen(text) != len)
		return vz_error(e, VZ_BADVALUE, -EINVAL, "%s is no text", path);
	return vz_net_classes_parse(text, path, sort, out, e);
}

/* Lines of one family as the kernel takes them; malloc'ed. */
static char *text_of(const struct vz_net_classes *t, int family)
{
	char net[VZ_IP_TEXT], *text = malloc(t->n * LINE_MAX_TEXT + 2);
	size_t i, n = 0;

	if (!text)
		return NULL;
	for (i = 0; i < t->n; i++)
		if (t->line[i].net.family == family)
			n += sprintf(text + n, "%u %s\n", t->line[i].class,
				     vz_net_text(&t->line[i].net, net));
	/* a write of nothing is none */
	strcpy(text + n, n ? "" : "\n");
	return text;
}

static int put(int nr, const char *text, struct vz_err *e)
{
	int ret = text ? vz_write_file(table[nr], text) : -ENOMEM;

	if (ret == -ENOENT)
		return vz_error(e, VZ_BADKERNEL, ret, "This kernel has no traffic classes: no %s",
				table[nr]);
	return ret ? vz_error_sys(e, VZ_SYSTEM, ret, "Cannot set %s", table[nr]) : 0;
}

int vz_net_classes_set(const struct vz_net_classes *t, struct vz_err *e)
{
	cleanup_free char *v4 = text_of(t, AF_INET), *v6 = text_of(t, AF_INET6), *old = NULL;
	int ret = vz_read_file(table[0], &old);

	if (ret && ret != -ENOENT)
		return vz_error_sys(e, VZ_SYSTEM, ret, "Cannot read %s", table[0]);
	ret = put(0, v4, e);
	if (ret)
		return ret;
	ret = put(1, v6, e);
	if (ret && old)
		vz_write_file(table[0], *old ? old : "\n");
	return ret;
}

int vz_net_classes_get(struct vz_net_classes *out, struct vz_err *e)
{
	int i, ret = 0;

	*out = (struct vz_net_classes){ 0 };
	for (i = 0; !ret && i < 2; i++) {
		cleanup_free char *text = NULL;

		ret = vz_read_file(table[i], &text);
		if (ret == -ENOENT)
			vz_error(e, VZ_BADKERNEL, ret, "This kernel has no traffic classes: no %s",
				 table[i]);
		else if (ret)
			vz_error_sys(e, VZ_SYSTEM, ret, "Cannot read %s", table[i]);
		else
			ret = parse(text, table[i], out, e);
	}
	if (ret)
		vz_net_classes_free(out);
	return ret;
}
