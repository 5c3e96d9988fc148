// SPDX-License-Identifier: GPL-2.0-or-later
/* The words of vzctl set, read into the configuration in memory. */
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
#include "libvz/cpuset.h"
#include "libvz/err.h"
#include "libvz/log.h"
#include "libvz/paths.h"
#include "libvz/ub.h"
#include "libvz/value.h"
#include "vzctl/ctx.h"
#include "vzctl/name.h"
#include "vzctl/options.h"
#include "vzctl/set_parse.h"

enum opt {
	SAVE = 1, FORCE, SETMODE, RESET_UB, APPLYCONFIG, APPLYCONFIG_MAP, ONBOOT, DISABLED, ROOT,
	PRIVATE, USERPASSWD, NAME, DESCRIPTION, OSTEMPLATE, STOP_TIMEOUT, IPADD, IPDEL, SKIP_ARP,
	HOSTNAME, NAMESERVER, SEARCHDOMAIN, RAM, SWAP, VM_OVERCOMMIT, CPUUNITS, CPULIMIT, CPUS,
	CPUMASK, NODEMASK, IOPRIO, IOLIMIT, IOPSLIMIT, FEATURES, LAYOUT, AVNUMPROC, UB = 1000,
};

static const struct option fixed[] = {
	{ "save", no_argument, NULL, SAVE }, { "force", no_argument, NULL, FORCE },
	{ "setmode", required_argument, NULL, SETMODE }, { "reset_ub", no_argument, NULL, RESET_UB },
	{ "applyconfig", required_argument, NULL, APPLYCONFIG },
	{ "applyconfig_map", required_argument, NULL, APPLYCONFIG_MAP },
	{ "onboot", required_argument, NULL, ONBOOT }, { "disabled", required_argument, NULL, DISABLED },
	{ "root", required_argument, NULL, ROOT }, { "private", required_argument, NULL, PRIVATE },
	{ "userpasswd", required_argument, NULL, USERPASSWD }, { "name", required_argument, NULL, NAME },
	{ "description", required_argument, NULL, DESCRIPTION },
	{ "ostemplate", required_argument, NULL, OSTEMPLATE },
	{ "stop-timeout", required_argument, NULL, STOP_TIMEOUT },
	{ "ipadd", required_argument, NULL, IPADD }, { "ip", required_argument, NULL, IPADD },
	{ "ipdel", required_argument, NULL, IPDEL }, { "skip_arpdetect", no_argument, NULL, SKIP_ARP },
	{ "hostname", required_argument, NULL, HOSTNAME },
	{ "nameserver", required_argument, NULL, NAMESERVER },
	{ "searchdomain", required_argument, NULL, SEARCHDOMAIN },
	{ "ram", required_argument, NULL, RAM }, { "swap", required_argument, NULL, SWAP },
	{ "vm_overcommit", required_argument, NULL, VM_OVERCOMMIT },
	{ "cpuunits", required_argument, NULL, CPUUNITS }, { "cpuweight", required_argument, NULL, CPUUNITS },
	{ "cpulimit", required_argument, NULL, CPULIMIT }, { "cpus", required_argument, NULL, CPUS },
	{ "cpumask", required_argument, NULL, CPUMASK }, { "nodemask", required_argument, NULL, NODEMASK },
	{ "ioprio", required_argument, NULL, IOPRIO }, { "iolimit", required_argument, NULL, IOLIMIT },
	{ "iopslimit", required_argument, NULL, IOPSLIMIT },
	{ "features", required_argument, NULL, FEATURES }, { "layout", required_argument, NULL, LAYOUT },
	{ "avnumproc", required_argument, NULL, AVNUMPROC },
};

/* One-letter forms of old scripts. */
static const struct { char letter; enum ub_resource r; } letters[] = {
	{ 'k', UB_KMEMSIZE }, { 'l', UB_LOCKEDPAGES }, { 'p', UB_NUMPROC }, { 'f', UB_NUMFLOCK },
	{ 't', UB_NUMPTY }, { 'i', UB_NUMSIGINFO }, { 'b', UB_TCPRCVBUF }, { 'e', UB_NUMIPTENT },
	{ 'n', UB_NUMFILE }, { 'x', UB_DCACHESIZE },
};
#define LETTERS	"+k:l:p:f:t:i:b:e:n:x:"

#define NR_FIXED	(sizeof(fixed) / sizeof(fixed[0]))

static void all_options(struct option *o)
{
	int r;

	memcpy(o, fixed, sizeof(fixed));
	o += NR_FIXED;
	for (r = 0; r < UB_NR_RESOURCES; r++)
		if (vz_ub_var(r))
			*o++ = (struct option){ vz_ub_name(r), required_argument, NULL, UB + r };
	memset(o, 0, sizeof(*o));
}

/* Lists of the words given; deletions are done before additions whatever their order. */
struct words {
	const char *ipadd[64], *ipdel[64], *ns[16];
	size_t nr_ipadd, nr_ipdel, nr_ns;
	bool ram, swap, cpumask, nodemask;
	struct vz_limit ram_val, swap_val;
};

static int push(const char **list, size_t *n, size_t max, struct vz_err *e)
{
	if (*n == max)
		return vz_error(e, VZ_BADVALUE, -E2BIG, "Too many parameters of one kind");
	list[(*n)++] = optarg;
	return 0;
}

static int set_ub(struct vz_conf *c, int r, const struct vz_limit *l, struct change *ch,
		  struct vz_err *e)
{
	cleanup_free char *text = vz_format_limit(r, l);

	if (!text)
		return vz_error_sys(e, VZ_NOMEM, -ENOMEM, "%s", vz_ub_name(r));
	ch->ub |= 1ULL << r;
	return vz_conf_set(c, vz_ub_var(r), text, e);
}

static int parse_ub(struct vz_conf *c, int r, struct change *ch, struct vz_err *e)
{
	struct vz_limit l;
	int ret = vz_parse_limit(optarg, vz_ub_unit(r), &l);

	if (ret == -ERANGE)
		vz_warn("Warning: too large value for %s was clamped", vz_ub_name(r));
	else if (ret)
		return vz_error(e, VZ_BADVALUE, ret, "Invalid value for --%s: %s", vz_ub_name(r), optarg);
	return set_ub(c, r, &l, ch, e);
}

/* How many processes to expect: for vzcfgvalidate, the kernel has no such row. */
static int parse_avnumproc(struct vz_conf *c, struct vz_err *e)
{
	struct vz_limit l;
	char text[64];
	int ret = vz_parse_limit(optarg, VZ_UNIT_COUNT, &l);

	if (ret && ret != -ERANGE)
		return vz_error(e, VZ_BADVALUE, ret, "Invalid value for --avnumproc: %s", optarg);
	snprintf(text, sizeof(text), "%ld:%ld", l.barrier, l.limit);
	return vz_conf_set(c, "AVNUMPROC", text, e);
}

static int parse_size(struct vz_limit *l, bool *given, const char *name, struct vz_err *e)
{
	int ret = vz_parse_number(optarg, VZ_UNIT_RAM, &l->limit);

	if (ret && ret != -ERANGE)
		return vz_error(e, VZ_BADVALUE, ret, "Invalid value for --%s: %s", name, optarg);
	l->barrier = 0;
	l->set = *given = true;
	return 0;
}

static int parse_uint(struct vz_conf *c, const char *var, long min, long max, struct vz_err *e)
{
	char text[24];
	long v;

	if (vz_parse_number(optarg, VZ_UNIT_COUNT, &v) || v < min || v > max)
		return vz_error(e, VZ_BADVALUE, -EINVAL, "Invalid value for %s: %s (%ld to %ld)", var,
				optarg, min, max);
	snprintf(text, sizeof(text), "%ld", v);
	return vz_conf_set(c, var, text, e);
}

/* Percent of one CPU; with a percent sign, of the whole machine. */
static int parse_cpulimit(struct vz_conf *c, struct vz_err *e)
{
	char text[24];
	size_t n = strlen(optarg);
	char *end;
	long v;

	errno = 0;
	v = strtol(optarg, &end, 10);
	if (errno || end == optarg || v < 0 || v > 1000000 || (*end && strcmp(end, "%")) ||
	    (*end && v > 100) || n > 8)
		return vz_error(e, VZ_BADVALUE, -EINVAL, "Invalid value for --cpulimit: %s", optarg);
	if (*end)
		v *= sysconf(_SC_NPROCESSORS_ONLN);
	snprintf(text, sizeof(text), "%ld", v);
	return vz_conf_set(c, "CPULIMIT", text, e);
}

/* Megabytes unless it says otherwise; the configuration has bytes. */
static int parse_iolimit(struct vz_conf *c, struct vz_err *e)
{
	size_t n = strlen(optarg);
	char text[40];
	long v;
	int ret = -EINVAL;

	if (n && n < sizeof(text) - 1) {
		snprintf(text, sizeof(text), "%s%s", optarg, optarg[strspn(optarg, "0123456789.")] ? "" : "M");
		ret = vz_parse_number(text, VZ_UNIT_BYTES, &v);
	}
	if (ret == -ERANGE)
		vz_warn("Warning: too large value for --iolimit was clamped");
	else if (ret)
		return vz_error(e, VZ_BADVALUE, ret, "Invalid value for --iolimit: %s", optarg);
	snprintf(text, sizeof(text), "%ld", v == VZ_UNLIMITED ? 0 : v);
	return vz_conf_set(c, "IOLIMIT", text, e);
}

static int parse_mask(struct vz_conf *c, const char *var, struct vz_err *e)
{
	bool automatic = !strcmp(var, "CPUMASK") && !strcmp(optarg, "auto");

	if (!automatic && strcmp(optarg, "all") && !vz_cpulist_valid(optarg))
		return vz_error(e, VZ_BADVALUE, -EINVAL, "Invalid value for %s: %s", var, optarg);
	return vz_conf_set(c, var, optarg, e);
}

static int parse_yes_no(struct vz_conf *c, const char *var, struct vz_err *e)
{
	if (strcmp(optarg, "yes") && strcmp(optarg, "no"))
		return vz_error(e, VZ_BADVALUE, -EINVAL, "Invalid value for %s: %s (yes or no)", var, optarg);
	return vz_conf_set(c, var, optarg, e);
}

/* "a:on,b:off" over what the configuration has; names the kernel knows only. */
static int parse_features(struct vz_conf *c, struct vz_err *e)
{
	static const char *const known[] = {
#define FEATURE(bit, name)	name,
		VE_FEATURES(FEATURE)
#undef FEATURE
	};
	const char *p = optarg;
	char word[64], list[512], old[512];
	size_t i;

	snprintf(old, sizeof(old), "%s", c->features ? c->features : "");
	while (vz_word(&p, word, sizeof(word))) {
		char *colon = strchr(word, ':'), item[64];
		const char *q = old;

		if (!colon || (strcmp(colon, ":on") && strcmp(colon, ":off")))
			return vz_error(e, VZ_BADVALUE, -EINVAL, "Invalid feature: %s (NAME:on or NAME:off)", word);
		*colon = '\0';
		for (i = 0; i < VE_NR_FEATURES && strcmp(known[i], word); i++)
			;
		if (i == VE_NR_FEATURES)
			return vz_error(e, VZ_BADVALUE, -EINVAL, "Unknown feature: %s", word);
		list[0] = '\0';
		while (vz_word(&q, item, sizeof(item)))
			if (strncmp(item, word, strlen(word)) || item[strlen(word)] != ':')
				strcat(strcat(list, *list ? " " : ""), item);
		if (strlen(list) + strlen(word) + 8 > sizeof(list))
			return vz_error(e, VZ_BADVALUE, -E2BIG, "Too many features");
		snprintf(old, sizeof(old), "%s%s%s:%s", list, *list ? " " : "", word, colon[2] == 'n' ?
			"on" : "off");
	}
	return vz_conf_set(c, "FEATURES", old, e);
}

static int parse_user(struct change *ch, struct vz_err *e)
{
	size_t room = 0;
	ssize_t n;

	free(ch->user);
	ch->user = NULL;
	if (!strcmp(optarg, "-")) {
		n = getline(&ch->user, &room, stdin);
		if (n > 0 && ch->user[n - 1] == '\n')
			ch->user[n - 1] = '\0';
	} else {
		ch->user = strdup(optarg);
		/* The list of processes need not show it any longer. */
		memset(optarg, '*', strlen(optarg));
	}
	if (!ch->user || !strchr(ch->user, ':') || *ch->user == ':')
		return vz_error(e, VZ_BADVALUE, -EINVAL, "--userpasswd wants user:password");
	return 0;
}

/* What belongs to one VE is never taken from a sample. */
static bool of_sample(const char *name)
{
	static const char *const own[] = {
		"VE_ROOT", "VE_PRIVATE", "VE_LAYOUT", "OSTEMPLATE", "IP_ADDRESS", "HOSTNAME", "NAME",
		"DESCRIPTION", "LOCAL_UID", "LOCAL_GID", "VEID", "ORIGIN_SAMPLE",
	};
	size_t i;

	for (i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		if (!strcmp(name, own[i]))
			return false;
	return true;
}

static int apply_sample(struct vz_conf *c, const char *sample, struct change *ch, struct vz_err *e)
{
	struct vz_conf_file *f = vz_conf_file_new();
	char path[PATH_MAX];
	size_t i;
	int ret, r;

	snprintf(path, sizeof(path), VZ_CONFDIR "/ve-%s.conf-sample", sample);
	ret = !f ? -ENOMEM : strchr(sample, '/') ? -EINVAL : vz_conf_file_read(f, path);
	if (ret)
		vz_error_sys(e, VZ_BADVALUE, ret, "Cannot read sample configuration %s", path);
	for (i = 0; !ret && i < f->n; i++)
		if (f->line[i].name && of_sample(f->line[i].name))
			ret = vz_conf_set(c, f->line[i].name, f->line[i].value, e);
	vz_conf_file_free(f);
	for (r = 0; !ret && r < UB_NR_RESOURCES; r++)
		if (vz_ub_var(r) && c->ub[r].set)
			ch->ub |= 1ULL << r;
	ch->did |= DID_CPU | DID_CPUSET | DID_IO | DID_CONFIG;
	return ret ? ret : vz_conf_set(c, "ORIGIN_SAMPLE", sample, e);
}

static int one(struct ctx *x, int opt, struct change *ch, struct set_flags *f, struct words *w,
	       struct vz_err *e)
{
	struct vz_conf *c = x->c;
	size_t i;

	switch (opt) {
	case SAVE: f->save = true; return 0;
	case FORCE: f->force = true; return 0;
	case RESET_UB: f->reset_ub = true; return 0;
	case SKIP_ARP: c->skip_arpdetect = true; return 0;
	case SETMODE:
		f->restart = !strcmp(optarg, "restart");
		f->ignore = !strcmp(optarg, "ignore");
		return f->restart || f->ignore ? 0 :
		       vz_error(e, VZ_BADVALUE, -EINVAL, "Invalid --setmode: %s", optarg);
	case APPLYCONFIG: return apply_sample(c, optarg, ch, e);
	case APPLYCONFIG_MAP:
		f->remap = true;
		return strcmp(optarg, "name") ? vz_error(e, VZ_BADVALUE, -EINVAL,
			"Invalid --applyconfig_map: %s", optarg) : 0;
	case USERPASSWD: return parse_user(ch, e);
	case IPADD: ch->did |= DID_IP; return push(w->ipadd, &w->nr_ipadd, 64, e);
	case IPDEL: ch->did |= DID_IP; return push(w->ipdel, &w->nr_ipdel, 64, e);
	case NAMESERVER: ch->did |= DID_DNS; return push(w->ns, &w->nr_ns, 16, e);
	case SEARCHDOMAIN: ch->did |= DID_DNS; return vz_conf_set(c, "SEARCHDOMAIN", optarg, e);
	case HOSTNAME:
		if (!vz_hostname_valid(optarg))
			return vz_error(e, VZ_HOSTNAME, -EINVAL, "Invalid host name: %s", optarg);
		ch->did |= DID_HOSTNAME;
		return vz_conf_set(c, "HOSTNAME", optarg, e);
	case RAM: return parse_size(&w->ram_val, &w->ram, "ram", e);
	case SWAP: return parse_size(&w->swap_val, &w->swap, "swap", e);
	case CPUUNITS: ch->did |= DID_CPU; return parse_uint(c, "CPUUNITS", 8, 500000, e);
	case CPULIMIT: ch->did |= DID_CPU; return parse_cpulimit(c, e);
	case CPUS: ch->did |= DID_CPU; return parse_uint(c, "CPUS", 0, 8192, e);
	case CPUMASK:
		ch->did |= DID_CPUSET;
		w->cpumask = true;
		return parse_mask(c, "CPUMASK", e);
	case NODEMASK:
		ch->did |= DID_CPUSET;
		w->nodemask = true;
		return parse_mask(c, "NODEMASK", e);
	case IOPRIO: ch->did |= DID_IO; return parse_uint(c, "IOPRIO", 0, VZ_IOPRIO_MAX, e);
	case IOLIMIT: ch->did |= DID_IO; return parse_iolimit(c, e);
	case IOPSLIMIT: ch->did |= DID_IO; return parse_uint(c, "IOPSLIMIT", 0, INT_MAX, e);
	case FEATURES: ch->did |= DID_FEATURES; return parse_features(c, e);
	case ROOT: ch->did |= DID_PATH; return vz_conf_set(c, "VE_ROOT", optarg, e);
	case PRIVATE: ch->did |= DID_PATH; return vz_conf_set(c, "VE_PRIVATE", optarg, e);
	case NAME: f->rename = true; f->name = optarg; ch->did |= DID_CONFIG; return 0;
	}
	if (opt >= UB)
		return parse_ub(c, opt - UB, ch, e);
	for (i = 0; i < sizeof(letters) / sizeof(letters[0]); i++)
		if (opt == letters[i].letter)
			return parse_ub(c, letters[i].r, ch, e);
	ch->did |= DID_CONFIG;
	switch (opt) {
	case ONBOOT: return parse_yes_no(c, "ONBOOT", e);
	case DISABLED: return parse_yes_no(c, "DISABLED", e);
	case DESCRIPTION: return vz_conf_set(c, "DESCRIPTION", optarg, e);
	case OSTEMPLATE: return vz_conf_set(c, "OSTEMPLATE", optarg, e);
	case STOP_TIMEOUT: return parse_uint(c, "STOP_TIMEOUT", 0, 86400, e);
	case AVNUMPROC: return parse_avnumproc(c, e);
	case VM_OVERCOMMIT: return vz_conf_set(c, "VM_OVERCOMMIT", optarg, e);
	case LAYOUT: {
		int ret = check_layout(optarg, e);

		return ret ? ret : vz_conf_set(c, "VE_LAYOUT", optarg, e);
	}
	}
	return vz_error(e, VZ_BADVALUE, -EINVAL, "Invalid option");
}

static long add_up(long a, long b)
{
	return a == VZ_UNLIMITED || b == VZ_UNLIMITED || a > VZ_UNLIMITED - b ? VZ_UNLIMITED : a + b;
}

/* ram and swap, and the rows that follow from them unless given in the same call. */
static int apply_vswap(struct vz_conf *c, const struct words *w, struct change *ch, struct vz_err *e)
{
	const char *oc = vz_conf_get(c, "VM_OVERCOMMIT");
	struct vz_limit ram = w->ram ? w->ram_val : c->ub[UB_PHYSPAGES];
	struct vz_limit swap = w->swap ? w->swap_val : c->ub[UB_SWAPPAGES];
	uint64_t given = ch->ub;
	double f = oc ? atof(oc) : 0;
	struct vz_limit l = { .set = true, .limit = VZ_UNLIMITED };
	bool was_vswap = c->ub[UB_PHYSPAGES].set && c->ub[UB_PHYSPAGES].limit != VZ_UNLIMITED;
	int ret = 0;

	if ((w->ram && given & 1ULL << UB_PHYSPAGES) || (w->swap && given & 1ULL << UB_SWAPPAGES))
		return vz_error(e, VZ_BADVALUE, -EINVAL,
				"--ram and --physpages, --swap and --swappages are the same: give one of them");
	if (!ram.set)
		ram.limit = VZ_UNLIMITED;
	if (!swap.set)
		return vz_error(e, VZ_UBCMISSING, -EINVAL, "Error: --ram needs --swap: "
				"this CT has no SWAPPAGES");
	if (w->ram)
		ret = set_ub(c, UB_PHYSPAGES, &ram, ch, e);
	if (!ret && w->swap)
		ret = set_ub(c, UB_SWAPPAGES, &swap, ch, e);
	l.barrier = ram.limit;
	if (!ret && !(given & 1ULL << UB_LOCKEDPAGES))
		ret = set_ub(c, UB_LOCKEDPAGES, &l, ch, e);
	if (!ret && !(given & 1ULL << UB_OOMGUARPAGES))
		ret = set_ub(c, UB_OOMGUARPAGES, &l, ch, e);
	l.barrier = add_up(ram.limit, swap.limit);
	if (!ret && !(given & 1ULL << UB_VMGUARPAGES))
		ret = set_ub(c, UB_VMGUARPAGES, &l, ch, e);
	if (!ret && !(given & 1ULL << UB_PRIVVMPAGES) && (f > 0 || !was_vswap || !c->ub[UB_PRIVVMPAGES].set)) {
		l.barrier = l.limit = f > 0 && l.barrier != VZ_UNLIMITED ? (long)(l.barrier * f) : VZ_UNLIMITED;
		ret = set_ub(c, UB_PRIVVMPAGES, &l, ch, e);
	}
	return ret;
}

/* The classic rules for the two masks. */
static int check_masks(const struct vz_conf *c, const struct words *w, struct vz_err *e)
{
	bool nodes = c->nodemask && strcmp(c->nodemask, "all");

	if (w->nodemask && !w->cpumask)
		return vz_error(e, VZ_BADVALUE, -EINVAL, "Error: --nodemask needs --cpumask in the same call");
	if (w->cpumask && !strcmp(c->cpumask, "auto") && !nodes)
		return vz_error(e, VZ_BADVALUE, -EINVAL, "Error: --cpumask auto needs a node mask");
	return 0;
}

static int name_servers(struct vz_conf *c, const struct words *w, struct vz_err *e)
{
	char list[16 * VZ_IP_TEXT] = "";
	struct vz_ip ip;
	size_t i;

	for (i = 0; i < w->nr_ns; i++) {
		const char *p = w->ns[i];
		char word[VZ_IP_TEXT];

		while (vz_word(&p, word, sizeof(word))) {
			if (strcmp(word, "inherit") && (vz_ip_parse(word, &ip) || strchr(word, '/')))
				return vz_error(e, VZ_BADDNS, -EINVAL, "Invalid name server: %s", word);
			if (strlen(list) + strlen(word) + 2 > sizeof(list))
				return vz_error(e, VZ_BADDNS, -E2BIG, "Too many name servers");
			strcat(strcat(list, *list ? " " : ""), word);
		}
	}
	return vz_conf_set(c, "NAMESERVER", list, e);
}

int set_parse(struct ctx *x, int argc, char **argv, struct change *ch, struct set_flags *f,
	      struct vz_err *e)
{
	struct option opts[NR_FIXED + UB_NR_RESOURCES + 1];
	struct words w = { 0 };
	size_t i;
	int c, ret = 0;

	all_options(opts);
	ch->old_ip = x->c->ip_address ? strdup(x->c->ip_address) : NULL;
	while (!ret && (c = next_letter_option(argc, argv, LETTERS, opts, VZ_BADVALUE, e)) != -1)
		ret = c == '?' ? e->err : one(x, c, ch, f, &w, e);
	if (!ret)
		ret = no_more_words(argc, argv, e);
	for (i = 0; !ret && i < w.nr_ipdel; i++)
		ret = ip_list_del(x->c, w.ipdel[i], e);
	for (i = 0; !ret && i < w.nr_ipadd; i++)
		ret = ip_list_add(x->c, w.ipadd[i], e);
	if (!ret && w.nr_ns)
		ret = name_servers(x->c, &w, e);
	if (!ret)
		ret = check_masks(x->c, &w, e);
	if (!ret && (w.ram || w.swap))
		ret = apply_vswap(x->c, &w, ch, e);
	return ret;
}
