// SPDX-License-Identifier: GPL-2.0-or-later
/* Settings of OpenVZ 6 and 7, of LXC and of Incus, a row each. */
#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "libvz/cleanup.h"
#include "libvz/conf.h"
#include "libvz/conf_file.h"
#include "libvz/err.h"
#include "libvz/setting.h"
#include "vzctl/tmpl_conf.h"
#include "vzctl/tmpl_pack.h"

struct out {
	FILE *sample, *words;
	unsigned int base;
	struct tmpl_notes *notes;
};

/* One argument for a shell; what would need more care is left out of what is shown. */
static void put_word(struct out *o, const char *option, const char *value)
{
	if (!*value || value[strcspn(value, "'\n\r\\")]) {
		tmpl_note(o->notes, "%s: cannot be said: %s", option, value);
		return;
	}
	fprintf(o->words, " --%s '%s'", option, value);
}

/* By the rules of the table: a value that could not be set is not written. */
static bool put_setting(struct out *o, const char *var, const char *value)
{
	const struct vz_setting *s = vz_setting_by_var(var);
	struct vz_conf scratch = { 0 };
	bool ok = s && value[strcspn(value, "\"'\\$`\n\r")] == '\0' &&
		  !vz_setting_assign(&scratch, s, value);

	vz_settings_free(&scratch);
	if (ok)
		fprintf(o->sample, "%s=\"%s\"\n", s->var, value);
	return ok;
}

/* ---- OpenVZ ------------------------------------------------------------------------ */

static bool is_of_old_host(const char *var)
{
	static const char *const vars[] = {
		"VE_ROOT", "VE_PRIVATE", "VEID", "UUID", "OSTEMPLATE", "TEMPLATE", "ORIGIN_SAMPLE",
		"CONFIG_CUSTOMIZED", "VERSION", "LOCAL_UID", "LOCAL_GID", "DISTRIBUTION",
		"VE_LAYOUT", "TECHNOLOGIES", "VE_TYPE",
	};

	for (size_t i = 0; i < sizeof(vars) / sizeof(vars[0]); i++)
		if (!strcmp(vars[i], var))
			return true;
	return false;
}

static void openvz_addresses(struct out *o, const char *list)
{
	char word[VZ_IP_TEXT], text[VZ_IP_TEXT];
	struct vz_ip ip;

	while (vz_word(&list, word, sizeof(word))) {
		if (vz_ip_parse(word, &ip))
			tmpl_note(o->notes, "IP_ADDRESS: no address: %s", word);
		else
			put_word(o, "ipadd", vz_ip_text(&ip, text));
	}
}

static void openvz_line(struct out *o, const char *var, const char *value)
{
	static const struct { const char *var, *option; } own[] = {
		{ "HOSTNAME", "hostname" }, { "NAME", "name" }, { "DESCRIPTION", "description" },
	};
	const struct vz_setting *s = vz_setting_by_var(var);

	if (!*value || is_of_old_host(var))
		return;
	if (!strcmp(var, "IP_ADDRESS")) {
		openvz_addresses(o, value);
		return;
	}
	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		if (!strcmp(var, own[i].var)) {
			put_word(o, own[i].option, value);
			return;
		}
	if (s && !(s->flags & (VZ_S_OWN | VZ_S_HOST)) && put_setting(o, var, value)) {
		if (s->flags & (VZ_S_KEPT | VZ_S_NOTHING))
			tmpl_note(o->notes, "%s=%s: kept, without effect here", var, value);
		return;
	}
	tmpl_note(o->notes, "%s=%s: nothing like it here", var, value);
}

static int openvz(struct out *o, const char *text, struct vz_err *e)
{
	struct vz_conf_file *f = vz_conf_file_new();
	int ret = f ? vz_conf_file_parse(f, text) : -ENOMEM;

	for (size_t i = 0; !ret && i < f->n; i++)
		if (f->line[i].name &&
		    vz_conf_file_get(f, f->line[i].name) == f->line[i].value)
			openvz_line(o, f->line[i].name, f->line[i].value);
	vz_conf_file_free(f);
	return ret ? vz_error_sys(e, VZ_NOMEM, ret, "configuration") : 0;
}

/* ---- LXC and Incus: "key = value" and "key: value" ------------------------------------- */

/* "512MB", "1GiB", "268435456", "2G": bytes as M, by powers of 1024; "50%" is none. */
static bool size_of(const char *value, char out[32])
{
	static const char units[] = "KMGT";
	char *end;
	double v = strtod(value, &end);
	const char *unit;

	if (end == value || v <= 0)
		return false;
	unit = *end ? strchr(units, toupper((unsigned char)*end)) : NULL;
	for (; unit && unit >= units; unit--)
		v *= 1024;
	if (*end && !strchr("KMGTkmgtBb", *end))
		return false;
	if (v < 1048576 || v > 1e15)
		return false;
	snprintf(out, 32, "%.0fM", v / 1048576);
	return true;
}

static bool take_memory(struct out *o, const char *value)
{
	char size[32], limit[40];

	if (!size_of(value, size))
		return false;
	snprintf(limit, sizeof(limit), "0:%s", size);
	return put_setting(o, "PHYSPAGES", limit) && put_setting(o, "SWAPPAGES", limit);
}

static bool take_cpus(struct out *o, const char *value)
{
	/* A number is how many; a list is which. */
	return put_setting(o, value[strspn(value, "0123456789")] ? "CPUMASK" : "CPUS", value);
}

static bool take_mask(struct out *o, const char *value)
{
	return put_setting(o, "CPUMASK", value);
}

static bool take_yes(struct out *o, const char *var, const char *value)
{
	bool yes = !strcmp(value, "1") || !strcmp(value, "true");

	return (yes || !strcmp(value, "0") || !strcmp(value, "false")) &&
	       put_setting(o, var, yes ? "yes" : "no");
}

static bool take_onboot(struct out *o, const char *value)
{
	return take_yes(o, "ONBOOT", value);
}

static bool take_nesting(struct out *o, const char *value)
{
	return !strcmp(value, "true") || !strcmp(value, "1") ?
	       put_setting(o, "FEATURES", "nesting:on") : true;
}

static bool take_processes(struct out *o, const char *value)
{
	char limit[64];

	snprintf(limit, sizeof(limit), "%.20s:%.20s", value, value);
	return put_setting(o, "NUMPROC", limit);
}

static bool take_hostname(struct out *o, const char *value)
{
	put_word(o, "hostname", value);
	return true;
}

static bool take_description(struct out *o, const char *value)
{
	if (*value)
		put_word(o, "description", value);
	return true;
}

static bool take_address(struct out *o, const char *value)
{
	char text[VZ_IP_TEXT];
	struct vz_ip ip;

	if (vz_ip_parse(value, &ip))
		return false;
	put_word(o, "ipadd", vz_ip_text(&ip, text));
	return true;
}

/* "u 0 100000 65536" */
static bool take_idmap(struct out *o, const char *value)
{
	unsigned int inside, base, n;
	char kind;

	if (sscanf(value, "%c %u %u %u", &kind, &inside, &base, &n) != 4 || inside)
		return false;
	if (kind == 'u' || kind == 'b')
		o->base = base;
	return true;
}

static bool take_base(struct out *o, const char *value)
{
	char *end;
	unsigned long base = strtoul(value, &end, 10);

	if (*end || base > 0xffff0000UL)
		return false;
	o->base = base;
	return true;
}

static bool take_nothing(struct out *o, const char *value)
{
	return true;
}

/* A key that ends in a star stands for all that begin so; the first that fits counts. */
static const struct row {
	enum tmpl_conf_kind kind;
	const char *key;
	bool (*take)(struct out *o, const char *value);
} rows[] = {
	{ TMPL_CONF_LXC, "lxc.uts.name", take_hostname },
	{ TMPL_CONF_LXC, "lxc.utsname", take_hostname },
	{ TMPL_CONF_LXC, "lxc.idmap", take_idmap },
	{ TMPL_CONF_LXC, "lxc.id_map", take_idmap },
	{ TMPL_CONF_LXC, "lxc.start.auto", take_onboot },
	{ TMPL_CONF_LXC, "lxc.cgroup.memory.limit_in_bytes", take_memory },
	{ TMPL_CONF_LXC, "lxc.cgroup2.memory.max", take_memory },
	{ TMPL_CONF_LXC, "lxc.cgroup.cpuset.cpus", take_mask },
	{ TMPL_CONF_LXC, "lxc.cgroup2.cpuset.cpus", take_mask },
	{ TMPL_CONF_LXC, "lxc.cgroup.pids.max", take_processes },
	{ TMPL_CONF_LXC, "lxc.cgroup2.pids.max", take_processes },
	{ TMPL_CONF_LXC, "lxc.net.0.ipv4.address", take_address },
	{ TMPL_CONF_LXC, "lxc.net.0.ipv6.address", take_address },
	{ TMPL_CONF_LXC, "lxc.rootfs*", take_nothing },
	{ TMPL_CONF_LXC, "lxc.arch", take_nothing },
	{ TMPL_CONF_LXC, "lxc.include", take_nothing },
	{ TMPL_CONF_INCUS, "name", take_hostname },
	{ TMPL_CONF_INCUS, "description", take_description },
	{ TMPL_CONF_INCUS, "limits.memory", take_memory },
	{ TMPL_CONF_INCUS, "limits.cpu", take_cpus },
	{ TMPL_CONF_INCUS, "limits.processes", take_processes },
	{ TMPL_CONF_INCUS, "boot.autostart", take_onboot },
	{ TMPL_CONF_INCUS, "security.nesting", take_nesting },
	{ TMPL_CONF_INCUS, "ipv4.address", take_address },
	{ TMPL_CONF_INCUS, "ipv6.address", take_address },
	{ TMPL_CONF_INCUS, "volatile.idmap.base", take_base },
	{ TMPL_CONF_INCUS, "volatile.*", take_nothing },
	{ TMPL_CONF_INCUS, "image.*", take_nothing },
};

static bool key_fits(const char *pattern, const char *key)
{
	size_t n = strlen(pattern);

	return pattern[n - 1] == '*' ? !strncmp(pattern, key, n - 1) : !strcmp(pattern, key);
}

static void take_line(struct out *o, enum tmpl_conf_kind kind, const char *key, const char *value)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (rows[i].kind != kind || !key_fits(rows[i].key, key))
			continue;
		if (!rows[i].take(o, value))
			tmpl_note(o->notes, "%s: not as it is: %s", key, value);
		return;
	}
	/* Of a YAML file only what looks like a setting or a device is worth a word. */
	if (kind == TMPL_CONF_LXC || strchr(key, '.') || !strcmp(key, "nictype") ||
	    !strcmp(key, "source") || !strcmp(key, "parent"))
		tmpl_note(o->notes, "%s: nothing like it here: %s", key, value);
}

/* The first of a key counts: a YAML file tells a container again for each snapshot. */
static bool is_first(const char *text, const char *line, const char *key, size_t n)
{
	for (const char *p = text; p < line; p += strcspn(p, "\n") + 1) {
		const char *word = p + strspn(p, " \t");

		if (!strncmp(word, key, n) && strchr(":= \t", word[n]) && word[n])
			return false;
	}
	return true;
}

static int key_values(struct out *o, enum tmpl_conf_kind kind, const char *text, char sep,
		      struct vz_err *e)
{
	for (const char *p = text; *p;) {
		size_t len = strcspn(p, "\n"), n, end = len;
		const char *word = p + strspn(p, " \t"), *value;
		cleanup_free char *key = NULL, *arg = NULL;

		n = word < p + len ? strcspn(word, sep == ':' ? ":\n" : " \t=\n") : 0;
		value = n ? memchr(word + n, sep, p + len - word - n) : NULL;
		/* A list repeats its key; nothing else does. */
		if (value && *word != '#' &&
		    (!strncmp(word, "lxc.id", 6) || is_first(text, p, word, n))) {
			value++;
			while (value < p + len && strchr(" \t\"'", *value))
				value++;
			while (p + end > value && strchr(" \t\r\"'", p[end - 1]))
				end--;
			key = strndup(word, n);
			arg = strndup(value, p + end - value);
			if (!key || !arg)
				return vz_error_sys(e, VZ_NOMEM, -ENOMEM, "configuration");
			if (*arg)
				take_line(o, kind, key, arg);
		}
		p += len + (p[len] == '\n');
	}
	return 0;
}

enum tmpl_conf_kind tmpl_conf_kind(const char *text)
{
	if (strstr(text, "lxc."))
		return TMPL_CONF_LXC;
	return strstr(text, "\nconfig:") || strstr(text, "architecture:") ? TMPL_CONF_INCUS :
									     TMPL_CONF_OPENVZ;
}

int tmpl_conf_translate(enum tmpl_conf_kind kind, const char *text, struct tmpl_conf *c,
			struct tmpl_notes *notes, struct vz_err *e)
{
	struct out o = { .notes = notes };
	size_t n, m;
	int ret;

	memset(c, 0, sizeof(*c));
	o.sample = open_memstream(&c->sample, &n);
	o.words = open_memstream(&c->words, &m);
	if (!o.sample || !o.words) {
		ret = vz_error_sys(e, VZ_NOMEM, -ENOMEM, "configuration");
	} else {
		ret = kind == TMPL_CONF_OPENVZ ? openvz(&o, text, e) :
		      key_values(&o, kind, text, kind == TMPL_CONF_LXC ? '=' : ':', e);
		c->base = o.base;
	}
	if (o.sample)
		fclose(o.sample);
	if (o.words)
		fclose(o.words);
	return ret;
}

void tmpl_conf_free(struct tmpl_conf *c)
{
	free(c->sample);
	free(c->words);
	*c = (struct tmpl_conf){ 0 };
}
