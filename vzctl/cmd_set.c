// SPDX-License-Identifier: GPL-2.0-or-later
/* vzctl set: parse, make a running VE follow, save. All of it is done, or nothing. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "libvz/cgroup.h"
#include "libvz/conf.h"
#include "libvz/conf_room.h"
#include "libvz/err.h"
#include "libvz/limits.h"
#include "libvz/cleanup.h"
#include "libvz/log.h"
#include "libvz/overlay.h"
#include "libvz/owner.h"
#include "libvz/passwd.h"
#include "libvz/quota.h"
#include "libvz/state.h"
#include "vzctl/cmd_set.h"
#include "vzctl/cmd_start.h"
#include "vzctl/ctx.h"
#include "vzctl/name.h"
#include "vzctl/set_parse.h"
#include "vzctl/set_rules.h"

/* set makes the configuration when there is none yet. */
static int load(unsigned int id, struct vz_conf **c, struct vz_err *e)
{
	char path[PATH_MAX];

	if (access(vz_conf_path(path, id), F_OK) && errno == ENOENT)
		return vz_conf_new(id, c, e);
	return vz_conf_load(id, c, e);
}

static int check(int argc, const struct set_call *s, const struct vz_conf *c, struct vz_err *e)
{
	if (!c->id && (s->rename || s->user || s->sample || s->remap))
		return vz_error(e, VZ_BADVALUE, -EINVAL, "CT 0 is the host: it has no --name, "
				"--userpasswd, --applyconfig and --applyconfig_map here");
	if (s->reset_ub)
		return argc == 2 ? 0 : vz_error(e, VZ_BADSYNTAX, -EINVAL,
						"--reset_ub must be the only option");
	if (s->save)
		return 0;
	if (s->rename)
		return vz_error(e, VZ_SETNAME, -EINVAL,
				"Unable to use --name option without --save");
	if (s->force || s->restart)
		return vz_error(e, VZ_BADSYNTAX, -EINVAL,
				"Error: --force and --setmode restart need --save");
	if ((s->sample || set_touched(s, VZ_S_SAVE)) && !vz_ve_answers(c->id))
		return vz_error(e, VZ_BADSYNTAX, -EINVAL, "Error: these options need --save");
	return 0;
}

static int password(struct ctx *x, struct set_call *s, struct vz_err *e)
{
	char *colon = strchr(s->user, ':');
	int ret;

	*colon = '\0';
	ret = vz_guest_password(x->c, s->user, colon + 1, e);
	explicit_bzero(colon + 1, strlen(colon + 1));
	if (!ret)
		vz_say("Changing password for user %s", s->user);
	return ret;
}

static int save(struct ctx *x, struct vz_err *e)
{
	char path[PATH_MAX];
	int ret = vz_conf_save(x->c, e);

	if (!ret)
		vz_say("CT configuration saved to %s", vz_conf_path(path, x->id));
	return ret;
}

/* What is neither live nor in the configuration; the configuration is last. */
static int finish(struct ctx *x, const struct vz_conf *was, struct set_call *s, struct vz_err *e)
{
	int ret = 0;

	if (s->rename || s->remap)
		ret = set_name(x->c, s->rename ? s->name : x->c->name, e);
	if (!ret && s->user)
		ret = password(x, s, e);
	/* The host's has nothing in it but what was set. */
	if (!ret && s->save && (x->id || set_touched(s, 0)))
		ret = save(x, e);
	if (!ret && s->rename)
		vz_say(*s->name ? "Name %s assigned" : "Name removed", s->name);
	if (ret && s->rename)
		set_name(x->c, was->name, NULL);
	return ret;
}

static void say_what_waits(const struct ctx *x, const struct set_call *s, bool running)
{
	for (int row = 0; row < VZ_NR_SETTINGS; row++) {
		if (s->change.rows[row] && !x->id)
			vz_warn("Warning: %s of CT 0 is kept in the configuration and has no "
				"effect: the host is not limited", vz_settings[row].var);
		if (s->change.rows[row] && vz_settings[row].flags & VZ_S_KEPT)
			vz_warn("Warning: %s is kept in the configuration, but nothing enforces it yet",
				vz_settings[row].var);
		if (s->change.rows[row] && vz_settings[row].flags & VZ_S_NOTHING)
			vz_warn("Warning: %s is kept in the configuration and has no meaning here",
				vz_settings[row].var);
	}
	if (running && set_touched(s, VZ_S_RESTART) && !s->restart && !s->ignore)
		vz_warn("Warning: some settings take effect at the next start of the container");
}

static int restart(struct ctx *x, struct vz_err *e)
{
	int ret = stop_ve(x, false, false, e);

	return ret ? ret : start_ve(x, e);
}

/* The files of a VE lie as its layout says. */
static int check_layout(const struct vz_conf *c, const struct vz_conf *was, struct vz_err *e)
{
	if (vz_is_overlay(c) == vz_is_overlay(was))
		return 0;
	return vz_error(e, VZ_BADVALUE, -EOPNOTSUPP, "The layout of a CT is not set: "
			"vzctl convert %u --layout %s makes one of the other", c->id,
			vz_is_overlay(c) ? "overlay" : "dir");
}

/* A stopped VE gets its limits at its start; whether it can have them is said now. */
static int check_disk(const struct vz_conf *c, const struct set_call *s, struct vz_err *e)
{
	if (!s->change.rows[VZ_SET_DISKSPACE] && !s->change.rows[VZ_SET_DISKINODES])
		return 0;
	return vz_quota_has_limits(c) ? vz_quota_check_place(c, e) : 0;
}

static int apply(struct ctx *x, struct vz_conf *was, struct set_call *s, bool running,
		 struct vz_err *e)
{
	int ret = s->save ? vz_conf_has_room(x->id, e) : 0;

	if (ret)
		return ret;
	ret = running ? vz_settings_apply(x->c, was, &s->change, e) : check_disk(x->c, s, e);
	if (ret)
		return ret;
	ret = finish(x, was, s, e);
	if (ret) {
		vz_settings_undo(x->c, was, &s->change);
		return ret;
	}
	say_what_waits(x, s, running);
	if (running && s->restart && set_touched(s, VZ_S_RESTART))
		return restart(x, e);
	return 0;
}

static const char *or_unset(const char *value)
{
	return value && *value ? value : "unset";
}

/* When a row that was touched takes effect. */
static const char *when_of(unsigned int id, const struct vz_setting *row, bool running)
{
	if (!id || row->flags & (VZ_S_KEPT | VZ_S_NOTHING))
		return "kept, without effect";
	if (row->flags & VZ_S_SAVE)
		return "in the configuration";
	return !running || row->flags & VZ_S_RESTART ? "at the next start" : "at once";
}

/* What belongs to another VE is told before the call is made. */
static int check_addresses(const struct vz_conf *c, const struct vz_conf *was, struct vz_err *e)
{
	char text[VZ_IP_TEXT];

	for (size_t i = 0; i < c->ip.n; i++)
		if (!vz_ips_has(&was->ip, &c->ip.ip[i]) && vz_ip_is_foreign(c->id, &c->ip.ip[i]))
			return vz_error(e, VZ_IPUSED, -EADDRINUSE,
					"The IP address %s is already used by another CT",
					vz_ip_text(&c->ip.ip[i], text));
	return 0;
}

static int tell(const struct ctx *x, const struct vz_conf *was, const struct set_call *s,
		bool running, struct vz_err *e)
{
	char path[PATH_MAX];
	int ret = running ? check_addresses(x->c, was, e) : check_disk(x->c, s, e);

	if (!ret && s->rename && *s->name)
		ret = name_check(x->c, s->name, e);
	if (ret)
		return ret;
	for (int row = 0; row < VZ_NR_SETTINGS; row++) {
		const struct vz_setting *r = &vz_settings[row];

		if (!s->change.rows[row] || row == VZ_SET_NAME)
			continue;
		vz_say("%s: %s -> %s (%s)", r->var, or_unset(vz_conf_get(was, r->var)),
		       or_unset(vz_conf_get(x->c, r->var)), when_of(x->id, r, running));
	}
	if (s->rename)
		vz_say("NAME: %s -> %s (in the configuration)", or_unset(was->name),
		       or_unset(s->name));
	if (s->user)
		vz_say("The password of a user would be set");
	if (running && s->restart && set_touched(s, VZ_S_RESTART))
		vz_say("The container would be restarted");
	if (s->save)
		vz_say("%s would be written", vz_conf_path(path, x->id));
	vz_say("Nothing was changed");
	return 0;
}

static int set(struct ctx *x, int argc, char **argv, struct set_call *s, struct vz_err *e)
{
	cleanup_conf struct vz_conf *was = NULL;
	bool running = vz_ve_answers(x->id);
	int ret = load(x->id, &x->c, e);

	if (!ret)
		ret = load(x->id, &was, e);
	if (!ret)
		ret = set_parse(x, argc, argv, s, e);
	if (!ret)
		ret = set_rules(x->c, was, s, e);
	/* DISABLED is what keeps a VE that was given away from starting here. */
	if (!ret && was->disabled && !x->c->disabled)
		ret = vz_owner_check(x->c, VZ_CLAIM_ENABLE, e);
	if (ret)
		return ret;
	ret = check(argc, s, x->c, e);
	if (ret)
		return ret;
	ret = check_layout(x->c, was, e);
	if (ret)
		return ret;
	if (s->reset_ub && !x->id) {
		vz_say("CT 0 is the host: it has no limits to set again");
		return 0;
	}
	if (s->reset_ub && !x->dry_run)
		return running ? vz_ve_apply_limits(x->c, e) :
				 vz_error(e, VZ_NOTRUNNING, -ESRCH, "Container is not running");
	if (x->dry_run)
		return tell(x, was, s, running, e);
	ret = apply(x, was, s, running, e);
	if (!ret && !s->save && (s->sample || set_touched(s, 0)))
		vz_warn("WARNING: Settings were not saved and will be reset to original values on "
			"next start (use --save flag)");
	return ret;
}

int cmd_set(struct ctx *x, int argc, char **argv, struct vz_err *e)
{
	struct set_call s = { 0 };
	int ret = set(x, argc, argv, &s, e);

	set_call_free(&s);
	return ret;
}
