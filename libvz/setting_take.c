// SPDX-License-Identifier: GPL-2.0-or-later
/* An option's argument into the configuration in memory. No state. */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "libvz/capability.h"
#include "libvz/cleanup.h"
#include "libvz/conf.h"
#include "libvz/cpuset.h"
#include "libvz/devices.h"
#include "libvz/err.h"
#include "libvz/log.h"
#include "libvz/rate.h"
#include "libvz/report.h"
#include "libvz/setting_take.h"
#include "libvz/setting_take_net.h"
#include "libvz/ub.h"

#define LIST_MAX	1024

const char *vz_take_name(const struct vz_take *t, char buf[VZ_TAKE_TEXT])
{
	char name[32];

	if (t->by == VZ_TAKE_LETTER)
		snprintf(buf, VZ_TAKE_TEXT, "-%c", t->s->letter);
	else
		snprintf(buf, VZ_TAKE_TEXT, "--%s", vz_setting_option(t->s, t->by, name) ?: "");
	return buf;
}

static int bad(const struct vz_take *t, struct vz_err *e)
{
	char name[VZ_TAKE_TEXT];

	return vz_error(e, VZ_BADVALUE, -EINVAL, "Invalid value for %s: %s (%s)",
			vz_take_name(t, name), t->arg, t->s->arg);
}

static int set(const struct vz_take *t, const char *value, struct vz_err *e)
{
	return vz_conf_set(t->c, t->s->var, value, e);
}

int vz_setting_set_ub(struct vz_conf *c, enum ub_resource r, const struct vz_limit *l,
		      struct vz_err *e)
{
	cleanup_free char *text = vz_format_limit(r, l);

	if (!text)
		return vz_error_sys(e, VZ_NOMEM, -ENOMEM, "%s", vz_ub_name(r));
	return vz_conf_set(c, vz_ub_var(r), text, e);
}

/* A number that is too large is clamped, and that is said. */
static int limit_of(const struct vz_take *t, enum vz_unit unit, struct vz_limit *l,
		    struct vz_err *e)
{
	int ret = vz_parse_limit(t->arg, unit, l);
	char name[VZ_TAKE_TEXT];

	if (ret == -ERANGE)
		vz_warn("Warning: too large value for %s was clamped", vz_take_name(t, name));
	else if (ret)
		return bad(t, e);
	return 0;
}

static int take_uint(struct vz_take *t, struct vz_err *e)
{
	long v, max = t->s->max ? t->s->max : INT_MAX;
	char text[24], name[VZ_TAKE_TEXT];

	if (vz_parse_number(t->arg, VZ_UNIT_COUNT, &v) || v < t->s->min || v > max)
		return vz_error(e, VZ_BADVALUE, -EINVAL, "Invalid value for %s: %s (%ld to %ld)",
				vz_take_name(t, name), t->arg, t->s->min, max);
	snprintf(text, sizeof(text), "%ld", v);
	return set(t, text, e);
}

static int take_pair(struct vz_take *t, struct vz_err *e)
{
	struct vz_limit l = { 0 };
	char text[64];
	int ret = limit_of(t, t->s->unit, &l, e);

	if (ret)
		return ret;
	snprintf(text, sizeof(text), "%ld:%ld", l.barrier, l.limit);
	return set(t, text, e);
}

static int take_ub(struct vz_take *t, struct vz_err *e)
{
	struct vz_limit l = { 0 };
	int ret = limit_of(t, t->s->unit, &l, e);

	return ret ? ret : vz_setting_set_ub(t->c, t->s->ub, &l, e);
}

/* The list without the item that begins with name and sep. */
static void drop_item(char *list, const char *name, char sep)
{
	const char *p = list;
	char word[128], out[LIST_MAX] = "";
	size_t n = strlen(name);

	while (vz_word(&p, word, sizeof(word)))
		if (strncmp(word, name, n) || word[n] != sep)
			strcat(strcat(out, *out ? " " : ""), word);
	strcpy(list, out);
}

static int append(const struct vz_take *t, char *list, const char *word, struct vz_err *e)
{
	if (strlen(list) + strlen(word) + 2 > LIST_MAX)
		return vz_error(e, VZ_BADVALUE, -E2BIG, "Too many values");
	strcat(strcat(list, *list ? " " : ""), word);
	return 0;
}

/* The configuration's own list so far; that of this call alone when it replaces. */
static int list_so_far(const struct vz_take *t, bool replaces, char list[LIST_MAX],
		       struct vz_err *e)
{
	const char *old = replaces && !t->nr ? NULL : vz_conf_get(t->c, t->s->var);

	if (old && strlen(old) >= LIST_MAX)
		return vz_error(e, VZ_BADVALUE, -E2BIG, "%s is too long", t->s->var);
	strcpy(list, old ? old : "");
	return 0;
}

/* Words of OpenVZ that mean nothing here: off is so, on is told why not. */
static int take_closed(const struct vz_take *t, const char *word, bool on, struct vz_err *e)
{
	const char *why = t->s->names == vz_feature_names ? vz_feature_closed(word) : NULL;

	if (t->s->names == vz_capability_names && vz_capability_is_old(word))
		return 0;
	if (!why)
		return bad(t, e);
	if (!on)
		return 0;
	return vz_error(e, VZ_BADVALUE, -EOPNOTSUPP, "No CT can have the feature %s: %s", word,
			why);
}

/* Over what the configuration has. */
static int take_onoff(struct vz_take *t, struct vz_err *e)
{
	const char *p = t->arg;
	char word[64], item[72], list[LIST_MAX];
	int ret = list_so_far(t, false, list, e);
	bool on;

	if (!p[strspn(p, " ,")])
		return bad(t, e);
	for (char *c = list; *c; c++)
		*c = tolower((unsigned char)*c);
	while (!ret && vz_word(&p, word, sizeof(word))) {
		if (!vz_onoff_split(t->s->names, word, &on)) {
			ret = take_closed(t, word, on, e);
			continue;
		}
		drop_item(list, word, ':');
		snprintf(item, sizeof(item), "%s:%s", word, on ? "on" : "off");
		ret = append(t, list, item, e);
	}
	return ret ? ret : set(t, list, e);
}

static int take_list(struct vz_take *t, struct vz_err *e);

static int take_as_type(struct vz_take *t, struct vz_err *e)
{
	switch (t->s->type) {
	case VZ_T_UINT:
		return take_uint(t, e);
	case VZ_T_PAIR:
		return take_pair(t, e);
	case VZ_T_UB:
		return take_ub(t, e);
	case VZ_T_ONOFF:
		return take_onoff(t, e);
	case VZ_T_LIST:
		return take_list(t, e);
	case VZ_T_YESNO:
	case VZ_T_BOOL:
		return strcmp(t->arg, "yes") && strcmp(t->arg, "no") ? bad(t, e)
								     : set(t, t->arg, e);
	case VZ_T_WORD:
		return vz_is_name(t->s->names, t->arg) ? set(t, t->arg, e) : bad(t, e);
	default:
		/* An empty text takes a value away, but from a row that checks it. */
		return t->s->valid && t->s->valid(t->arg) ? bad(t, e) : set(t, t->arg, e);
	}
}

#define LEAST_PAGES	256

static int take_size(const struct vz_take *t, enum ub_resource r, struct vz_err *e)
{
	struct vz_limit l = { .set = true };
	int ret = vz_parse_number(t->arg, VZ_UNIT_RAM, &l.limit);

	if (ret && ret != -ERANGE)
		return bad(t, e);
	return vz_setting_set_ub(t->c, r, &l, e);
}

static int take_ram(struct vz_take *t, struct vz_err *e)
{
	int ret = take_size(t, UB_PHYSPAGES, e);

	if (!ret && t->c->ub[UB_PHYSPAGES].limit < LEAST_PAGES)
		vz_warn("Warning: --ram %s is less than a megabyte, in which no VE runs: a number "
			"without a suffix is bytes, %sM megabytes", t->arg, t->arg);
	return ret;
}

static int take_swap(struct vz_take *t, struct vz_err *e)
{
	return take_size(t, UB_SWAPPAGES, e);
}

/* Percent of one CPU; with a percent sign, of the whole machine. */
static int take_cpulimit(struct vz_take *t, struct vz_err *e)
{
	char text[24], *end;
	long v;

	errno = 0;
	v = strtol(t->arg, &end, 10);
	if (errno || end == t->arg || v < 0 || v > 1000000 || (*end && strcmp(end, "%")) ||
	    (*end && v > 100) || strlen(t->arg) > 8)
		return bad(t, e);
	if (*end)
		v *= sysconf(_SC_NPROCESSORS_ONLN);
	snprintf(text, sizeof(text), "%ld", v);
	return set(t, text, e);
}

static int take_mask(struct vz_take *t, struct vz_err *e)
{
	bool automatic = t->s == &vz_settings[VZ_SET_CPUMASK] && !strcmp(t->arg, "auto");

	if (!automatic && strcmp(t->arg, "all") && !vz_cpulist_valid(t->arg))
		return bad(t, e);
	return set(t, t->arg, e);
}

/* Megabytes unless it says otherwise; the configuration has bytes. */
static int take_iolimit(struct vz_take *t, struct vz_err *e)
{
	char text[40];
	long v;
	int ret;

	if (!*t->arg || strlen(t->arg) >= sizeof(text) - 1)
		return bad(t, e);
	snprintf(text, sizeof(text), "%s%s", t->arg,
		 t->arg[strspn(t->arg, "0123456789.")] ? "" : "M");
	ret = vz_parse_number(text, VZ_UNIT_BYTES, &v);
	if (ret == -ERANGE)
		vz_warn("Warning: too large value for --iolimit was clamped");
	else if (ret)
		return bad(t, e);
	snprintf(text, sizeof(text), "%ld", v == VZ_UNLIMITED ? 0 : v);
	return set(t, text, e);
}

static int take_iopslimit(struct vz_take *t, struct vz_err *e)
{
	return take_uint(t, e);
}

static int take_hostname(struct vz_take *t, struct vz_err *e)
{
	return vz_hostname_valid(t->arg) ? set(t, t->arg, e) :
	       vz_error(e, VZ_HOSTNAME, -EINVAL, "Invalid host name: %s", t->arg);
}

/* The first replaces the list, what follows in the same call is added. */
static int take_list(struct vz_take *t, struct vz_err *e)
{
	char word[256], list[LIST_MAX];
	const char *p = t->arg;
	int ret = list_so_far(t, true, list, e);

	while (!ret && vz_word(&p, word, sizeof(word)))
		ret = append(t, list, word, e);
	return ret ? ret : set(t, list, e);
}

static int take_nameserver(struct vz_take *t, struct vz_err *e)
{
	const char *p = t->arg;
	char word[VZ_IP_TEXT];
	struct vz_ip ip;

	while (vz_word(&p, word, sizeof(word)))
		if (strcmp(word, "inherit") && (vz_ip_parse(word, &ip) || strchr(word, '/')))
			return vz_error(e, VZ_BADDNS, -EINVAL, "Invalid name server: %s", word);
	return take_list(t, e);
}

/* What the call names replaces the list. */
static int take_rate(struct vz_take *t, struct vz_err *e)
{
	if (!strcmp(t->arg, "none"))
		return set(t, "", e);
	if (!t->arg[strspn(t->arg, " ")] || vz_rate_valid(t->arg))
		return bad(t, e);
	return take_list(t, e);
}

/* Users and groups of all VEs of a file system would share one table of limits. */
static int take_ugidlimit(struct vz_take *t, struct vz_err *e)
{
	long v;

	if (vz_parse_number(t->arg, VZ_UNIT_COUNT, &v) || v < 0)
		return bad(t, e);
	if (v)
		return vz_error(e, VZ_UGIDQUOTA, -EOPNOTSUPP,
				"Users and groups in a CT cannot have quotas of their own: "
				"--quotaugidlimit takes 0 only. Limit the CT with --diskspace");
	return set(t, "0", e);
}

/* A device that one CT has is a way to the host's hardware, and it does not migrate. */
static int take_host_device(struct vz_take *t, struct vz_err *e)
{
	char name[VZ_TAKE_TEXT];

	return vz_error(e, VZ_BADVALUE, -EOPNOTSUPP,
			"Devices of the host cannot be given to a CT with %s (%s): use --netif_add "
			"for a network device of its own, --devnodes for a node of /dev",
			vz_take_name(t, name), t->arg);
}

static int take_layout(struct vz_take *t, struct vz_err *e)
{
	if (strcmp(t->arg, "dir") && strcmp(t->arg, "simfs") && strcmp(t->arg, "overlay"))
		return vz_error(e, VZ_BADVALUE, -EOPNOTSUPP,
				"Layout %s is not supported: only dir (simfs) and overlay are",
				t->arg);
	return set(t, t->arg, e);
}

/* An entry with the same key, all before its last colon, is replaced. */
static int put_entry(struct vz_take *t, struct vz_err *e)
{
	char key[NAME_MAX + 1], list[LIST_MAX];
	int ret = list_so_far(t, false, list, e);

	snprintf(key, sizeof(key), "%.*s", (int)(strrchr(t->arg, ':') - t->arg), t->arg);
	if (!ret) {
		drop_item(list, key, ':');
		ret = append(t, list, t->arg, e);
	}
	return ret ? ret : set(t, list, e);
}

/* Loop devices lead to any file of the host that they are bound to. */
static int take_devices(struct vz_take *t, struct vz_err *e)
{
	struct vz_device d;

	if (vz_device_parse_option(t->arg, &d) || strpbrk(t->arg, " \t,"))
		return bad(t, e);
	if (d.type == 'b' && d.major == 7 && d.access)
		return vz_error(e, VZ_BADVALUE, -EPERM,
				"Loop devices cannot be given to a CT: %s", t->arg);
	return put_entry(t, e);
}

static int take_devnodes(struct vz_take *t, struct vz_err *e)
{
	char name[NAME_MAX + 1];
	struct vz_device d;
	int ret = strpbrk(t->arg, " \t,") ? -EINVAL : vz_device_parse_node(t->arg, name, &d);

	if (ret == -EINVAL)
		return bad(t, e);
	if (ret)
		return vz_error_sys(e, VZ_BADVALUE, ret, "The host has no such device: %s", t->arg);
	if (d.type == 'b' && d.major == 7 && d.access)
		return vz_error(e, VZ_BADVALUE, -EPERM,
				"Loop devices cannot be given to a CT: %s", t->arg);
	return put_entry(t, e);
}

typedef int take_fn(struct vz_take *t, struct vz_err *e);

static take_fn *const takes[VZ_NR_SETTINGS] = {
#define ROW(sym, live, take, ...)	take,
#include "libvz/setting.def"
#undef ROW
};

static int take_words(struct vz_take *t, struct vz_err *e)
{
	take_fn *own = takes[t->s - vz_settings];
	char name[VZ_TAKE_TEXT];
	int ret;

	if (!vz_take_turn(t, 0))
		return 0;
	if (!t->c->id && !(t->s->flags & VZ_S_VE0))
		return vz_error(e, VZ_BADVALUE, -EOPNOTSUPP,
				"CT 0 is the host: it has no %s here", vz_take_name(t, name));
	do {
		/* Thousands of them take their time. */
		if (vz_interrupted())
			return vz_error(e, VZ_SYSTEM, -EINTR, "Interrupted: nothing was changed");
		ret = own ? own(t, e) : take_as_type(t, e);
	} while (!ret && vz_take_next(t));
	return ret;
}

int vz_setting_take(struct vz_take *t, struct vz_err *e)
{
	int ret = take_words(t, e);
	char name[VZ_TAKE_TEXT];

	/* With many options in one call, which of them was it? */
	if (ret && e && e->msg && !strstr(e->msg, vz_take_name(t, name)))
		vz_error_context(e, "%s", name);
	return ret;
}
