// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Limits that slow down: of CPU time and of IO. CRIU works inside of the VE's
 * tasks, so they are lifted while it does: a frozen VE would wait for its own
 * next share. Those in the VE's own cgroups too, where its root may have left
 * next to nothing.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "checkpoint/rates.h"
#include "checkpoint/ve_state.pb-c.h"
#include "libvz/cgroup.h"
#include "libvz/cleanup.h"
#include "libvz/err.h"

static const char *const rates[] = { "cpu.max", "ve.ub.iolimit", "ve.ub.iopslimit" };

bool ckpt_is_rate(const char *knob)
{
	for (size_t i = 0; i < sizeof(rates) / sizeof(rates[0]); i++)
		if (!strcmp(rates[i], knob))
			return true;
	return false;
}

static int write_rate(unsigned int id, const VeCgDir *d, const VeCgKnob *k, bool lift,
		      struct vz_err *e)
{
	cleanup_free char *rate = strndup((char *)k->value.data, k->value.len), *path = NULL;

	if (!rate || asprintf(&path, "%s%s%s", d->path, *d->path ? "/" : "", k->name) < 0) {
		path = NULL;
		return vz_error_sys(e, VZ_NOMEM, -ENOMEM, "%s", k->name);
	}
	return vz_cgroup_write(id, path, lift ? "max" : rate, e);
}

static int write_rates(unsigned int id, const VeState *s, bool lift, struct vz_err *e)
{
	int ret = 0;

	for (size_t i = 0; i < s->n_cgroup; i++) {
		const VeCgDir *d = s->cgroup[i];

		/* One that fails must not leave the others without theirs. */
		for (size_t n = 0; n < d->n_knob; n++)
			if (!d->knob[n]->xattr && ckpt_is_rate(d->knob[n]->name))
				ret = write_rate(id, d, d->knob[n], lift, e) ?: ret;
	}
	return ret;
}

int ckpt_rates_lift(unsigned int id, const VeState *s, struct vz_err *e)
{
	return write_rates(id, s, true, e);
}

int ckpt_rates_limit(unsigned int id, const VeState *s, struct vz_err *e)
{
	return write_rates(id, s, false, e);
}
