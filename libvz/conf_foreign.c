// SPDX-License-Identifier: GPL-2.0-or-later
/* Nothing is kept between calls. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include "libvz/cleanup.h"
#include "libvz/conf.h"
#include "libvz/conf_file.h"
#include "libvz/conf_foreign.h"
#include "libvz/device_conf.h"
#include "libvz/err.h"
#include "libvz/setting.h"

/* What the configuration of a host says is this host's own to say. */
static void drop_host_lines(struct vz_conf_file *f)
{
	for (int i = 0; i < VZ_NR_SETTINGS; i++)
		while ((vz_settings[i].flags & VZ_S_HOST) &&
		       vz_conf_file_get(f, vz_settings[i].var))
			vz_conf_file_set(f, vz_settings[i].var, NULL);
}

/* The text without the lines of a host, into the file path, or into fd when path is NULL. */
static int strip(const uint8_t *text, size_t len, const char *path, int fd)
{
	cleanup_free char *copy = strndup((const char *)text, len);
	struct vz_conf_file *f = vz_conf_file_new();
	int ret = copy && f ? 0 : -ENOMEM;

	if (!ret && strlen(copy) != len)
		ret = -EINVAL;
	if (!ret)
		ret = vz_conf_file_parse(f, copy);
	if (!ret) {
		drop_host_lines(f);
		ret = path ? vz_conf_file_write(f, path) : vz_conf_file_put(f, fd);
	}
	vz_conf_file_free(f);
	return ret;
}

int vz_conf_foreign_write(const char *path, const uint8_t *text, size_t len, struct vz_err *e)
{
	int ret = strip(text, len, path, -1);

	return ret ? vz_error_sys(e, VZ_BADCONF, ret, "write %s", path) : 0;
}

int vz_conf_foreign_parse(unsigned int id, const uint8_t *text, size_t len, struct vz_conf **c,
			  struct vz_err *e)
{
	cleanup_close int fd = memfd_create("config", MFD_CLOEXEC);
	char path[64];
	int ret = fd < 0 ? -errno : strip(text, len, NULL, fd);

	*c = NULL;
	if (ret)
		return vz_error_sys(e, VZ_BADCONF, ret, "read the configuration");
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return vz_conf_foreign_load(id, path, c, e);
}

static int own_path(struct vz_conf *c, const char *name, char **field, const char *here,
		    struct vz_err *e)
{
	int ret = vz_conf_get_own(c, name) ? vz_conf_set(c, name, NULL, e) : 0;

	if (ret)
		return ret;
	free(*field);
	*field = strdup(here);
	return *field ? 0 : vz_error(e, VZ_NOMEM, -ENOMEM, "out of memory");
}

/* They act at each start, so they are judged as what an image lists is. */
static int check_devices(const struct vz_conf *c, const struct vz_conf *here, struct vz_err *e)
{
	char bad[64] = "";
	int ret = vz_device_conf_within(c, vz_conf_get(here, "MIGRATE_DEVICES"), bad);

	return ret ? vz_error(e, VZ_BADCONF, ret,
			      "The configuration gives the VE device '%s', and this host lets none "
			      "that comes have it: name it in MIGRATE_DEVICES of vz.conf, or take it "
			      "from the VE",
			      bad) :
		     0;
}

int vz_conf_foreign_load(unsigned int id, const char *path, struct vz_conf **out, struct vz_err *e)
{
	cleanup_conf struct vz_conf *c = NULL, *here = NULL;
	int ret;

	*out = NULL;
	ret = vz_conf_new(id, &here, e);
	if (ret)
		return ret;
	ret = vz_conf_load_path(id, path, &c, e);
	if (ret)
		return ret;
	ret = own_path(c, "VE_PRIVATE", &c->private, here->private, e);
	if (ret)
		return ret;
	ret = own_path(c, "VE_ROOT", &c->root, here->root, e);
	if (ret)
		return ret;
	ret = check_devices(c, here, e);
	if (ret)
		return ret;
	/* It names a file below the templates of this host. */
	if (c->ostemplate && (strchr(c->ostemplate, '/') || *c->ostemplate == '.'))
		return vz_error(e, VZ_BADCONF, -EINVAL, "bad template name %.60s", c->ostemplate);
	*out = c;
	c = NULL;
	return 0;
}
