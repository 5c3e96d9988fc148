/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Settings on their way into a running VE, as a whole. Callers hold the VE's lock. */
#ifndef LIBVZ_SETTING_LIVE_H
#define LIBVZ_SETTING_LIVE_H

#include "libvz/setting.h"

struct vz_err;

/**
 * struct vz_change - what one call changes
 * @rows: rows that were touched
 * @done, @nr_done: rows whose live functions ran, in order
 * @knob: what the cgroup's files said before, malloc'ed; by row, as in @done
 */
struct vz_change {
	bool rows[VZ_NR_SETTINGS];
	unsigned int done[VZ_NR_SETTINGS], nr_done;
	char *knob[VZ_NR_SETTINGS];
};

/*
 * Make a running VE follow from one configuration to the other: all rows that
 * ch names, or none; what had been made when one fails is taken back. The
 * caller holds the VE's lock. from learns what the VE has where it did not say.
 */
int vz_settings_apply(const struct vz_conf *to, struct vz_conf *from, struct vz_change *ch,
		      struct vz_err *e);
/* Take back what vz_settings_apply() has made: a later step of the caller failed. */
void vz_settings_undo(const struct vz_conf *to, const struct vz_conf *from, struct vz_change *ch);
void vz_change_free(struct vz_change *ch);

#endif /* LIBVZ_SETTING_LIVE_H */
