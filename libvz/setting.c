// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The table of settings: looking rows up, and values into their members. No state but an index
 * of the table's names, made at the first look. One thread only.
 */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "libvz/capability.h"
#include "libvz/cleanup.h"
#include "libvz/log.h"
#include "libvz/paths.h"
#include "libvz/rate.h"
#include "libvz/setting.h"

const char *const vz_feature_names[] = {
#define FEATURE(bit, name)	name,
	VE_FEATURES(FEATURE)
#undef FEATURE
	/* each VE has them: see vz_feature_is_free() */
	"bridge", "dummy", NULL
};

bool vz_feature_is_free(const char *name)
{
	return !strcmp(name, "bridge") || !strcmp(name, "dummy");
}

#define BY_HOST	"only the host may mount it; in the CT, sshfs with fuse:on mounts files of another"
#define BY_TUN	"a CT may not make such devices; WireGuard (wireguard:on) and OpenVPN (tun:on) " \
		"make tunnels"

/* Of OpenVZ, and never on here. */
static const struct {
	const char *name, *why;
} features_closed[] = {
	{ "nfs", BY_HOST },
	{ "nfsd", "the kernel's server is the host's; in the CT, sshd serves files to sshfs" },
	{ "sit", BY_TUN },
	{ "ipip", BY_TUN },
	{ "ipgre", BY_TUN },
	{ "ppp", BY_TUN },
	{ "sysfs", "each CT has its own view of /sys" },
};

const char *vz_feature_closed(const char *name)
{
	for (size_t i = 0; i < sizeof(features_closed) / sizeof(features_closed[0]); i++)
		if (!strcmp(name, features_closed[i].name))
			return features_closed[i].why;
	return NULL;
}

const char *const vz_evacuate_names[] = { "live", "suspended", "stopped", "stays", NULL };
const char *const vz_stop_names[] = { "suspend", "stop", NULL };
const char *const vz_reboot_fail_names[] = { "stop", "leave", "abort", NULL };
const char *const vz_netfilter_names[] = { "disabled", "stateless", "stateful", "full", NULL };

int vz_meminfo_valid(const char *value)
{
	const char *colon = strchr(value, ':');
	long n;

	if (!strcmp(value, "none"))
		return 0;
	if (!colon || (strncmp(value, "pages:", 6) && strncmp(value, "privvmpages:", 12)))
		return -EINVAL;
	return vz_parse_number(colon + 1, VZ_UNIT_COUNT, &n) || !n ? -EINVAL : 0;
}

int vz_factor_valid(const char *value)
{
	size_t whole = strspn(value, "0123456789");
	size_t rest = 0;

	if (value[whole] == '.')
		rest = 1 + strspn(value + whole + 1, "0123456789");
	if ((!whole && rest < 2) || value[whole + rest] || strlen(value) > 15)
		return -EINVAL;
	return 0;
}

const struct vz_setting vz_settings[VZ_NR_SETTINGS] = {
#define ROW(sym, live, take, ...)	[VZ_SET_##sym] = { __VA_ARGS__ },
#include "libvz/setting.def"
#undef ROW
};

#define FOR_EACH(s) \
	for (const struct vz_setting *s = vz_settings; s < vz_settings + VZ_NR_SETTINGS; s++)

bool vz_is_name(const char *const *names, const char *word)
{
	while (*names && strcmp(*names, word))
		names++;
	return *names;
}

bool vz_onoff_split(const char *const *names, char *word, bool *on)
{
	char *colon = strchr(word, ':');

	*on = true;
	if (!colon || (strcmp(colon, ":on") && strcmp(colon, ":off")))
		return false;
	*on = colon[2] == 'n';
	*colon = '\0';
	/* As capabilities(7) and the classic tools write them. */
	for (char *p = word; *p; p++)
		*p = tolower((unsigned char)*p);
	if (names == vz_capability_names && !strncmp(word, "cap_", 4))
		memmove(word, word + 4, strlen(word + 4) + 1);
	return vz_is_name(names, word);
}

bool vz_onoff_valid(const char *const *names, const char *list)
{
	char word[64];
	bool on;

	while (vz_word(&list, word, sizeof(word)))
		if (!vz_onoff_split(names, word, &on))
			return false;
	return true;
}

/*
 * Names of variables, or of beancounters: each row behind the place that its name asks for, in the
 * next free one. A list of 1,000 VEs looks up 70,000 names.
 */
#define INDEX_ROOM	1024
_Static_assert(INDEX_ROOM > 4 * VZ_NR_SETTINGS, "an index needs room");

struct index {
	const struct vz_setting *row[INDEX_ROOM];
	const char *name[INDEX_ROOM];
};

static unsigned int place_of(const char *name)
{
	unsigned int h = 0;

	for (; *name; name++)
		h = h * 31 + (unsigned char)*name;
	return h % INDEX_ROOM;
}

static void index_add(struct index *x, const char *name, const struct vz_setting *s)
{
	unsigned int at = place_of(name);

	for (; x->name[at]; at = (at + 1) % INDEX_ROOM)
		if (!strcmp(x->name[at], name))
			return;		/* the table's first row counts */
	x->name[at] = name;
	x->row[at] = s;
}

static const struct vz_setting *index_find(const struct index *x, const char *name)
{
	for (unsigned int at = place_of(name); x->name[at]; at = (at + 1) % INDEX_ROOM)
		if (!strcmp(x->name[at], name))
			return x->row[at];
	return NULL;
}

const struct vz_setting *vz_setting_by_var(const char *var)
{
	static struct index vars;
	static bool made;

	if (!made)
		FOR_EACH(s)
			if (!(s->flags & VZ_S_VERB)) {
				index_add(&vars, s->var, s);
				if (s->old_var)
					index_add(&vars, s->old_var, s);
			}
	made = true;
	return index_find(&vars, var);
}

const char *vz_setting_option(const struct vz_setting *s, unsigned int n, char *buf)
{
	const char *p = s->option;

	do {
		if (!vz_word(&p, buf, 32))
			return NULL;
	} while (n--);
	return buf;
}

const struct vz_setting *vz_setting_by_option(const char *word)
{
	char buf[32];

	FOR_EACH(s)
		for (unsigned int n = 0; vz_setting_option(s, n, buf); n++)
			if (!strcmp(buf, word))
				return s;
	return NULL;
}

const struct vz_setting *vz_setting_of_ub(enum ub_resource r)
{
	FOR_EACH(s)
		if (s->type == VZ_T_UB && s->ub == r)
			return s;
	return NULL;
}

const char *vz_ub_var(enum ub_resource r)
{
	const struct vz_setting *s = vz_setting_of_ub(r);

	return s ? s->var : NULL;
}

enum vz_unit vz_ub_unit(enum ub_resource r)
{
	const struct vz_setting *s = vz_setting_of_ub(r);

	return s ? s->unit : VZ_UNIT_COUNT;
}

int vz_ub_find(const char *name)
{
	static struct index names;
	static bool made;
	const struct vz_setting *found;

	if (!made)
		FOR_EACH(s)
			if (s->type == VZ_T_UB)
				index_add(&names, s->option, s);
	made = true;
	found = index_find(&names, name);
	return found ? (int)found->ub : -ENOENT;
}

/* $VEID and ${VEID} are the only things that are replaced. */
static char *expand(const char *s, unsigned int id)
{
	static const char *const names[] = { "$VEID", "${VEID}" };
	/* What takes the place of a name is no longer than that, ten digits aside. */
	size_t room = strlen(s) + 1, n = 0, k;
	const char *p;
	char *buf;

	for (p = s; *p; p++)
		room += *p == '$' ? 10 : 0;
	buf = malloc(room);
	while (buf && *s) {
		k = 2;
		if (*s == '$')
			for (k = 0; k < 2 && strncmp(s, names[k], strlen(names[k])); k++)
				;
		if (k < 2) {
			n += sprintf(buf + n, "%u", id);
			s += strlen(names[k]);
		} else {
			buf[n++] = *s++;
		}
	}
	if (buf)
		buf[n] = '\0';
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

static int set_string(char **field, const char *value)
{
	char *copy = value ? strdup(value) : NULL;

	if (value && !copy)
		return -ENOMEM;
	free(*field);
	*field = copy;
	return 0;
}

static int set_path(char **field, const char *value, unsigned int id)
{
	cleanup_free char *path = value ? expand(value, id) : NULL;

	if (value && !path)
		return -ENOMEM;
	if (value && (*path != '/' || strstr(path, "/../")))
		return -EINVAL;
	return set_string(field, path);
}

static int set_uint(const struct vz_setting *s, unsigned int *field, const char *value)
{
	long v = 0;

	if (value && (vz_parse_number(value, VZ_UNIT_COUNT, &v) || v < s->min ||
		      v > (s->max ? s->max : INT_MAX)))
		return -EINVAL;
	*field = v;
	return 0;
}

static int set_rate(long *field, const char *value)
{
	long v = 0;
	int ret = value ? vz_parse_number(value, VZ_UNIT_BYTES, &v) : 0;

	if (ret && ret != -ERANGE)
		return ret;
	*field = v == VZ_UNLIMITED ? 0 : v;
	return 0;
}

static int set_limit(const struct vz_setting *s, struct vz_limit *field, const char *value)
{
	struct vz_limit l = { 0 };
	int ret = value ? vz_parse_limit(value, s->unit, &l) : 0;

	if (ret == -ERANGE)
		vz_warn("Warning: too large value for %s=%s was clamped", s->var, value);
	else if (ret)
		return ret;
	*field = l;
	return 0;
}

static int set_base(unsigned int *field, const char *value)
{
	long v = 0;

	if (value && (vz_parse_number(value, VZ_UNIT_COUNT, &v) || v > INT_MAX || v % VZ_RANGE))
		return -EINVAL;
	*field = v;
	return 0;
}

/* Where a row has no member, its value is checked and goes nowhere. */
static int assign(struct vz_conf *c, const struct vz_setting *s, void *field, const char *value)
{
	int ret;

	switch (s->type) {
	case VZ_T_WORD:
		if (value && !vz_is_name(s->names, value))
			return -EINVAL;
		return set_string(field, value);
	case VZ_T_YESNO:
		if (value && yes_no(value) < 0)
			return -EINVAL;
		return set_string(field, value);
	case VZ_T_TEXT:
	case VZ_T_LIST:
	case VZ_T_ONOFF:
		return set_string(field, value);
	case VZ_T_PATH:
		return set_path(field, value, c->id);
	case VZ_T_BOOL:
		ret = value ? yes_no(value) : 0;
		if (ret >= 0)
			*(bool *)field = ret;
		return ret < 0 ? ret : 0;
	case VZ_T_UINT:
		return set_uint(s, field, value);
	case VZ_T_RATE:
		return set_rate(field, value);
	case VZ_T_BASE:
		return set_base(field, value);
	case VZ_T_PAIR:
	case VZ_T_UB:
		return set_limit(s, field, value);
	case VZ_T_IPS:
		return vz_ips_parse(field, value);
	}
	return -EINVAL;
}

static bool has_string(const struct vz_setting *s)
{
	return s->type <= VZ_T_YESNO;
}

int vz_setting_assign(struct vz_conf *c, const struct vz_setting *s, const char *value)
{
	union {
		char *string;
		bool yes;
		unsigned int number;
		long rate;
		struct vz_limit limit;
		struct vz_ips ips;
	} nowhere = { .limit = { 0 } };
	int ret;

	if (value && !*value)
		value = NULL;
	if (value && s->valid && s->valid(value))
		return -EINVAL;
	if (!value)
		value = s->def;
	if (s->off)
		return assign(c, s, (char *)c + s->off, value);
	ret = assign(c, s, &nowhere, value);
	if (has_string(s))
		free(nowhere.string);
	return ret;
}

void vz_settings_free(struct vz_conf *c)
{
	FOR_EACH(s) {
		void *field = (char *)c + s->off;

		if (!s->off)
			continue;
		if (has_string(s))
			free(*(char **)field);
		else if (s->type == VZ_T_IPS)
			vz_ips_free(field);
	}
}
