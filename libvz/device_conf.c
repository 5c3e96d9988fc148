// SPDX-License-Identifier: GPL-2.0-or-later
/* DEVICES and DEVNODES of a configuration, into a VE's list of devices and its /dev. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>
#include "libvz/cgroup.h"
#include "libvz/cleanup.h"
#include "libvz/conf_data.h"
#include "libvz/device_conf.h"
#include "libvz/devices.h"
#include "libvz/err.h"
#include "libvz/guest.h"
#include "libvz/log.h"
#include "libvz/value.h"

#define ENTRY_MAX	(NAME_MAX + 16)

/* One entry of either list; the kind says which. name: of a node, else "". */
static int parse(const char *word, bool node, char *name, struct vz_device *d)
{
	*name = '\0';
	return node ? vz_device_parse_node(word, name, d) : vz_device_parse_option(word, d);
}

static bool same_device(const struct vz_device *a, const struct vz_device *b)
{
	return a->type == b->type && a->major == b->major && a->minor == b->minor;
}

static bool list_has(const char *list, bool node, const struct vz_device *d)
{
	char word[ENTRY_MAX], name[NAME_MAX + 1];
	struct vz_device own;

	while (vz_word(&list, word, sizeof(word)))
		if (!parse(word, node, name, &own) && same_device(&own, d))
			return true;
	return false;
}

static bool conf_has(const struct vz_conf *c, const struct vz_device *d)
{
	return list_has(c->devices, false, d) || list_has(c->devnodes, true, d);
}

static int set_list(unsigned int id, const char *list, bool node, struct vz_err *e)
{
	char word[ENTRY_MAX], name[NAME_MAX + 1];
	struct vz_device d;
	int ret;

	while (vz_word(&list, word, sizeof(word))) {
		ret = parse(word, node, name, &d);
		if (ret) {
			/* A host without the device starts its VEs all the same. */
			vz_warn("Warning: device %s is left out: %s", word, strerror(-ret));
			continue;
		}
		ret = vz_devices_set(id, &d, e);
		if (ret)
			return ret;
	}
	return 0;
}

/* What is not in the new configuration any more. */
static int drop_list(const struct vz_conf *to, const char *list, bool node, struct vz_err *e)
{
	char word[ENTRY_MAX], name[NAME_MAX + 1];
	struct vz_device d;
	int ret;

	while (vz_word(&list, word, sizeof(word))) {
		if (parse(word, node, name, &d) || conf_has(to, &d))
			continue;
		d.access = 0;
		ret = vz_devices_set(to->id, &d, e);
		if (ret)
			return ret;
	}
	return 0;
}

int vz_device_conf_apply(const struct vz_conf *to, const struct vz_conf *from, struct vz_err *e)
{
	char path[PATH_MAX];
	int ret = 0;

	if (access(vz_cgroup_path(path, to->id, "ve.devices"), F_OK)) {
		if (to->devices || to->devnodes)
			vz_warn("Warning: this kernel keeps no list of a CT's devices");
		return 0;
	}
	if (from)
		ret = drop_list(to, from->devices, false, e);
	if (!ret && from)
		ret = drop_list(to, from->devnodes, true, e);
	if (!ret)
		ret = set_list(to->id, to->devices, false, e);
	return ret ? ret : set_list(to->id, to->devnodes, true, e);
}

/* "net/tun" below dev: the folder of the node, made where it is missing. */
static int folder_of(const struct vz_guest *g, char *name, char **base)
{
	char path[NAME_MAX + 8] = "dev";
	char *slash, *part = name;
	int fd = vz_guest_folder(g, path);

	while (fd >= 0 && (slash = strchr(part, '/'))) {
		*slash = '\0';
		if (mkdirat(fd, part, 0755) && errno != EEXIST) {
			int err = -errno;

			close(fd);
			return err;
		}
		close(fd);
		strcat(strcat(path, "/"), part);
		fd = vz_guest_folder(g, path);
		part = slash + 1;
	}
	*base = part;
	return fd;
}

static int make_node(const struct vz_guest *g, char *name, const struct vz_device *d)
{
	mode_t type = d->type == 'b' ? S_IFBLK : S_IFCHR;
	dev_t dev = makedev(d->major, d->minor);
	char *base = name, path[PATH_MAX];
	struct stat host, st;
	cleanup_close int dir = -1;

	snprintf(path, sizeof(path), "/dev/%s", name);
	if (stat(path, &host))
		return -errno;
	dir = folder_of(g, name, &base);
	if (dir < 0)
		return dir;
	if (!fstatat(dir, base, &st, AT_SYMLINK_NOFOLLOW)) {
		if ((st.st_mode & S_IFMT) == type && st.st_rdev == dev)
			return 0;
		if (unlinkat(dir, base, 0))
			return -errno;
	}
	/* mknod is cut by the umask; the node is new and ours. */
	if (mknodat(dir, base, type | 0600, dev) || fchmodat(dir, base, host.st_mode & 0666, 0))
		return -errno;
	return 0;
}

int vz_device_conf_nodes(const struct vz_conf *c, struct vz_err *e)
{
	cleanup_guest struct vz_guest g = VZ_GUEST_NONE;
	char word[ENTRY_MAX], name[NAME_MAX + 1];
	const char *p = c->devnodes;
	struct vz_device d;
	int ret;

	if (!p)
		return 0;
	ret = vz_guest_open(c, &g, e);
	if (ret)
		return ret;
	while (vz_word(&p, word, sizeof(word))) {
		if (vz_device_parse_node(word, name, &d) || !d.access)
			continue;
		ret = make_node(&g, name, &d);
		if (ret)
			return vz_error_sys(e, VZ_SYSTEM, ret,
					    "Cannot make the node of %s in the CT", word);
	}
	return 0;
}

static int list_within(const char *list, bool node, const char *allowed, char bad[64])
{
	char word[ENTRY_MAX], name[NAME_MAX + 1], row[VZ_DEVICE_TEXT], first[VZ_DEVICE_TEXT];
	struct vz_device d;
	int ret;

	while (vz_word(&list, word, sizeof(word))) {
		/* What this host does not have now it may have at the next start. */
		ret = parse(word, node, name, &d) ? -EPERM : 0;
		if (!ret && d.access)
			ret = vz_devices_within(vz_device_text(&d, row), allowed, first);
		if (ret) {
			snprintf(bad, 64, "%s", word);
			return ret;
		}
	}
	return 0;
}

int vz_device_conf_within(const struct vz_conf *c, const char *allowed, char bad[64])
{
	int ret = list_within(c->devices, false, allowed, bad);

	return ret ? ret : list_within(c->devnodes, true, allowed, bad);
}
