// SPDX-License-Identifier: GPL-2.0-or-later
/* A VE's configuration: loading, setting, saving. What the variables mean is in setting.def. */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "include/vz/abi.h"
#include "libvz/cleanup.h"
#include "libvz/conf.h"
#include "libvz/conf_file.h"
#include "libvz/err.h"
#include "libvz/log.h"
#include "libvz/paths.h"
#include "libvz/setting.h"
#include "libvz/value.h"

char *vz_conf_path(char *buf, unsigned int id)
{
	snprintf(buf, PATH_MAX, VZ_CONFDIR "/%u.conf", id);
	return buf;
}

/* A row that no line had before has no line of that name before. */
static bool is_first(const struct vz_conf_file *f, const struct vz_conf_line *l,
		     const struct vz_setting *s, bool *seen)
{
	if (s && !seen[s - vz_settings])
		return seen[s - vz_settings] = true;
	return vz_conf_file_get(f, l->name) == l->value;
}

/* Files whose bad lines this process has told; a command reads the same one several times. */
static struct told {
	struct told *next;
	char path[];
} *told;

static bool is_told(const char *path)
{
	const struct told *t = told;

	while (t && strcmp(t->path, path))
		t = t->next;
	return t;
}

/* Without memory it is told again. */
static void tell_once(const char *path)
{
	struct told *t = malloc(sizeof(*t) + strlen(path) + 1);

	if (!t)
		return;
	strcpy(t->path, path);
	t->next = told;
	told = t;
}

/* Bad values warn and are skipped; of two lines with one name the first counts. */
static int apply(struct vz_conf *c, struct vz_conf_file *f, const char *path, struct vz_err *e)
{
	bool seen[VZ_NR_SETTINGS] = { false };
	bool warns = false;
	size_t i;

	for (i = 0; i < f->n; i++) {
		const struct vz_conf_line *l = &f->line[i];
		const struct vz_setting *s = l->name ? vz_setting_by_var(l->name) : NULL;
		int ret;

		if (!l->name)
			continue;
		if (!is_first(f, l, s, seen)) {
			warns = warns || !is_told(path);
			if (warns)
				vz_warn("Warning: %s: %s is there twice, the first one counts",
					path, l->name);
			continue;
		}
		ret = s ? vz_setting_assign(c, s, l->value) : 0;
		if (ret == -ENOMEM)
			return vz_error_sys(e, VZ_NOMEM, ret, "%s", path);
		if (ret != -EINVAL)
			continue;
		warns = warns || !is_told(path);
		if (warns)
			vz_warn("Warning: %s: bad value %s=\"%s\" is ignored", path, l->name,
				l->value);
	}
	if (warns)
		tell_once(path);
	return 0;
}

static int defaults(struct vz_conf *c)
{
	for (size_t i = 0; i < VZ_NR_SETTINGS; i++)
		if (vz_settings[i].def && vz_setting_assign(c, &vz_settings[i], NULL))
			return -ENOMEM;
	return 0;
}

int vz_conf_new(unsigned int id, struct vz_conf **out, struct vz_err *e)
{
	cleanup_conf struct vz_conf *c = calloc(1, sizeof(*c));
	int ret;

	*out = NULL;
	if (!c)
		return vz_error_sys(e, VZ_NOMEM, -ENOMEM, "configuration");
	c->id = id;
	c->file = vz_conf_file_new();
	if (!c->file || defaults(c))
		return vz_error_sys(e, VZ_NOMEM, -ENOMEM, "configuration");
	ret = vz_conf_file_share(VZ_GLOBAL_CONF, &c->global);
	if (ret)
		return vz_error_sys(e, VZ_NOCONFIG, ret,
				    "Global configuration file " VZ_GLOBAL_CONF " cannot be read");
	ret = apply(c, c->global, VZ_GLOBAL_CONF, e);
	if (ret)
		return ret;
	*out = c;
	c = NULL;
	return 0;
}

int vz_conf_global(struct vz_conf **c, struct vz_err *e)
{
	return vz_conf_new(0, c, e);
}

int vz_conf_load_path(unsigned int id, const char *path, struct vz_conf **out, struct vz_err *e)
{
	cleanup_conf struct vz_conf *c = NULL;
	int ret;

	*out = NULL;
	ret = vz_conf_new(id, &c, e);
	if (ret)
		return ret;
	ret = vz_conf_file_read(c->file, path);
	if (ret)
		return vz_error_sys(e, VZ_NOVECONFIG, ret, "Configuration %s cannot be read", path);
	ret = apply(c, c->file, path, e);
	if (ret)
		return ret;
	*out = c;
	c = NULL;
	return 0;
}

int vz_conf_load(unsigned int id, struct vz_conf **c, struct vz_err *e)
{
	char path[PATH_MAX];

	vz_conf_path(path, id);
	if (access(path, F_OK) && errno == ENOENT)
		return vz_error(e, VZ_NOVECONFIG, -ENOENT, "Container config file does not exist");
	return vz_conf_load_path(id, path, c, e);
}

int vz_conf_set(struct vz_conf *c, const char *name, const char *value, struct vz_err *e)
{
	const struct vz_setting *s = vz_setting_by_var(name);
	/* The value may be the member that is replaced, or its text in the file. */
	cleanup_free char *own = value ? strdup(value) : NULL;
	int ret = value && !own ? -ENOMEM : s ? vz_setting_assign(c, s, own) : 0;

	if (!ret)
		ret = vz_conf_file_set(c->file, name, own);
	if (ret == -EINVAL)
		return vz_error(e, VZ_BADVALUE, ret, "Bad value for %s: %s", name,
				own ? own : "");
	return ret ? vz_error_sys(e, VZ_NOMEM, ret, "%s", name) : 0;
}

const char *vz_conf_get_own(const struct vz_conf *c, const char *name)
{
	return vz_conf_file_get(c->file, name);
}

const char *vz_conf_get(const struct vz_conf *c, const char *name)
{
	const char *v = vz_conf_file_get(c->file, name);

	return v ? v : vz_conf_file_get(c->global, name);
}

int vz_conf_save(const struct vz_conf *c, struct vz_err *e)
{
	char path[PATH_MAX];
	int ret = vz_conf_file_write(c->file, vz_conf_path(path, c->id));

	return ret ? vz_error_sys(e, VZ_SAVECONF, ret, "Cannot write %s", path) : 0;
}

int vz_conf_write(const struct vz_conf *c, const char *path, struct vz_err *e)
{
	int ret = vz_conf_file_write(c->file, path);

	return ret ? vz_error_sys(e, ret == -ENOSPC ? VZ_NOSPACE : VZ_SAVECONF, ret,
				  "Cannot write %s", path) : 0;
}

void vz_conf_free(struct vz_conf *c)
{
	if (!c)
		return;
	vz_settings_free(c);
	vz_conf_file_free(c->file);
	vz_conf_file_free(c->global);
	free(c);
}
