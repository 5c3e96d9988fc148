// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The hand-over, and what follows from it. Until GRANT is in the journal the
 * VE is ours and every fault leads back. From then on only the destination's
 * word does: RESUMED (it runs there) or a FAIL that says it never ran.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "checkpoint/gate.h"
#include "libvz/clock.h"
#include "libvz/conf.h"
#include "libvz/err.h"
#include "libvz/log.h"
#include "libvz/marks.h"
#include "libvz/net_host.h"
#include "libvz/paths.h"
#include "libvz/quota.h"
#include "libvz/state.h"
#include "libvz/stop.h"
#include "libvz/tree.h"
#include "libvz/tree_flags.h"
#include "vzmigrate/frame.h"
#include "vzmigrate/host.h"
#include "libvz/journal.h"
#include "vzmigrate/mode.h"
#include "vzmigrate/place.h"
#include "vzmigrate/place_images.h"
#include "vzmigrate/source_hand.h"
#include "vzmigrate/source_state.h"
#include "vzmigrate/wire.pb-c.h"

#define PREPARE_MS	300000
#define START_MS	300000	/* a cold start at the destination */

static int prepare(struct mig_src *s, struct vz_err *e)
{
	cleanup_frame struct wire_frame f = { 0 };
	Wire__Prepare m = WIRE__PREPARE__INIT;
	uint64_t asked;
	int ret;

	vz_mark("the destination restores");
	asked = vz_now_us();
	m.mode = s->mode;
	m.generation = s->j.generation;
	ret = wire_send(&s->w, WIRE_PREPARE, &m.base, NULL, 0, e);
	s->w.timeout_ms = PREPARE_MS;
	if (!ret)
		ret = wire_expect(&s->w, WIRE_PREPARED, &f, e);
	if (ret)
		return wire_why(&s->w, ret, e);
	timeline_there(&s->timeline, (const Wire__Figures *)f.msg, asked);
	return 0;
}

/*
 * From here on this host must not start the VE by itself, whatever happens to
 * this process or to the host: DISABLED says so to vzctl and to the boot.
 */
static int give_away(struct mig_src *s, struct vz_err *e)
{
	int ret;

	s->j.disabled = s->c->disabled;
	s->j.state = JOURNAL_GRANTED;
	ret = journal_write(&s->j, e);
	if (!ret && !s->c->disabled) {
		ret = vz_conf_set(s->c, "DISABLED", "yes", e);
		if (!ret)
			ret = vz_conf_save(s->c, e);
	}
	return ret;
}

int src_take_back(struct vz_conf *c, const struct journal *j, struct vz_err *e)
{
	int ret;

	if (j->state != JOURNAL_GRANTED || j->disabled)
		return 0;
	ret = vz_conf_set(c, "DISABLED", NULL, e);
	return ret ? ret : vz_conf_save(c, e);
}

static int not_given(struct mig_src *s, int err, struct vz_err *e)
{
	struct vz_err own = { 0 };

	if (src_take_back(s->c, &s->j, &own) ||
	    (s->mode != MIG_COLD && host_proxy(s->c, true, &own)))
		vz_warn("VE %u: %s", s->c->id, own.msg);
	vz_error_free(&own);
	s->j.state = s->mode == MIG_ONLINE ? JOURNAL_FROZEN : JOURNAL_COPYING;
	if (journal_write(&s->j, &own))
		vz_warn("VE %u: %s", s->c->id, own.msg);
	vz_error_free(&own);
	s->granted = false;
	return err == CKPT_LEAVE_FROZEN ? -EIO : err;
}

static int grant(struct mig_src *s, struct vz_err *e)
{
	cleanup_frame struct wire_frame f = { 0 };
	Wire__Grant m = WIRE__GRANT__INIT;
	uint64_t asked;
	int ret;

	vz_mark("journal: given away");
	ret = s->mode == MIG_COLD ? 0 : host_proxy(s->c, false, e);
	if (!ret)
		ret = give_away(s, e);
	if (ret)
		return not_given(s, ret, e);
	s->granted = true;
	vz_mark("the destination takes over");
	asked = vz_now_us();
	m.generation = s->j.generation;
	s->w.timeout_ms = s->mode == MIG_RESTART ? START_MS : PREPARE_MS;
	ret = wire_send(&s->w, WIRE_GRANT, &m.base, NULL, 0, e);
	if (!ret)
		ret = wire_expect(&s->w, WIRE_RESUMED, &f, e);
	if (!ret) {
		s->confirmed = true;
		timeline_there(&s->timeline, (const Wire__Figures *)f.msg, asked);
		return 0;
	}
	/* The link may be gone, but the destination's last word may not. */
	ret = wire_why(&s->w, ret, e);
	if (s->w.peer_failed && !s->w.peer_undecided)
		return not_given(s, ret, e);
	s->lost = true;
	return CKPT_LEAVE_FROZEN;
}

static int released(struct mig_src *s)
{
	struct vz_err e = { 0 };

	if (s->mode != MIG_COLD && vz_ve_net_down(s->c, &e))
		vz_warn("VE %u: %s", s->c->id, e.msg);
	vz_error_free(&e);
	if (wire_send(&s->w, WIRE_RELEASED, NULL, NULL, 0, &e))
		s->silent = true;
	vz_error_free(&e);
	return 0;
}

int src_hand_over(struct mig_src *s, struct vz_err *e)
{
	int ret;

	src_phase(s, PHASE_RESTORE);
	ret = prepare(s, e);
	if (ret)
		return ret == CKPT_LEAVE_FROZEN ? -EIO : ret;
	src_phase(s, PHASE_HANDOVER);
	ret = grant(s, e);
	return ret ? ret : released(s);
}

/* ---- after it ------------------------------------------------------------------ */

static void put_aside(const char *from, const char *end)
{
	char to[PATH_MAX];

	snprintf(to, sizeof(to), "%s%s", from, end);
	if (rename(from, to) && errno != ENOENT)
		vz_warn("rename %s to %s: %s", from, to, strerror(errno));
}

static void drop_name(const struct vz_conf *c)
{
	char path[PATH_MAX], conf[PATH_MAX], target[PATH_MAX];
	ssize_t n;

	if (!c->name)
		return;
	snprintf(path, sizeof(path), VZ_NAMES "/%s", c->name);
	n = readlink(path, target, sizeof(target) - 1);
	if (n <= 0)
		return;
	target[n] = 0;
	if (!strcmp(target, vz_conf_path(conf, c->id)))
		unlink(path);
}

int src_clean_up(struct vz_conf *c, const struct journal *j, bool keep_private, struct vz_err *e)
{
	const char *end = keep_private ? ".migrated" : ".destroyed";
	char path[PATH_MAX], aside[PATH_MAX];
	int ret = vz_ve_cleanup(c, e);

	if (ret)
		return ret;
	if (keep_private) {
		snprintf(aside, sizeof(aside), "%s.migrated", c->private);
		ret = vz_path_remove(aside, e);
		vz_tree_flags_soften(AT_FDCWD, c->private);
		if (!ret && rename(c->private, aside) && errno != ENOENT)
			ret = vz_error_sys(e, VZ_SYSTEM, -errno, "rename %s to %s", c->private,
					   aside);
	} else {
		ret = vz_path_remove(c->private, e);
	}
	if (ret)
		return ret;
	if (!keep_private)
		vz_quota_forget(c);
	drop_name(c);
	for (int i = 0; place_scripts[i]; i++) {
		snprintf(path, sizeof(path), VZ_CONFDIR "/%u.%s", c->id, place_scripts[i]);
		put_aside(path, end);
	}
	put_aside(vz_conf_path(path, c->id), end);
	ret = place_images_remove(c, e);
	if (!ret)
		ret = vz_path_remove(vz_dump_path(path, c), e);
	return ret ? ret : journal_remove(c->id, e);
}
