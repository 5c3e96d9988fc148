// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Unpacked templates that VEs share. Beside them, .<ostemplate> is a link that keeps
 * what the archive looked like and what its digest was: nobody reads a large archive
 * for every VE.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include "libvz/cleanup.h"
#include "libvz/conf.h"
#include "libvz/err.h"
#include "libvz/lower.h"
#include "libvz/sha256.h"
#include "libvz/template.h"
#include "libvz/tree.h"

#define FOLDER		"overlay"			/* below TEMPLATE */
#define DIGEST		(VZ_SHA256_HEX - 1)
#define NAME_LEN	(NAME_MAX - DIGEST - 8)		/* of an ostemplate; room for .tmp */

/* An archive that is open, as the file system has it and as sha256sum does. */
struct source {
	int fd;
	char stamp[96], digest[VZ_SHA256_HEX];
	bool known;
};

static char *lower_path(char *buf, const struct vz_conf *c, const char *name)
{
	snprintf(buf, PATH_MAX, "%s/" FOLDER "/%s", c->template_dir, name);
	return buf;
}

/* The files have the ids and setuid bits of a VE's: nobody else looks into the folder. */
static int lock_folder(const struct vz_conf *c, int *dir, struct vz_err *e)
{
	char path[PATH_MAX];

	lower_path(path, c, "");
	if (mkdir(path, 0700) && errno != EEXIST)
		return vz_error_sys(e, VZ_CREATE, -errno, "Cannot make %s", path);
	*dir = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (*dir < 0 || flock(*dir, LOCK_EX))
		return vz_error_sys(e, VZ_CREATE, -errno, "Cannot lock %s", path);
	return 0;
}

/* ---- the digest of an archive ---- */

static bool known(int dir, const char *ostemplate, struct source *s)
{
	char link[NAME_MAX + 1], text[256];
	size_t len = strlen(s->stamp);
	ssize_t n;

	snprintf(link, sizeof(link), ".%s", ostemplate);
	n = readlinkat(dir, link, text, sizeof(text) - 1);
	if (n != (ssize_t)(len + 1 + DIGEST) || memcmp(text, s->stamp, len) || text[len] != ' ')
		return false;
	text[n] = '\0';
	strcpy(s->digest, text + len + 1);
	return true;
}

/* It only saves time: without it, the archive is read again. */
static void remember(int dir, const char *ostemplate, const struct source *s)
{
	char link[NAME_MAX + 1], tmp[NAME_MAX + 8], text[256];

	snprintf(link, sizeof(link), ".%s", ostemplate);
	snprintf(tmp, sizeof(tmp), "%s.new", link);
	snprintf(text, sizeof(text), "%s %s", s->stamp, s->digest);
	unlinkat(dir, tmp, 0);
	if (!symlinkat(text, dir, tmp))
		renameat(dir, tmp, dir, link);
}

static int open_source(const struct vz_conf *c, int dir, const char *ostemplate,
		       struct source *s, struct vz_err *e)
{
	struct stat st;
	int ret;

	if (strlen(ostemplate) > NAME_LEN)
		return vz_error(e, VZ_BADVALUE, -ENAMETOOLONG,
				"The name of the OS template is too long: %s", ostemplate);
	ret = vz_template_open(c, ostemplate, &s->fd, e);
	if (ret)
		return ret;
	if (fstat(s->fd, &st))
		return vz_error_sys(e, VZ_NOTEMPLATE, -errno, "OS template %s", ostemplate);
	snprintf(s->stamp, sizeof(s->stamp), "%llx.%lx.%llx.%llx.%llx",
		 (unsigned long long)st.st_ctim.tv_sec, st.st_ctim.tv_nsec,
		 (unsigned long long)st.st_size, (unsigned long long)st.st_ino,
		 (unsigned long long)st.st_dev);
	s->known = known(dir, ostemplate, s);
	if (s->known)
		return 0;
	ret = vz_sha256_file(s->fd, s->digest);
	if (ret || lseek(s->fd, 0, SEEK_SET) < 0)
		return vz_error_sys(e, VZ_NOTEMPLATE, ret ? ret : -errno,
				    "Cannot read the OS template %s", ostemplate);
	return 0;
}

/* ---- unpacking ---- */

static int unpack(int dir, const char *path, const struct source *s, struct vz_err *e)
{
	char tmp[PATH_MAX];
	int ret;

	snprintf(tmp, sizeof(tmp), "%s.tmp", path);
	ret = vz_path_remove(tmp, e);
	if (!ret && mkdir(tmp, 0755))
		ret = vz_error_sys(e, VZ_CREATE, -errno, "Cannot make %s", tmp);
	if (!ret)
		ret = vz_template_unpack(s->fd, tmp, e);
	/* Later nobody writes it out: what a VE reads must be there after a crash. */
	if (!ret && syncfs(dir))
		ret = vz_error_sys(e, VZ_CREATE, -errno, "Cannot write %s", tmp);
	if (!ret && rename(tmp, path))
		ret = vz_error_sys(e, VZ_CREATE, -errno, "Cannot rename %s", tmp);
	if (ret)
		vz_path_remove(tmp, NULL);
	return ret;
}

int vz_lower_choose(struct vz_conf *c, const char *ostemplate, struct vz_err *e)
{
	char path[PATH_MAX], name[NAME_MAX + 1];
	cleanup_close int dir = -1, fd = -1;
	struct source s;
	int ret = lock_folder(c, &dir, e);

	if (ret)
		return ret;
	ret = open_source(c, dir, ostemplate, &s, e);
	if (ret)
		return ret;
	fd = s.fd;
	snprintf(name, sizeof(name), "%.*s-%s", NAME_LEN, ostemplate, s.digest);
	if (access(lower_path(path, c, name), F_OK))
		ret = unpack(dir, path, &s, e);
	if (ret)
		return ret;
	/* Of a template, that is, which can be unpacked. */
	if (!s.known)
		remember(dir, ostemplate, &s);
	return vz_conf_set(c, "VE_LOWER", name, e);
}

/* Its ostemplate into name; false when it is no name that vz_lower_choose() gives. */
static bool split(const char *lower, char *name, const char **digest)
{
	const char *dash = lower ? strrchr(lower, '-') : NULL;

	if (!dash || dash == lower || dash - lower > NAME_LEN || *lower == '.' ||
	    strchr(lower, '/') || strspn(dash + 1, "0123456789abcdef") != DIGEST ||
	    dash[1 + DIGEST])
		return false;
	snprintf(name, NAME_MAX, "%.*s", (int)(dash - lower), lower);
	*digest = dash + 1;
	return true;
}

int vz_lower_ready(const struct vz_conf *c, char *path, struct vz_err *e)
{
	cleanup_close int dir = -1, fd = -1;
	struct source s = { .fd = -1 };
	struct vz_err why = { 0 };
	char name[NAME_MAX];
	const char *digest;
	int ret;

	if (!split(c->lower, name, &digest))
		return vz_error(e, VZ_BADCONF, -EINVAL, "VE_LOWER names no template: %s",
				c->lower ? c->lower : "it is not set");
	if (!access(lower_path(path, c, c->lower), F_OK))
		return 0;
	ret = lock_folder(c, &dir, e);
	if (ret || !access(path, F_OK))
		return ret;
	ret = open_source(c, dir, name, &s, &why);
	vz_error_free(&why);
	fd = s.fd;
	if (ret || strcmp(s.digest, digest))
		return vz_error(e, VZ_NOTEMPLATE, -ENOENT, "The CT's template is not on this host: "
				"neither %s, nor %s/cache/%s.tar.* with the SHA-256 %s", path,
				c->template_dir, name, digest);
	return unpack(dir, path, &s, e);
}
