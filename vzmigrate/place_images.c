// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The mount below MEMORY is what says that the images are in memory, so each
 * process finds them by the VE's number, and nothing is left to be found when
 * the host has restarted. The caller holds the VE's lock.
 */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>
#include "libvz/cleanup.h"
#include "libvz/err.h"
#include "libvz/log.h"
#include "libvz/mounted.h"
#include "libvz/tree.h"
#include "vzmigrate/place_images.h"

#define MEMORY		"/run/vz/images"
/* Images that are not memory: files, sockets, and a margin for what grows meanwhile. */
#define OTHER_BYTES	(64ULL << 20)

static char *memory_path(char *buf, unsigned int id)
{
	snprintf(buf, PATH_MAX, MEMORY "/%u", id);
	return buf;
}

static bool in_memory(unsigned int id)
{
	char path[PATH_MAX];

	return vz_is_mountpoint(memory_path(path, id));
}

bool place_images_are_in_memory(const struct vz_conf *c)
{
	return in_memory(c->id);
}

char *place_images(char *buf, const struct vz_conf *c)
{
	if (in_memory(c->id))
		snprintf(buf, PATH_MAX, MEMORY "/%u/images", c->id);
	else
		snprintf(buf, PATH_MAX, "%s/Migrate.%u", c->dumpdir, c->id);
	return buf;
}

char *place_images_stage(char *buf, const struct vz_conf *c)
{
	if (in_memory(c->id))
		snprintf(buf, PATH_MAX, MEMORY "/%u/staging", c->id);
	else
		snprintf(buf, PATH_MAX, "%s/Migrate.%u.staging", c->dumpdir, c->id);
	return buf;
}

static uint64_t available_bytes(void)
{
	cleanup_file FILE *f = fopen("/proc/meminfo", "re");
	char line[128];
	uint64_t kib;

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "MemAvailable: %" SCNu64 " kB", &kib) == 1)
			return kib << 10;
	return 0;
}

int place_images_in_memory(const struct vz_conf *c, uint64_t bytes, struct vz_err *e)
{
	const uint64_t need = bytes + bytes / 10 + OTHER_BYTES;
	char path[PATH_MAX], options[64];
	int ret = place_images_remove(c, e);

	if (ret)
		return ret;
	/* What is restored needs as much again before the images are gone. */
	if (available_bytes() / 2 < need) {
		vz_debug("VE %u: %" PRIu64 " MiB of images go to disk: memory is short", c->id,
			 need >> 20);
		return 0;
	}
	snprintf(options, sizeof(options), "mode=0700,size=%" PRIu64, need);
	if ((mkdir("/run/vz", 0755) && errno != EEXIST) ||
	    (mkdir(MEMORY, 0700) && errno != EEXIST) ||
	    (mkdir(memory_path(path, c->id), 0700) && errno != EEXIST))
		return vz_error_sys(e, VZ_SYSTEM, -errno, "make a folder in " MEMORY);
	if (mount("vz-images", path, "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, options))
		return vz_error_sys(e, VZ_SYSTEM, -errno, "mount memory on %s", path);
	return 0;
}

static int drop_memory(const struct vz_conf *c, struct vz_err *e)
{
	char path[PATH_MAX];

	memory_path(path, c->id);
	/* Who still reads them keeps them as long as he does. */
	if (in_memory(c->id) && umount2(path, MNT_DETACH))
		return vz_error_sys(e, VZ_SYSTEM, -errno, "unmount %s", path);
	if (rmdir(path) && errno != ENOENT)
		return vz_error_sys(e, VZ_SYSTEM, -errno, "remove %s", path);
	return 0;
}

int place_images_remove(const struct vz_conf *c, struct vz_err *e)
{
	char path[PATH_MAX];
	int ret = drop_memory(c, e);

	if (!ret)
		ret = vz_path_remove(place_images(path, c), e);
	return ret ? ret : vz_path_remove(place_images_stage(path, c), e);
}
