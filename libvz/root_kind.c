// SPDX-License-Identifier: GPL-2.0-or-later
/* What has no folder of a system at its top is told by a name that its kind has. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "libvz/cleanup.h"
#include "libvz/err.h"
#include "libvz/root_kind.h"

/* Those of a kind that is sure at once first. */
static const struct {
	const char *name, *what;
	bool sure;
} kinds[] = {
	{ "openve/manifest.json", "a backup of vzctl export: vzctl import <ctid> FILE makes a VE "
	  "of it", true },
	{ "oci-layout", "an OCI image: unpack it into a folder, and import that", true },
	{ "backup/index.yaml", "an export of Incus: unpack it, and import its folder "
	  "backup/container", true },
	{ "root.hdd", "an OpenVZ container with its files in an image: mount that (ploop mount -m "
	  "FOLDER root.hdd/DiskDescriptor.xml), and take the folder in: vztmpl import NAME FOLDER "
	  "--conf its configuration", false },
	{ "ve.conf", "a private area of OpenVZ 7: unpack it, and import the folder", false },
	{ "metadata.yaml", "an image of Incus: unpack it, and import the folder", false },
	{ "manifest.json", "an image of docker save: make an OCI image of it (skopeo copy "
	  "docker-archive:FILE oci:FOLDER), and import the folder", false },
	{ "rootfs", "a container of LXC or Incus: unpack it, and import the folder", false },
	{ "ve.complete", "a dump of a VE's memory: vzctl restore takes it", false },
	{ "upper", "a VE's own part of an overlay, without its template's files: vzctl convert "
	  "<ctid> --layout dir first, or vzctl export and import", false },
	{ "area", "a snapshot of a VE: import its folder area", false },
	{ "info.json", "a snapshot of a VE: import its folder area", false },
};

#define NR_KINDS	(sizeof(kinds) / sizeof(kinds[0]))

static bool is_top(const char *name, size_t n)
{
	static const char *const tops[] = { "bin", "sbin", "usr", "etc", "lib" };

	for (size_t i = 0; i < sizeof(tops) / sizeof(tops[0]); i++)
		if (strlen(tops[i]) == n && !memcmp(tops[i], name, n))
			return true;
	return false;
}

/* path is that, or below it. */
static bool is_at(const char *path, const char *name)
{
	size_t n = strlen(name);

	return !strncmp(path, name, n) && (!path[n] || path[n] == '/');
}

bool vz_root_kind_see(struct vz_root_kind *k, const char *path)
{
	const char *next;
	size_t n;

	while (!strncmp(path, "./", 2) || *path == '/')
		path += *path == '/' ? 1 : 2;
	n = strcspn(path, "/");
	if (!n || !strcmp(path, "."))
		return false;
	k->names = true;
	if (is_top(path, n))
		k->root = true;
	if (k->root)
		return false;
	next = path + n + (path[n] == '/');
	if (!*k->below && n < sizeof(k->below) && is_top(next, strcspn(next, "/")))
		snprintf(k->below, sizeof(k->below), "%.*s", (int)n, path);
	for (unsigned int i = 0; i < NR_KINDS && (!k->known || i + 1 < k->known); i++)
		if (is_at(path, kinds[i].name))
			k->known = i + 1;
	return k->known && kinds[k->known - 1].sure;
}

/* Names of a folder of the top, behind its own; not its own top. */
static void look_into(struct vz_root_kind *k, int dir, const char *name)
{
	int fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	cleanup_dir DIR *d = fd < 0 ? NULL : fdopendir(fd);
	char path[2 * NAME_MAX + 2];
	struct dirent *de;

	if (fd >= 0 && !d)
		close(fd);
	while (d && (de = readdir(d))) {
		if (!strcmp(de->d_name, ".") || !strcmp(de->d_name, ".."))
			continue;
		snprintf(path, sizeof(path), "%s/%s", name, de->d_name);
		vz_root_kind_see(k, path);
	}
}

void vz_root_kind_look(struct vz_root_kind *k, int dir)
{
	int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	cleanup_dir DIR *d = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *de;

	if (fd >= 0 && !d)
		close(fd);
	while (d && (de = readdir(d)))
		if (strcmp(de->d_name, ".") && strcmp(de->d_name, ".."))
			vz_root_kind_see(k, de->d_name);
	if (d && !k->root)
		rewinddir(d);
	while (d && !k->root && (de = readdir(d)))
		if (strcmp(de->d_name, ".") && strcmp(de->d_name, ".."))
			look_into(k, dir, de->d_name);
}

int vz_root_kind_check(const struct vz_root_kind *k, const char *source, struct vz_err *e)
{
	if (k->root)
		return 0;
	if (k->known)
		return vz_error(e, VZ_BADTEMPLATE, -EINVAL, "%s is %s", source,
				kinds[k->known - 1].what);
	if (*k->below)
		return vz_error(e, VZ_BADTEMPLATE, -EINVAL, "%s has its system in a folder %s: "
				"import that, or pack what is in it", source, k->below);
	return vz_error(e, VZ_BADTEMPLATE, k->names ? -EINVAL : -ENODATA,
			k->names ? "%s is no system: none of the folders bin, etc, lib, sbin and "
				   "usr is at its top" : "%s has nothing in it", source);
}
