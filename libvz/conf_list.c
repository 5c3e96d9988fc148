// SPDX-License-Identifier: GPL-2.0-or-later
/* All configurations of this host: names, ids, id ranges. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>
#include "libvz/cleanup.h"
#include "libvz/conf.h"
#include "libvz/conf_file.h"
#include "libvz/conf_list.h"
#include "libvz/err.h"
#include "libvz/paths.h"
#include "libvz/value.h"

/* "<id>.conf" with id > 0. */
static int id_of_file(const char *name, unsigned int *id)
{
	size_t n = strlen(name);
	char num[16];

	if (n < 6 || n - 5 >= sizeof(num) || strcmp(name + n - 5, ".conf"))
		return -EINVAL;
	memcpy(num, name, n - 5);
	num[n - 5] = '\0';
	if (vz_parse_id(num, id) || !*id || (num[0] == '0'))
		return -EINVAL;
	return 0;
}

int vz_conf_resolve(const char *arg, unsigned int *id, struct vz_err *e)
{
	char link[PATH_MAX], target[PATH_MAX];
	const char *base;
	ssize_t n;

	if (*arg && arg[strspn(arg, "0123456789")] == '\0') {
		if (vz_parse_id(arg, id))
			return vz_error(e, VZ_BADVALUE, -EINVAL, "Bad CT ID %s", arg);
		return 0;
	}
	if (!vz_name_valid(arg))
		return vz_error(e, VZ_BADVALUE, -EINVAL, "Invalid CT ID or name: %s", arg);
	snprintf(link, sizeof(link), VZ_NAMES "/%s", arg);
	n = readlink(link, target, sizeof(target) - 1);
	if (n < 0)
		return vz_error(e, VZ_BADVALUE, -ENOENT,
				"CT ID %s is invalid: there is no such name", arg);
	target[n] = '\0';
	base = strrchr(target, '/');
	if (id_of_file(base ? base + 1 : target, id))
		return vz_error(e, VZ_BADVALUE, -EINVAL, "%s does not lead to a configuration: %s",
				link, target);
	return 0;
}

static int compare(const void *a, const void *b)
{
	unsigned int x = *(const unsigned int *)a, y = *(const unsigned int *)b;

	return x < y ? -1 : x > y;
}

int vz_conf_list(unsigned int **ids, size_t *n, struct vz_err *e)
{
	cleanup_dir DIR *d = opendir(VZ_CONFDIR);
	cleanup_free unsigned int *list = NULL;
	struct dirent *de;
	size_t room = 0;

	*ids = NULL;
	*n = 0;
	if (!d)
		return errno == ENOENT ? 0 : vz_error_sys(e, VZ_SYSTEM, -errno, VZ_CONFDIR);
	while ((de = readdir(d))) {
		unsigned int id;

		if (id_of_file(de->d_name, &id))
			continue;
		if (*n == room) {
			void *p = reallocarray(list, room = room * 2 + 64, sizeof(*list));

			if (!p)
				return vz_error_sys(e, VZ_NOMEM, -ENOMEM, VZ_CONFDIR);
			list = p;
		}
		list[(*n)++] = id;
	}
	if (*n)
		qsort(list, *n, sizeof(*list), compare);
	*ids = list;
	list = NULL;
	return 0;
}

/* LOCAL_UID of another configuration, 0 when it has none. */
static unsigned int base_of(unsigned int id)
{
	struct vz_conf_file *f = vz_conf_file_new();
	char path[PATH_MAX];
	unsigned int base = 0;
	const char *v;
	long n;

	if (!f)
		return 0;
	if (!vz_conf_file_read(f, vz_conf_path(path, id))) {
		v = vz_conf_file_get(f, "LOCAL_UID");
		if (v && !vz_parse_number(v, VZ_UNIT_COUNT, &n) && n <= UINT_MAX)
			base = n;
	}
	vz_conf_file_free(f);
	return base;
}

int vz_conf_check_range(unsigned int id, unsigned int base, struct vz_err *e)
{
	cleanup_free unsigned int *ids = NULL;
	size_t n, i;
	int ret = vz_conf_list(&ids, &n, e);

	if (ret)
		return ret;
	if (base < VZ_RANGE_FIRST || base % VZ_RANGE ||
	    base - VZ_RANGE_FIRST >= VZ_RANGE_SLOTS * VZ_RANGE)
		return vz_error(e, VZ_BADVALUE, -EINVAL,
				"LOCAL_UID %u is not in the zone of VE id ranges (%u + n * %u)",
				base, VZ_RANGE_FIRST, VZ_RANGE);
	for (i = 0; i < n; i++)
		if (ids[i] != id && base_of(ids[i]) == base)
			return vz_error(e, VZ_BADVALUE, -EEXIST,
					"User ids from %u on belong to CT %u already", base,
					ids[i]);
	return 0;
}

int vz_conf_list_lock(int *fd, struct vz_err *e)
{
	cleanup_close int dir = open(VZ_CONFDIR, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	*fd = -1;
	if (dir < 0 || flock(dir, LOCK_EX))
		return vz_error_sys(e, VZ_SAVECONF, -errno, "Cannot lock " VZ_CONFDIR);
	*fd = vz_take_fd(&dir);
	return 0;
}

int vz_conf_choose_range(struct vz_conf *c, struct vz_err *e)
{
	cleanup_free unsigned int *ids = NULL;
	cleanup_free unsigned char *used = calloc(1, VZ_RANGE_SLOTS);
	unsigned int slot, tries;
	char text[16];
	size_t n, i;
	int ret;

	if (!used)
		return vz_error_sys(e, VZ_NOMEM, -ENOMEM, "id ranges");
	ret = vz_conf_list(&ids, &n, e);
	if (ret)
		return ret;
	for (i = 0; i < n; i++) {
		unsigned int base = ids[i] == c->id ? 0 : base_of(ids[i]);

		if (base >= VZ_RANGE_FIRST && (base - VZ_RANGE_FIRST) / VZ_RANGE < VZ_RANGE_SLOTS)
			used[(base - VZ_RANGE_FIRST) / VZ_RANGE] = 1;
	}
	slot = c->id % VZ_RANGE_SLOTS;
	for (tries = 0; used[slot]; tries++) {
		if (tries == VZ_RANGE_SLOTS)
			return vz_error(e, VZ_RESOURCES, -ENOSPC,
					"All ranges of user ids are taken");
		slot = (slot + 1) % VZ_RANGE_SLOTS;
	}
	snprintf(text, sizeof(text), "%u", VZ_RANGE_FIRST + slot * VZ_RANGE);
	ret = vz_conf_set(c, "LOCAL_UID", text, e);
	return ret ? ret : vz_conf_set(c, "LOCAL_GID", text, e);
}
