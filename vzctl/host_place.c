// SPDX-License-Identifier: GPL-2.0-or-later
/* check-host: where VEs, dumps and templates lie, and whether a VE's disk can have a limit. */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>
#include "libvz/cleanup.h"
#include "libvz/conf.h"
#include "libvz/err.h"
#include "libvz/quota.h"
#include "vzctl/host_place.h"

#define ENOUGH_MIB	2048
#define ENOUGH_FILES	20000	/* a Debian VE has some 10000 */

/* A folder of the tools: VE_PRIVATE and VE_ROOT name one below it for each VE. */
struct place {
	const char *variable;
	char path[PATH_MAX];
	mode_t mode;
};
enum { PRIVATE, ROOT, DUMP, LOCK, CACHE, NR_PLACES };

static void parent(char *to, const char *path)
{
	cleanup_free char *copy = strdup(path ? path : "");

	snprintf(to, PATH_MAX, "%s", copy ? dirname(copy) : "");
}

static void places(const struct vz_conf *c, struct place p[NR_PLACES])
{
	static const char *const names[] = { "VE_PRIVATE", "VE_ROOT", "DUMPDIR", "LOCKDIR",
					     "TEMPLATE" };
	int i;

	for (i = 0; i < NR_PLACES; i++) {
		p[i].variable = names[i];
		p[i].mode = i <= DUMP ? 0700 : 0755;
	}
	parent(p[PRIVATE].path, c->private);
	parent(p[ROOT].path, c->root);
	snprintf(p[DUMP].path, PATH_MAX, "%s", c->dumpdir ? c->dumpdir : "");
	snprintf(p[LOCK].path, PATH_MAX, "%s", c->lockdir ? c->lockdir : "");
	snprintf(p[CACHE].path, PATH_MAX, "%.4000s/cache", c->template_dir ? c->template_dir : "");
}

/* What forbids VEs below a mount point; NULL when nothing does. */
static const char *forbids(unsigned long flags)
{
	return flags & ST_RDONLY ? "ro" : flags & ST_NOSUID ? "nosuid" :
	       flags & ST_NODEV ? "nodev" : flags & ST_NOEXEC ? "noexec" : NULL;
}

static bool is_folder(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISDIR(st.st_mode);
}

void host_look_folders(const struct vz_conf *c, struct host_finding *f)
{
	cleanup_free char *todo = NULL;
	struct place p[NR_PLACES];
	struct statvfs s;
	struct stat st;
	const char *bad;
	int i;

	places(c, p);
	for (i = 0; i < NR_PLACES; i++) {
		if (is_folder(p[i].path))
			continue;
		if (lstat(p[i].path, &st))
			host_lacks(f, "vzctl check-host --fix makes it",
				   "there is no folder %s (%s)", p[i].path, p[i].variable);
		else
			host_lacks(f, "move it away, or mount what the link leads to; then vzctl "
				   "check-host --fix",
				   "%s (%s) is no folder", p[i].path, p[i].variable);
		return;
	}
	if (statvfs(p[PRIVATE].path, &s)) {
		host_lacks(f, "mount its file system", "%s: %s", p[PRIVATE].path, strerror(errno));
		return;
	}
	bad = forbids(s.f_flag);
	if (bad) {
		if (asprintf(&todo, "take %s off its options in /etc/fstab, remount", bad) < 0)
			todo = NULL;
		host_lacks(f, todo, "%s is mounted %s: no VE works there", p[PRIVATE].path, bad);
		return;
	}
	if ((unsigned long long)s.f_bavail * s.f_frsize >> 20 < ENOUGH_MIB)
		host_lacks(f, "give it more room, or make it a file system of its own",
			   "%s has only %llu MiB free", p[PRIVATE].path,
			   (unsigned long long)s.f_bavail * s.f_frsize >> 20);
	else if (s.f_files && s.f_favail < ENOUGH_FILES)
		host_lacks(f, "make a file system with more inodes (mkfs.ext4 -i 8192)",
			   "%s has only %llu inodes free", p[PRIVATE].path,
			   (unsigned long long)s.f_favail);
	else
		host_ok(f, "VEs in %s, %llu GiB free", p[PRIVATE].path,
			(unsigned long long)s.f_bavail * s.f_frsize >> 30);
}

static int make_all(char *path, mode_t mode)
{
	char *slash;

	for (slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdir(path, 0755) && errno != EEXIST)
			return -errno;
		*slash = '/';
	}
	return mkdir(path, mode) && errno != EEXIST ? -errno : 0;
}

/* Only what is not there is made: mount options and room are the owner's. */
int host_fix_folders(const struct vz_conf *c, struct vz_err *e)
{
	struct place p[NR_PLACES];
	int i, ret;

	places(c, p);
	for (i = 0; i < NR_PLACES; i++) {
		if (p[i].path[0] != '/')
			return vz_error(e, VZ_HOSTCONF, -EINVAL,
					"%s in /etc/vz/vz.conf is no absolute path", p[i].variable);
		ret = make_all(p[i].path, p[i].mode);
		if (ret)
			return vz_error_sys(e, VZ_SYSTEM, ret, "Cannot make %s", p[i].path);
		if (!is_folder(p[i].path))
			return vz_error(e, VZ_HOSTCONF, -ENOTDIR,
					"%s (%s) is no folder, and is left as it is", p[i].path,
					p[i].variable);
	}
	return 0;
}

void host_look_template(const struct vz_conf *c, struct host_finding *f)
{
	struct place p[NR_PLACES];
	char pattern[PATH_MAX + 8];
	glob_t g = { 0 };

	places(c, p);
	snprintf(pattern, sizeof(pattern), "%s/*.tar*", p[CACHE].path);
	if (glob(pattern, 0, NULL, &g))
		host_lacks(f, "apt install openve-templates", "no template is in %s",
			   p[CACHE].path);
	else
		host_ok(f, "%zu in %s", g.gl_pathc, p[CACHE].path);
	globfree(&g);
}

void host_look_quota(const struct vz_conf *c, struct host_finding *f)
{
	struct place p[NR_PLACES];
	cleanup_close int fd = -1;
	struct vz_err e = { 0 };

	places(c, p);
	fd = open(p[PRIVATE].path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		host_lacks(f, "make the folder (row folders)", "%s: %s", p[PRIVATE].path,
			   strerror(errno));
	else if (!vz_quota_wanted(c))
		host_ok(f, "not wanted (DISK_QUOTA=no)");
	else if (!vz_quota_check(fd, &e))
		host_ok(f, "%s has project quota", p[PRIVATE].path);
	else
		host_lacks(f, e.msg, "%s: no VE's disk has a limit", p[PRIVATE].path);
	vz_error_free(&e);
}
