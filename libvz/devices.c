// SPDX-License-Identifier: GPL-2.0-or-later
/* Devices of a VE: rows parsed and written, ve.devices read and set. No state. */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include "libvz/cgroup.h"
#include "libvz/cleanup.h"
#include "libvz/devices.h"

#define MAJOR_MAX	0xfff
#define MINOR_MAX	0xfffff

static const char letters[] = "rwm";

/* A number or the word for all; moves *s behind it. */
static int parse_number(const char **s, const char *all, long most, int *number)
{
	char *end;
	long n;

	if (!strncmp(*s, all, strlen(all))) {
		*number = VZ_DEVICE_ANY;
		*s += strlen(all);
		return 0;
	}
	if (!isdigit((unsigned char)**s))
		return -EINVAL;
	errno = 0;
	n = strtol(*s, &end, 10);
	if (errno || n > most)
		return -EINVAL;
	*number = n;
	*s = end;
	return 0;
}

/* Letters, each once, at least one. */
static int parse_access(const char *s, unsigned int *access)
{
	*access = 0;
	if (!*s)
		return -EINVAL;
	for (; *s; s++) {
		const char *at = strchr(letters, *s);

		if (!at || *access & 1u << (at - letters))
			return -EINVAL;
		*access |= 1u << (at - letters);
	}
	return 0;
}

/* Type and numbers, sep behind both; any stands for all. Return: what follows, NULL if wrong. */
static const char *parse_numbers(const char *s, char sep, const char *any, struct vz_device *d)
{
	memset(d, 0, sizeof(*d));
	if ((*s != 'b' && *s != 'c') || s[1] != sep)
		return NULL;
	d->type = *s;
	s += 2;
	if (parse_number(&s, any, MAJOR_MAX, &d->major) || *s++ != ':' ||
	    parse_number(&s, any, MINOR_MAX, &d->minor) || *s++ != sep)
		return NULL;
	return s;
}

int vz_device_parse(const char *s, struct vz_device *d)
{
	s = parse_numbers(s, ' ', "*", d);
	return s ? parse_access(s, &d->access) : -EINVAL;
}

static void print_number(char *buf, size_t size, int number)
{
	if (number == VZ_DEVICE_ANY)
		snprintf(buf, size, "*");
	else
		snprintf(buf, size, "%d", number);
}

char *vz_device_text(const struct vz_device *d, char buf[VZ_DEVICE_TEXT])
{
	char maj[12], min[12];

	print_number(maj, sizeof(maj), d->major);
	print_number(min, sizeof(min), d->minor);
	snprintf(buf, VZ_DEVICE_TEXT, "%c %s:%s%s%s%s%s", d->type, maj, min, d->access ? " " : "",
		 d->access & VZ_DEVICE_READ ? "r" : "", d->access & VZ_DEVICE_WRITE ? "w" : "",
		 d->access & VZ_DEVICE_MKNOD ? "m" : "");
	return buf;
}

/* "rw", "r", "q", "none": what the classic options say of access. */
static int parse_classic_access(const char *s, unsigned int *access)
{
	*access = 0;
	if (!strcmp(s, "none"))
		return 0;
	if (!*s)
		return -EINVAL;
	for (; *s; s++) {
		if (*s == 'r' || *s == 'q')
			*access |= VZ_DEVICE_READ;
		else if (*s == 'w')
			*access |= VZ_DEVICE_WRITE;
		else if (*s == 'm')
			*access |= VZ_DEVICE_MKNOD;
		else
			return -EINVAL;
	}
	return 0;
}

int vz_device_parse_option(const char *s, struct vz_device *d)
{
	s = parse_numbers(s, ':', "all", d);
	return s ? parse_classic_access(s, &d->access) : -EINVAL;
}

/* A name below /dev that leads nowhere else by its words. */
static bool name_is_plain(const char *name)
{
	const char *p = name;

	if (!*name || *name == '/')
		return false;
	while (p) {
		if (!strcmp(p, ".") || !strcmp(p, "..") || !strncmp(p, "./", 2) ||
		    !strncmp(p, "../", 3))
			return false;
		p = strchr(p, '/');
		if (p)
			p++;
	}
	return true;
}

int vz_device_parse_node(const char *s, char *name, struct vz_device *d)
{
	const char *colon = strrchr(s, ':');
	char path[PATH_MAX];
	struct stat st;

	memset(d, 0, sizeof(*d));
	if (!colon || colon - s > NAME_MAX)
		return -EINVAL;
	memcpy(name, s, colon - s);
	name[colon - s] = '\0';
	if (!name_is_plain(name) || parse_classic_access(colon + 1, &d->access))
		return -EINVAL;
	snprintf(path, sizeof(path), "/dev/%s", name);
	if (stat(path, &st))
		return -errno;
	if (!S_ISBLK(st.st_mode) && !S_ISCHR(st.st_mode))
		return -ENODEV;
	d->type = S_ISBLK(st.st_mode) ? 'b' : 'c';
	d->major = major(st.st_rdev);
	d->minor = minor(st.st_rdev);
	return 0;
}

int vz_devices_read(unsigned int id, char **rows, struct vz_err *e)
{
	*rows = NULL;
	return vz_cgroup_read_if_any(id, "ve.devices", rows, e);
}

int vz_devices_write(unsigned int id, const char *rows, struct vz_err *e)
{
	return vz_cgroup_write_if_any(id, "ve.devices", *rows ? rows : "\n", e);
}

int vz_devices_set(unsigned int id, const struct vz_device *d, struct vz_err *e)
{
	char row[VZ_DEVICE_TEXT], text[VZ_DEVICE_TEXT + 1];
	int ret;

	snprintf(text, sizeof(text), "%c%s", d->access ? '+' : '-', vz_device_text(d, row));
	ret = vz_cgroup_write(id, "ve.devices", text, e);
	if (ret != -ENOENT || d->access)
		return ret;
	vz_error_free(e);
	return 0;
}

static bool device_covers(const struct vz_device *own, const struct vz_device *d)
{
	return own->type == d->type && (own->major == VZ_DEVICE_ANY || own->major == d->major) &&
	       (own->minor == VZ_DEVICE_ANY || own->minor == d->minor) &&
	       !(d->access & ~own->access);
}

/* Is what @d gives in the list that a VE begins with? */
static bool device_is_default(const struct vz_device *d)
{
	static const char *const rows[] = {
#define DEFAULT_ROW(...)	VE_DEVICE_ROW(__VA_ARGS__),
		VE_DEVICES_DEFAULT(DEFAULT_ROW)
#undef DEFAULT_ROW
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct vz_device own;

		if (!vz_device_parse(rows[i], &own) && device_covers(&own, d))
			return true;
	}
	return false;
}

int vz_devices_check(const char *rows, bool *beyond)
{
	cleanup_free char *text = strdup(rows);
	char *line, *save;
	int n = 0;

	if (!text)
		return -ENOMEM;
	if (beyond)
		*beyond = false;
	for (line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		struct vz_device d;

		if (vz_device_parse(line, &d))
			return -EINVAL;
		if (++n > VE_DEVICES_MAX)
			return -E2BIG;
		if (beyond && !device_is_default(&d))
			*beyond = true;
	}
	return 0;
}

/* -EINVAL when @allowed has a row that is none, so that a slip of the pen gives nothing. */
static int device_is_allowed(const struct vz_device *d, const char *allowed, bool *found)
{
	cleanup_free char *text = strdup(allowed ? allowed : "");
	char *row, *save;

	if (!text)
		return -ENOMEM;
	*found = device_is_default(d);
	for (row = strtok_r(text, ",", &save); row; row = strtok_r(NULL, ",", &save)) {
		struct vz_device own;

		if (vz_device_parse(row + strspn(row, " "), &own))
			return -EINVAL;
		*found = *found || device_covers(&own, d);
	}
	return 0;
}

int vz_devices_within(const char *rows, const char *allowed, char bad[VZ_DEVICE_TEXT])
{
	cleanup_free char *text = strdup(rows);
	char *row, *save;

	if (!text)
		return -ENOMEM;
	for (row = strtok_r(text, "\n", &save); row; row = strtok_r(NULL, "\n", &save)) {
		struct vz_device d;
		bool found;
		int ret;

		if (vz_device_parse(row, &d))
			return -EINVAL;
		ret = device_is_allowed(&d, allowed, &found);
		if (ret)
			return ret;
		if (!found) {
			vz_device_text(&d, bad);
			return -EPERM;
		}
	}
	return 0;
}
