// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vzctl check-migratable: could the VE be moved while it runs? The same checks that a
 * move makes first; with --freeze also a dump, which is thrown away: the only way to know
 * of what the checks do not. With --all every VE of this host is asked, each by a process
 * and under a lock of its own; one that cannot be asked cannot be moved.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "checkpoint/tasks.h"
#include "checkpoint/check.h"
#include "checkpoint/dump.h"
#include "checkpoint/gate.h"
#include "checkpoint/states.h"
#include "libvz/cleanup.h"
#include "libvz/conf.h"
#include "libvz/conf_list.h"
#include "libvz/err.h"
#include "libvz/exit.h"
#include "libvz/lock.h"
#include "libvz/log.h"
#include "libvz/report.h"
#include "libvz/state.h"
#include "libvz/tree.h"
#include "vzctl/cmd_check_migratable.h"
#include "vzctl/options.h"

/* In the gate: all was dumped, and the VE is to go on. */
static int enough(void *arg, struct vz_err *e)
{
	*(bool *)arg = true;
	return vz_error(e, VZ_CHKPNT, -ECANCELED, "the dump is not wanted");
}

static int rehearse(const struct vz_conf *c, struct vz_err *e)
{
	bool dumped = false;
	const struct ckpt_gate gate = { .dumped = enough, .arg = &dumped };
	struct ckpt_stats st = { 0 };
	struct vz_err own = { 0 };
	char dir[PATH_MAX];
	int ret;

	snprintf(dir, sizeof(dir), "%s/Check.%u", c->dumpdir, c->id);
	ret = vz_path_remove(dir, e);
	if (ret)
		return ret;
	ret = ckpt_dump(c, dir, &gate, &st, e);
	if (vz_path_remove(dir, &own))
		vz_warn("CT %u: %s", c->id, own.msg);
	vz_error_free(&own);
	if (!dumped)
		return ret ? ret
			   : vz_error(e, VZ_CHKPNT, -EPROTO,
				      "the dump did not come to its end");
	vz_error_free(e);
	vz_say("CT %u stood still for %" PRIu64 " ms, %.1f MiB", c->id, st.frozen_us / 1000,
	       st.image_bytes / 1048576.0);
	return 0;
}

static int check_one(const struct vz_conf *c, bool freeze, struct vz_err *e)
{
	int ret;

	if (!vz_ve_occupied(c->id)) {
		vz_say(vz_ve_suspended(c) ? "CT %u is suspended: it moves with its dump"
					  : "CT %u is stopped: its files move", c->id);
		return 0;
	}
	if (vz_ve_frozen(c->id))
		return vz_error(e, VZ_FROZEN, -EBUSY,
				"CT %u is frozen: let it go on first (vzctl chkpnt %u --resume)",
				c->id, c->id);
	ret = ckpt_check(e);
	if (ret)
		return ret;
	ret = ckpt_cg_check_tasks(c->id, vz_ve_init(c->id), e);
	if (ret)
		return ret;
	ret = ckpt_check_states(c->id, e);
	if (!ret && freeze)
		ret = rehearse(c, e);
	if (ret)
		return ret;
	vz_say("CT %u can be moved while it runs", c->id);
	return 0;
}

/* What the words behind the command say; formats are for a list of VEs. */
struct words {
	bool all, freeze;
	enum format format;
};

static int parse(int argc, char **argv, struct words *w, struct vz_err *e)
{
	static const struct option options[] = {
		{ "freeze", no_argument, NULL, 'z' }, { "all", no_argument, NULL, 'a' },
		{ "format", required_argument, NULL, 'f' }, { NULL, 0, NULL, 0 },
	};
	bool format = false;
	int c, ret;

	*w = (struct words){ .format = FORMAT_TABLE };
	while ((c = next_option(argc, argv, options, VZ_BADSYNTAX, e)) != -1) {
		switch (c) {
		case '?': return e->err;
		case 'z': w->freeze = true; break;
		case 'a': w->all = true; break;
		default:
			format = true;
			ret = take_format(optarg, &w->format, e);
			if (ret)
				return ret;
		}
	}
	if (format && !w->all)
		return vz_error(e, VZ_BADSYNTAX, -EINVAL, "--format goes with --all");
	return no_more_words(argc, argv, e);
}

int cmd_check_migratable(struct ctx *x, int argc, char **argv, struct vz_err *e)
{
	struct words w;
	int ret = parse(argc, argv, &w, e);

	return ret ? ret : check_one(x->c, w.freeze, e);
}

/* ---- all of them ---- */

struct question {
	unsigned int id;
	const struct words *words;
};

/* In a process of its own. What is said is no list. */
static int ask(void *arg, struct vz_err *e)
{
	const struct question *q = arg;
	cleanup_conf struct vz_conf *c = NULL;
	cleanup_close int none = open("/dev/null", O_WRONLY | O_CLOEXEC);
	int ret;

	vz_log_ct(q->id);
	if (q->words->format != FORMAT_TABLE && (none < 0 || dup2(none, 1) < 0))
		return vz_error_sys(e, VZ_SYSTEM, -errno, "/dev/null");
	ret = vz_conf_load(q->id, &c, e);
	if (ret)
		return ret;
	ret = vz_lock(c, "check-migratable", e);
	if (ret)
		return ret;
	ret = check_one(c, q->words->freeze, e);
	fflush(stdout);
	vz_unlock(c);
	return ret;
}

static void answer(unsigned int id, const struct vz_err *e, enum format format, json_t *list)
{
	const char *why = e->err ? e->msg : "";
	int code = e->err ? vz_exit_code(e->cause) : 0;

	if (format == FORMAT_TABLE && code)
		vz_warn("CT %u: %s", id, why);
	if (format == FORMAT_CSV) {
		printf("%u,%s,%d,\"", id, code ? "no" : "yes", code);
		for (const char *s = why; *s; s++)
			printf(*s == '"' ? "\"\"" : "%c", *s);
		printf("\"\n");
	}
	json_array_append_new(list, json_pack("{s:i, s:b, s:i, s:s}", "ctid", id, "migratable",
					      !code, "exit", code, "why", why));
}

int cmd_check_all_migratable(struct ctx *x, int argc, char **argv, struct vz_err *e)
{
	cleanup_free unsigned int *ids = NULL;
	struct words w;
	size_t n = 0;
	json_t *list;
	int ret = parse(argc, argv, &w, e);

	if (ret)
		return ret;
	ret = vz_conf_list(&ids, &n, e);
	if (ret)
		return ret;
	list = json_array();
	if (w.format == FORMAT_CSV)
		puts("ctid,migratable,exit,why");
	for (size_t i = 0; i < n && !vz_interrupted(); i++) {
		struct question q = { ids[i], &w };
		struct vz_err own = { 0 };

		fflush(NULL);
		vz_in_child(ask, &q, &own);
		/* Destroyed or gone meanwhile: nobody asks. */
		if (own.cause != VZ_NOVECONFIG || own.err != -ENOENT) {
			x->code = own.err ? vz_exit_code(VZ_CHKPNT) : x->code;
			answer(ids[i], &own, w.format, list);
		}
		vz_error_free(&own);
	}
	if (w.format == FORMAT_JSON) {
		json_dumpf(list, stdout, JSON_INDENT(2));
		puts("");
	}
	json_decref(list);
	return 0;
}
