// SPDX-License-Identifier: GPL-2.0-or-later
/* vzcfgscale: the limits of a configuration, so many times as large. */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "libvz/child.h"
#include "libvz/cleanup.h"
#include "libvz/conf_file.h"
#include "libvz/err.h"
#include "libvz/setting.h"
#include "vzctl/tool.h"
#include "vzctl/validate.h"

enum kind { CPU, DISK, UBC, NET, NR_KINDS };

/* What is scaled beside the beancounters. Of a rate only the last number counts. */
static const struct {
	const char *var;
	enum kind kind;
} scaled[] = {
	{ "CPUUNITS", CPU }, { "CPULIMIT", CPU }, { "DISKSPACE", DISK }, { "DISKINODES", DISK },
	{ "AVNUMPROC", UBC }, { "RATE", NET },
};

static void scale_number(double factor, long min, long max, long *v)
{
	double x = floor(*v * factor + 0.5);

	if (*v == VZ_UNLIMITED)
		return;
	if (x >= (double)VZ_UNLIMITED)
		*v = VZ_UNLIMITED;
	else
		*v = x < min ? min : max && x > max ? max : (long)x;
}

static int set_ub(struct vz_conf_file *f, enum ub_resource r, double factor)
{
	const char *text = vz_conf_file_get(f, vz_ub_var(r));
	cleanup_free char *new = NULL;
	struct vz_limit l;
	int ret = text && *text ? vz_parse_limit(text, vz_ub_unit(r), &l) : -ENOENT;

	if (ret == -ENOENT)
		return 0;
	if (ret && ret != -ERANGE)
		return tool_fail("bad value %s=\"%s\"", vz_ub_var(r), text);
	scale_number(factor, 0, 0, &l.barrier);
	scale_number(factor, 0, 0, &l.limit);
	new = vz_format_limit(r, &l);
	return new ? vz_conf_file_set(f, vz_ub_var(r), new) : -ENOMEM;
}

static int set_pair(struct vz_conf_file *f, const struct vz_setting *s, const char *text,
		    double factor)
{
	struct vz_limit l;
	char new[64];
	int ret = vz_parse_limit(text, s->unit, &l);

	if (ret && ret != -ERANGE)
		return tool_fail("bad value %s=\"%s\"", s->var, text);
	scale_number(factor, 0, 0, &l.barrier);
	scale_number(factor, 0, 0, &l.limit);
	snprintf(new, sizeof(new), "%ld:%ld", l.barrier, l.limit);
	return vz_conf_file_set(f, s->var, new);
}

static int set_number(struct vz_conf_file *f, const struct vz_setting *s, const char *text,
		      double factor)
{
	char new[32];
	long v;

	if (vz_parse_number(text, VZ_UNIT_COUNT, &v))
		return tool_fail("bad value %s=\"%s\"", s->var, text);
	/* 0 is no limit, which no factor changes. */
	if (v)
		scale_number(factor, s->min > 1 ? s->min : 1, s->max, &v);
	snprintf(new, sizeof(new), "%ld", v);
	return vz_conf_file_set(f, s->var, new);
}

/* "DEVICE:CLASS:KBIT ..." */
static int set_rates(struct vz_conf_file *f, const char *var, const char *text, double factor)
{
	cleanup_free char *new = NULL;
	char word[128], *last;
	size_t len;
	FILE *out = open_memstream(&new, &len);
	long v;

	if (!out)
		return -ENOMEM;
	while (vz_word(&text, word, sizeof(word))) {
		last = strrchr(word, ':');
		if (!last || vz_parse_number(last + 1, VZ_UNIT_COUNT, &v)) {
			fclose(out);
			return tool_fail("bad value %s=\"%s\"", var, word);
		}
		scale_number(factor, 1, 100000000, &v);
		fprintf(out, "%s%.*s:%ld", ftell(out) ? " " : "", (int)(last - word), word, v);
	}
	return fclose(out) ? -ENOMEM : vz_conf_file_set(f, var, new);
}

static int scale(struct vz_conf_file *f, const double *factor)
{
	int ret = 0;

	for (int r = 0; !ret && factor[UBC] && r < UB_NR_RESOURCES; r++)
		if (vz_ub_var(r))
			ret = set_ub(f, r, factor[UBC]);
	for (size_t i = 0; !ret && i < sizeof(scaled) / sizeof(scaled[0]); i++) {
		const struct vz_setting *s = vz_setting_by_var(scaled[i].var);
		const char *text = vz_conf_file_get(f, scaled[i].var);
		double by = factor[scaled[i].kind];

		if (!by || !text || !*text)
			continue;
		ret = s->type == VZ_T_PAIR ? set_pair(f, s, text, by) :
		      s->type == VZ_T_LIST ? set_rates(f, s->var, text, by) :
					     set_number(f, s, text, by);
	}
	return ret;
}

/* What is one VE's alone. */
static int drop_own(struct vz_conf_file *f)
{
	int ret = 0;

	for (int row = 0; !ret && row < VZ_NR_SETTINGS; row++)
		if (vz_settings[row].flags & VZ_S_OWN && vz_conf_file_get(f, vz_settings[row].var))
			ret = vz_conf_file_set(f, vz_settings[row].var, NULL);
	if (!ret && vz_conf_file_get(f, "LOCAL_GID"))
		ret = vz_conf_file_set(f, "LOCAL_GID", NULL);
	return ret;
}

/* Errors of the rules that limits keep, on stderr; how many. */
static unsigned int validate(const struct vz_conf_file *f)
{
	struct finding found[FINDINGS_MAX];
	struct limits l = { 0 };
	unsigned int errors = 0;
	size_t n;

	for (int r = 0; r < UB_NR_RESOURCES; r++) {
		const char *text = vz_ub_var(r) ? vz_conf_file_get(f, vz_ub_var(r)) : NULL;

		if (text && *text)
			vz_parse_limit(text, vz_ub_unit(r), &l.ub[r]);
	}
	n = limits_check(&l, limits_vswap(&l), found);
	for (size_t i = 0; i < n; i++)
		if (found[i].level == FIND_ERROR) {
			tool_fail("%s", found[i].text);
			errors++;
		}
	return errors;
}

struct wish {
	double factor[NR_KINDS], all;
	const char *out;
	bool validate, drop;
};

static int make(const struct wish *w, const char *path)
{
	struct vz_conf_file *f = vz_conf_file_new();
	int ret = f ? vz_conf_file_read(f, path) : -ENOMEM;
	bool said = false;

	if (ret) {
		tool_fail("cannot read %s: %s", path, vz_reason(-ret));
	} else {
		ret = scale(f, w->factor);
		said = ret > 0;
		if (!ret && w->drop)
			ret = drop_own(f);
		if (!ret && w->validate && validate(f))
			ret = said = true;
		if (!ret)
			ret = w->out ? vz_conf_file_write(f, w->out) : vz_conf_file_put(f, 1);
		if (ret && !said)
			tool_fail("cannot write %s: %s", w->out ? w->out : "standard output",
				  vz_reason(-ret));
	}
	vz_conf_file_free(f);
	return ret ? 1 : 0;
}

static int usage(FILE *out)
{
	fprintf(out, "Usage: vzcfgscale [-a|-c|-d|-u|-n factor]... [-o file] [-r] [-v] configfile\n"
		"\t-a\tfactor of all\n"
		"\t-c\tof the processor's: CPUUNITS, CPULIMIT\n"
		"\t-d\tof the disk's: DISKSPACE, DISKINODES\n"
		"\t-u\tof beancounters\n"
		"\t-n\tof the network's: RATE\n"
		"\t-o\twrite there\n"
		"\t-r\tleave out what is one container's alone\n"
		"\t-v\twrite nothing that vzcfgvalidate would refuse\n");
	return out == stderr;
}

static bool take_factor(const char *word, double *factor)
{
	char *end;

	*factor = strtod(word, &end);
	return *word >= '0' && *word <= '9' && !*end && *factor > 0 && *factor <= 1e6;
}

int main(int argc, char **argv)
{
	static const char letters[] = "cdun";
	struct wish w = { 0 };
	int c;

	vz_tool_prepare();
	while ((c = tool_letter(argc, argv, "a:c:d:u:n:o:rvh")) != -1) {
		const char *kind = c ? strchr(letters, c) : NULL;

		if ((kind || c == 'a') &&
		    !take_factor(optarg, kind ? &w.factor[kind - letters] : &w.all))
			return tool_fail("Invalid value for -%c: %s (a factor above 0)", c, optarg);
		switch (c) {
		case 'o': w.out = optarg; break;
		case 'r': w.drop = true; break;
		case 'v': w.validate = true; break;
		case 'h': return usage(stdout);
		case '?': return 1;
		}
	}
	if (!w.out)
		vz_tool_tells(1);
	for (int i = 0; i < NR_KINDS; i++)
		if (!w.factor[i])
			w.factor[i] = w.all;
	return optind + 1 == argc ? make(&w, argv[optind]) : usage(stderr);
}
