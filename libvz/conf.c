// SPDX-License-Identifier: GPL-2.0-or-later
/* A VE's configuration: which variables exist, what they mean, loading, setting, saving. */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stddef.h>
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
#include "libvz/value.h"

enum type { T_STR, T_PATH, T_UINT, T_RATE, T_PRIO, T_BOOL, T_YESNO, T_UB, T_BASE };

struct var {
	const char *name;
	enum type type;
	size_t off;
};

#define VAR(n, t, field) { n, t, offsetof(struct vz_conf, field) }
static const struct var vars[] = {
	VAR("LOCKDIR", T_STR, lockdir),
	VAR("DUMPDIR", T_STR, dumpdir),
	VAR("TEMPLATE", T_STR, template_dir),
	VAR("LOGFILE", T_STR, logfile),
	VAR("LOGGING", T_BOOL, logging),
	VAR("LOG_LEVEL", T_UINT, log_level),
	VAR("VERBOSE", T_UINT, verbose),
	VAR("CONFIGFILE", T_STR, config_sample),
	VAR("DEF_OSTEMPLATE", T_STR, def_ostemplate),
	VAR("VE_ROOT", T_PATH, root),
	VAR("VE_PRIVATE", T_PATH, private),
	VAR("VE_LAYOUT", T_STR, layout),
	VAR("OSTEMPLATE", T_STR, ostemplate),
	VAR("HOSTNAME", T_STR, hostname),
	VAR("NAME", T_STR, name),
	VAR("DESCRIPTION", T_STR, description),
	VAR("IP_ADDRESS", T_STR, ip_address),
	VAR("NAMESERVER", T_STR, nameserver),
	VAR("SEARCHDOMAIN", T_STR, searchdomain),
	VAR("FEATURES", T_STR, features),
	VAR("ONBOOT", T_YESNO, onboot),
	VAR("DISABLED", T_BOOL, disabled),
	VAR("SKIP_ARPDETECT", T_BOOL, skip_arpdetect),
	VAR("ERROR_ON_ARPFAIL", T_BOOL, error_on_arpfail),
	VAR("STOP_TIMEOUT", T_UINT, stop_timeout),
	VAR("LOCAL_UID", T_BASE, uid_base),
	VAR("CPUUNITS", T_UINT, cpuunits),
	VAR("CPULIMIT", T_UINT, cpulimit),
	VAR("CPUS", T_UINT, cpus),
	VAR("CPUMASK", T_STR, cpumask),
	VAR("NODEMASK", T_STR, nodemask),
	VAR("IOPRIO", T_PRIO, ioprio),
	VAR("IOLIMIT", T_RATE, iolimit),
	VAR("IOPSLIMIT", T_RATE, iopslimit),
};
#undef VAR

char *vz_conf_path(char *buf, unsigned int id)
{
	snprintf(buf, PATH_MAX, VZ_CONFDIR "/%u.conf", id);
	return buf;
}

static int set_string(char **field, const char *value)
{
	char *copy = value && *value ? strdup(value) : NULL;

	if (value && *value && !copy)
		return -ENOMEM;
	free(*field);
	*field = copy;
	return 0;
}

/* $VEID and ${VEID} are the only things that are replaced. */
static char *expand(const char *s, unsigned int id)
{
	char *buf = NULL;
	size_t n;
	FILE *out = open_memstream(&buf, &n);

	if (!out)
		return NULL;
	while (*s) {
		if (!strncmp(s, "$VEID", 5)) {
			fprintf(out, "%u", id);
			s += 5;
		} else if (!strncmp(s, "${VEID}", 7)) {
			fprintf(out, "%u", id);
			s += 7;
		} else {
			fputc(*s++, out);
		}
	}
	/* buf is final only now. */
	fclose(out);
	return buf;
}

static int yes_no(const char *value)
{
	if (!strcmp(value, "yes") || !strcmp(value, "on"))
		return 1;
	if (!strcmp(value, "no") || !strcmp(value, "off"))
		return 0;
	return -EINVAL;
}

static int set_uint(unsigned int *field, const char *value)
{
	long v;
	int ret = vz_parse_number(value, VZ_UNIT_COUNT, &v);

	if (ret || v > INT_MAX)
		return -EINVAL;
	*field = v;
	return 0;
}

/* A second's worth; none is 0. */
static int set_rate(long *field, const char *value)
{
	long v = 0;
	int ret = value ? vz_parse_number(value, VZ_UNIT_BYTES, &v) : 0;

	if (ret && ret != -ERANGE)
		return ret;
	*field = v == VZ_UNLIMITED ? 0 : v;
	return 0;
}

static int set_prio(unsigned int *field, const char *value)
{
	unsigned int v = 4;

	if (value && (set_uint(&v, value) || v > VZ_IOPRIO_MAX))
		return -EINVAL;
	*field = v;
	return 0;
}

/* NULL and "" mean unset. -EINVAL leaves the old value. */
static int assign(struct vz_conf *c, const struct var *v, const char *value)
{
	void *field = (char *)c + v->off;
	int ret;

	if (value && !*value)
		value = NULL;
	switch (v->type) {
	case T_STR:
		return set_string(field, value);
	case T_PATH: {
		cleanup_free char *path = value ? expand(value, c->id) : NULL;

		if (value && (!path || *path != '/' || strstr(path, "/../")))
			return path ? -EINVAL : -ENOMEM;
		return set_string(field, path);
	}
	case T_YESNO:
		if (value && yes_no(value) < 0)
			return -EINVAL;
		return set_string(field, value);
	case T_BOOL:
		ret = value ? yes_no(value) : 0;
		if (ret < 0)
			return ret;
		*(bool *)field = ret;
		return 0;
	case T_UINT:
		if (!value)
			value = "0";
		return set_uint(field, value);
	case T_RATE:
		return set_rate(field, value);
	case T_PRIO:
		return set_prio(field, value);
	case T_BASE: {
		unsigned int base = 0;

		if (value && (set_uint(&base, value) || (base && base % VZ_RANGE)))
			return -EINVAL;
		*(unsigned int *)field = base;
		return 0;
	}
	case T_UB:
		break;
	}
	return -EINVAL;
}

static int assign_ub(struct vz_conf *c, int r, const char *value)
{
	struct vz_limit l = { 0 };
	int ret = 0;

	if (value && *value) {
		ret = vz_parse_limit(value, vz_ub_unit(r), &l);
		if (ret == -ERANGE)
			vz_warn("Warning: too large value for %s=%s was clamped", vz_ub_var(r), value);
		else if (ret)
			return ret;
	}
	c->ub[r] = l;
	return 0;
}

/* -ENOENT: no variable of ours. */
static int assign_name(struct vz_conf *c, const char *name, const char *value)
{
	size_t i;
	int r;

	for (i = 0; i < sizeof(vars) / sizeof(vars[0]); i++)
		if (!strcmp(vars[i].name, name))
			return assign(c, &vars[i], value);
	if (!strcmp(name, "DCACHE"))
		name = "DCACHESIZE";
	else if (!strcmp(name, "IPTENTRIES"))
		name = "NUMIPTENT";
	for (r = 0; r < UB_NR_RESOURCES; r++)
		if (vz_ub_var(r) && !strcmp(vz_ub_var(r), name))
			return assign_ub(c, r, value);
	return -ENOENT;
}

/* Bad values warn and are skipped; of two lines with one name the first counts. */
static int apply(struct vz_conf *c, const struct vz_conf_file *f, const char *path, struct vz_err *e)
{
	size_t i;

	for (i = 0; i < f->n; i++) {
		const struct vz_conf_line *l = &f->line[i];
		int ret;

		if (!l->name)
			continue;
		if (vz_conf_file_get(f, l->name) != l->value) {
			vz_warn("Warning: %s: %s is there twice, the first one counts", path, l->name);
			continue;
		}
		ret = assign_name(c, l->name, l->value);
		if (ret == -ENOMEM)
			return vz_error_sys(e, VZ_NOMEM, ret, "%s", path);
		if (ret == -EINVAL)
			vz_warn("Warning: %s: bad value %s=\"%s\" is ignored", path, l->name, l->value);
	}
	return 0;
}

static int defaults(struct vz_conf *c)
{
	static const char *const def[][2] = {
		{ "LOCKDIR", "/vz/lock" }, { "DUMPDIR", "/vz/dump" }, { "TEMPLATE", "/vz/template" },
		{ "LOGFILE", "/var/log/vzctl.log" }, { "LOGGING", "yes" },
		{ "VE_ROOT", "/vz/root/$VEID" }, { "VE_PRIVATE", "/vz/private/$VEID" },
		{ "STOP_TIMEOUT", "120" }, { "CPUUNITS", "1000" }, { "IOPRIO", "4" },
	};
	size_t i;

	for (i = 0; i < sizeof(def) / sizeof(def[0]); i++)
		if (assign_name(c, def[i][0], def[i][1]))
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
	if (access(path, F_OK))
		return vz_error(e, VZ_NOVECONFIG, -ENOENT, "Container config file does not exist");
	return vz_conf_load_path(id, path, c, e);
}

int vz_conf_set(struct vz_conf *c, const char *name, const char *value, struct vz_err *e)
{
	int ret = assign_name(c, name, value);

	if (!ret || ret == -ENOENT)
		ret = vz_conf_file_set(c->file, name, value);
	if (ret == -EINVAL)
		return vz_error(e, VZ_BADVALUE, ret, "Bad value for %s: %s", name, value ? value : "");
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

void vz_conf_free(struct vz_conf *c)
{
	size_t i;

	if (!c)
		return;
	for (i = 0; i < sizeof(vars) / sizeof(vars[0]); i++)
		if (vars[i].type == T_STR || vars[i].type == T_PATH || vars[i].type == T_YESNO)
			free(*(char **)((char *)c + vars[i].off));
	vz_conf_file_free(c->file);
	vz_conf_file_free(c->global);
	free(c);
}
