// SPDX-License-Identifier: GPL-2.0-or-later
/* vzcfgvalidate: are the limits in a configuration file consistent? It can repair them. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "include/vz/abi.h"
#include "libvz/child.h"
#include "libvz/cleanup.h"
#include "libvz/conf_file.h"
#include "libvz/err.h"
#include "libvz/plain.h"
#include "libvz/setting.h"
#include "libvz/value.h"
#include "vzctl/validate.h"
#include "vzctl/tool.h"

enum mode { LOOK, REPAIR, ASK };
enum vswap_mode { AUTO, YES, NO };

static const char *const levels[] = { "Error", "Warning", "Recommendation" };

/* The value of a row, also by its old name. */
static const char *text_of(const struct vz_conf_file *f, enum ub_resource r)
{
	const char *text = vz_conf_file_get(f, vz_ub_var(r));

	if (!text && r == UB_DCACHESIZE)
		text = vz_conf_file_get(f, "DCACHE");
	if (!text && r == UB_NUMIPTENT)
		text = vz_conf_file_get(f, "IPTENTRIES");
	return text;
}

/* One variable; counts what cannot be read. */
static unsigned int read_one(const char *name, const char *text, enum vz_unit unit,
			     struct vz_limit *l)
{
	cleanup_free char *shown = NULL;
	int ret;

	if (!text || !*text)
		return 0;
	ret = vz_parse_limit(text, unit, l);
	if (ret == -ERANGE)
		printf("%s: %s=\"%s\" is too large and counts as unlimited\n", levels[FIND_WARNING],
		       name, text);
	if (!ret || ret == -ERANGE)
		return 0;
	memset(l, 0, sizeof(*l));
	shown = vz_plain_copy(text);
	printf("%s: bad value %s=\"%s\"\n", levels[FIND_ERROR], name, shown ? shown : "");
	return 1;
}

/* Another setting than a limit, which are read one by one. */
static bool has_bad_value(const struct vz_conf_line *l)
{
	const struct vz_setting *s = vz_setting_by_var(l->name);
	struct vz_conf scratch = { 0 };
	int ret;

	if (!s || s->type == VZ_T_UB || s->flags & VZ_S_HOST)
		return false;
	ret = l->unusable ? -EINVAL : vz_setting_assign(&scratch, s, l->value);
	vz_settings_free(&scratch);
	return ret == -EINVAL;
}

/* One line; 1 when it cannot be taken. */
static unsigned int look_at(const struct vz_conf_file *f, size_t i)
{
	const struct vz_conf_line *l = &f->line[i];
	cleanup_free char *shown = vz_plain_copy(l->value ? l->value : l->text);

	if (l->wrong && (!l->name || vz_setting_by_var(l->name)))
		printf("%s: line %zu: %s%s%s: %s\n", levels[FIND_WARNING], i + 1,
		       l->name ? l->name : "", l->name ? "=" : "", shown ? shown : "", l->wrong);
	if (!l->name)
		return 0;
	if (vz_conf_file_get(f, l->name) != l->value) {
		printf("%s: line %zu: %s is there twice, the first one counts\n",
		       levels[FIND_WARNING], i + 1, l->name);
		return 0;
	}
	if (!has_bad_value(l))
		return 0;
	printf("%s: line %zu: bad value %s=\"%s\"\n", levels[FIND_ERROR], i + 1, l->name,
	       shown ? shown : "");
	return 1;
}

static unsigned int read_limits(const struct vz_conf_file *f, struct limits *l)
{
	unsigned int bad = 0;
	size_t i;
	int r;

	memset(l, 0, sizeof(*l));
	for (i = 0; i < f->n; i++)
		bad += look_at(f, i);
	for (r = 0; r < UB_NR_RESOURCES; r++)
		if (vz_ub_var(r))
			bad += read_one(vz_ub_var(r), text_of(f, r), vz_ub_unit(r), &l->ub[r]);
	return bad + read_one("AVNUMPROC", vz_conf_file_get(f, "AVNUMPROC"), VZ_UNIT_COUNT,
			      &l->avnumproc);
}

static bool agreed(void)
{
	char line[16];

	printf("  set it? (y/n) [y] ");
	fflush(stdout);
	return fgets(line, sizeof(line), stdin) && (*line == '\n' || *line == 'y' || *line == 'Y');
}

/* Print a finding; true: its value was taken over. */
static bool handle(const struct finding *x, enum mode mode, struct limits *l,
		   struct vz_conf_file *f)
{
	cleanup_free char *text = x->to.set ? vz_format_limit(x->r, &x->to) : NULL;

	printf("%s: %s\n", levels[x->level], x->text);
	if (!text)
		return false;
	printf("  %s=\"%s\" would do\n", vz_ub_var(x->r), text);
	if (mode == LOOK || (mode == ASK && !agreed()))
		return false;
	if (vz_conf_file_set(f, vz_ub_var(x->r), text))
		return false;
	l->ub[x->r] = x->to;
	return true;
}

/* A repair may call for another, as kmemsize depends on dcachesize: rules are asked again after
 * each. */
static unsigned int go_through(struct limits *l, enum vswap_mode vm, enum mode mode,
			       struct vz_conf_file *f, bool *changed)
{
	struct finding found[FINDINGS_MAX];
	char seen[FINDINGS_MAX][sizeof(found[0].text)];
	size_t n, i, j, nr_seen = 0;
	unsigned int errors = 0;
	bool again = true;

	while (again) {
		again = false;
		n = limits_check(l, vm == AUTO ? limits_vswap(l) : vm == YES, found);
		for (i = 0; i < n && !again && nr_seen < FINDINGS_MAX; i++) {
			for (j = 0; j < nr_seen && strcmp(seen[j], found[i].text); j++)
				;
			if (j < nr_seen)
				continue;
			again = handle(&found[i], mode, l, f);
			*changed |= again;
			/* What was mended may come up again, what was left as it is need not. */
			if (!again) {
				strcpy(seen[nr_seen++], found[i].text);
				errors += found[i].level == FIND_ERROR;
			}
		}
	}
	return errors;
}

static int validate(const char *path, enum vswap_mode vm, enum mode mode)
{
	struct vz_conf_file *f = vz_conf_file_new();
	unsigned int errors;
	struct limits l;
	bool changed = false;
	int ret = f ? vz_conf_file_read(f, path) : -ENOMEM;

	if (ret) {
		tool_fail("cannot read %s: %s", path, vz_reason(-ret));
		vz_conf_file_free(f);
		return 1;
	}
	errors = read_limits(f, &l);
	errors += go_through(&l, vm, mode, f, &changed);
	if (changed) {
		ret = vz_conf_file_write(f, path);
		if (ret)
			tool_fail("cannot write %s: %s", path,
				vz_reason(-ret));
		else
			printf("%s was changed\n", path);
	}
	vz_conf_file_free(f);
	if (ret)
		return 1;
	printf("Validation completed: %s\n", errors ? "failed" : "success");
	return errors ? 2 : 0;
}

static int usage(FILE *out)
{
	fprintf(out, "Usage: vzcfgvalidate [-r|-i] [-v yes|no] configfile\n"
		"\t-r\trepair\n"
		"\t-i\trepair, ask before each change\n"
		"\t-v\tthe container is limited by ram and swap, or row by row\n");
	return out == stderr;
}

int main(int argc, char **argv)
{
	enum vswap_mode vm = AUTO;
	enum mode mode = LOOK;
	int c;

	vz_tool_prepare();
	vz_tool_tells(1);
	while ((c = tool_letter(argc, argv, "riv:h")) != -1) {
		switch (c) {
		case 'r': mode = REPAIR; break;
		case 'i': mode = ASK; break;
		case 'v':
			if (strcmp(optarg, "yes") && strcmp(optarg, "no"))
				return tool_fail("Invalid value for -v: %s (yes or no)", optarg);
			vm = *optarg == 'y' ? YES : NO;
			break;
		case 'h': return usage(stdout);
		default: return 1;
		}
	}
	return optind + 1 == argc ? validate(argv[optind], vm, mode) : usage(stderr);
}
