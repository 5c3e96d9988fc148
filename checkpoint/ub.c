// SPDX-License-Identifier: GPL-2.0-or-later
/* Beancounter rows of a VE: read for the image, lifted around CRIU, written back. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "checkpoint/ub.h"
#include "checkpoint/ve_state.pb-c.h"
#include "include/vz/abi.h"
#include "libvz/cgroup.h"
#include "libvz/cleanup.h"
#include "libvz/err.h"

static int64_t parse_value(const char *s)
{
	return strcmp(s, "max") ? strtoll(s, NULL, 10) : UB_MAXVALUE;
}

static int parse_row(const char *line, VeUbRow **row)
{
	char name[32], v[5][24];
	VeUbRow *r;

	if (sscanf(line, "%31s %23s %23s %23s %23s %23s", name, v[0], v[1], v[2], v[3], v[4]) != 6)
		return -EINVAL;
	r = malloc(sizeof(*r));
	if (!r)
		return -ENOMEM;
	ve_ub_row__init(r);
	r->name = strdup(name);
	if (!r->name) {
		free(r);
		return -ENOMEM;
	}
	r->held = parse_value(v[0]);
	r->maxheld = parse_value(v[1]);
	r->barrier = parse_value(v[2]);
	r->limit = parse_value(v[3]);
	r->failcnt = parse_value(v[4]);
	*row = r;
	return 0;
}

int ckpt_ub_parse(unsigned int id, char *text, VeState *s, struct vz_err *e)
{
	char *line, *save;
	int err;

	s->ub = calloc(UB_NR_RESOURCES, sizeof(*s->ub));
	if (!s->ub)
		return vz_error_sys(e, VZ_NOMEM, -ENOMEM, "read beancounters");
	for (line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		if (s->n_ub == UB_NR_RESOURCES)
			return vz_error(e, VZ_CHKPNT, -E2BIG,
					"VE %u has more beancounters than these tools know", id);
		err = parse_row(line, &s->ub[s->n_ub]);
		if (err)
			return vz_error_sys(e, VZ_CHKPNT, err, "VE %u: beancounter row '%s'", id,
					    line);
		s->n_ub++;
	}
	return 0;
}

int ckpt_ub_collect(unsigned int id, VeState *s, struct vz_err *e)
{
	cleanup_free char *text = NULL;
	int err = vz_cgroup_read(id, "ve.ub.resources", &text, e);

	return err ? err : ckpt_ub_parse(id, text, s, e);
}

/* Rows whose limits are the memory controller's: it does not force charges while the VE is
 * restored. */
static bool row_is_memory(const VeUbRow *r)
{
	return !strcmp(r->name, "physpages") || !strcmp(r->name, "swappages");
}

static const char *print_value(char *buf, size_t n, int64_t v)
{
	if (v >= UB_MAXVALUE)
		return "max";
	snprintf(buf, n, "%lld", (long long)v);
	return buf;
}

static int write_row(unsigned int id, const char *name, int64_t barrier, int64_t limit,
		     struct vz_err *e)
{
	char b[24], l[24], text[96];
	struct vz_err why = {};
	int err;

	snprintf(text, sizeof(text), "%s %s %s", name, print_value(b, sizeof(b), barrier),
		 print_value(l, sizeof(l), limit));
	err = vz_cgroup_write(id, "ve.ub.resources", text, &why);
	if (err == -EOPNOTSUPP && barrier >= UB_MAXVALUE && limit >= UB_MAXVALUE)
		err = 0;	/* a row that this kernel does not enforce: nothing to lift */
	if (err == -EOPNOTSUPP && !barrier && limit >= UB_MAXVALUE)
		err = 0;
	if (err)
		err = vz_error(e, VZ_SET_UBC, err, "set %s of VE %u: %s", text, id,
			       why.msg ? why.msg : "");
	vz_error_free(&why);
	return err;
}

int ckpt_ub_lift(unsigned int id, const VeState *s, struct vz_err *e)
{
	for (size_t i = 0; i < s->n_ub; i++) {
		const VeUbRow *r = s->ub[i];
		int err;

		if (r->barrier >= UB_MAXVALUE && r->limit >= UB_MAXVALUE)
			continue;
		err = write_row(id, r->name, UB_MAXVALUE, UB_MAXVALUE, e);
		if (err)
			return err;
	}
	return 0;
}

int ckpt_ub_limits(unsigned int id, const VeState *s, bool memory, struct vz_err *e)
{
	int ret = 0;

	for (size_t i = 0; i < s->n_ub; i++) {
		const VeUbRow *r = s->ub[i];

		if (row_is_memory(r) != memory)
			continue;
		/* One row that fails must not leave the others without their limits. */
		ret = write_row(id, r->name, r->barrier, r->limit, e) ?: ret;
	}
	return ret;
}

static int write_counts(unsigned int id, const VeUbRow *r, int64_t failcnt, struct vz_err *e)
{
	struct vz_err why = {};
	char text[96];
	int err;

	snprintf(text, sizeof(text), "%s %lld %lld", r->name, (long long)r->maxheld,
		 (long long)failcnt);
	err = vz_cgroup_write(id, "ve.ub.restore", text, &why);
	if (err == -EOPNOTSUPP)		/* this kernel does not count it */
		err = 0;
	if (err)
		err = vz_error(e, VZ_RESTORE, err, "restore counts of VE %u: %s", id,
			       why.msg ? why.msg : text);
	vz_error_free(&why);
	return err;
}

/* What the kernel has counted itself in this row so far; 0 when there is no such row. */
static int64_t failures(const VeState *now, const char *name)
{
	for (size_t i = 0; i < now->n_ub; i++)
		if (!strcmp(now->ub[i]->name, name))
			return now->ub[i]->failcnt;
	return 0;
}

int ckpt_ub_counts(unsigned int id, const VeState *s, struct vz_err *e)
{
	VeState now = VE_STATE__INIT;
	int err = 0;

	/*
	 * Failures of the memory controller are added to what is set here, also those
	 * of the restore. So all is set to nothing first, and what is left is taken off.
	 */
	for (size_t i = 0; !err && i < s->n_ub; i++)
		err = write_counts(id, s->ub[i], 0, e);
	if (!err)
		err = ckpt_ub_collect(id, &now, e);
	for (size_t i = 0; !err && i < s->n_ub; i++) {
		int64_t own = failures(&now, s->ub[i]->name);

		err = write_counts(id, s->ub[i],
				   s->ub[i]->failcnt > own ? s->ub[i]->failcnt - own : 0, e);
	}
	for (size_t i = 0; i < now.n_ub; i++)
		ve_ub_row__free_unpacked(now.ub[i], NULL);
	free(now.ub);
	return err;
}
