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
#include "libvz/conf_warn.h"
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

/* One that counts, into its member; what is wrong with it is said. */
static int apply_line(struct vz_conf *c, const struct vz_conf_line *l, const struct vz_setting *s,
		      struct vz_conf_warn *w, size_t line)
{
	int ret;

	if (!l->unusable && l->wrong)
		vz_conf_warn_line(w, line, "%s=\"%s\": %s", l->name, l->value, l->wrong);
	ret = l->unusable ? -EINVAL : vz_setting_assign(c, s, l->value);
	if (ret == -EINVAL)
		vz_conf_warn_line(w, line, "bad value %s=\"%s\" is ignored%s%s", l->name, l->value,
				  l->unusable ? ": " : "", l->unusable ? l->wrong : "");
	return ret == -ENOMEM ? ret : 0;
}

/* Bad values warn and are skipped; of two lines with one name the first counts. */
static int apply(struct vz_conf *c, struct vz_conf_file *f, const char *path, struct vz_err *e)
{
	bool seen[VZ_NR_SETTINGS] = { false };
	struct vz_conf_warn w = { .path = path };
	int ret = 0;

	for (size_t i = 0; !ret && i < f->n; i++) {
		const struct vz_conf_line *l = &f->line[i];
		const struct vz_setting *s = l->name ? vz_setting_by_var(l->name) : NULL;

		if (!l->name && l->wrong)
			vz_conf_warn_odd(&w, i + 1, l->wrong, l->text);
		else if (l->name && !is_first(f, l, s, seen))
			vz_conf_warn_line(&w, i + 1, "%s is there twice, the first one counts",
					  l->name);
		else if (s)
			ret = apply_line(c, l, s, &w, i + 1);
	}
	vz_conf_warn_end(&w);
	return ret ? vz_error_sys(e, VZ_NOMEM, ret, "%s", path) : 0;
}

static int defaults(struct vz_conf *c)
{
	for (size_t i = 0; i < VZ_NR_SETTINGS; i++)
		if (vz_settings[i].def && vz_setting_assign(c, &vz_settings[i], NULL))
			return -ENOMEM;
	return 0;
}

static int unreadable(struct vz_err *e, enum vz_cause cause, int ret, const char *what,
		      const char *path)
{
	if (ret == -VZ_ENOTEXT)
		return vz_error_sys(e, cause, ret, "%s %s cannot be read: line %zu", what, path,
				    vz_conf_file_nul(path));
	return vz_error_sys(e, cause, ret, "%s %s cannot be read", what, path);
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
		return unreadable(e, VZ_NOCONFIG, ret, "Global configuration file", VZ_GLOBAL_CONF);
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
		return unreadable(e, VZ_NOVECONFIG, ret, "Configuration", path);
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
		return vz_error(e, VZ_BADVALUE, ret, "Bad value for %s: %s%s", name,
				own ? own : "", !own || vz_conf_value_ok(own) ? "" :
				" (no configuration can have \", \\, `, $ or control characters in "
				"a value)");
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
