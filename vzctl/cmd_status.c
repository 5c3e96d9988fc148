// SPDX-License-Identifier: GPL-2.0-or-later
/* vzctl status. Part of the quick vzctl: nothing here may need more than libc. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>
#include "libvz/conf.h"
#include "libvz/err.h"
#include "libvz/log.h"
#include "libvz/mounted.h"
#include "libvz/state.h"
#include "vzctl/cmd_status.h"
#include "vzctl/ctx.h"
#include "vzctl/options.h"

/* What is known of it; names are those of the classic line. */
struct answer {
	unsigned int id;
	bool exist, mounted, running, suspended;
};

static const char *json_bool(bool b)
{
	return b ? "true" : "false";
}

static void put(const struct answer *a, enum format f)
{
	const char *exist = a->exist ? "exist" : "deleted";
	const char *mounted = a->mounted ? "mounted" : "unmounted";
	const char *running = a->running ? "running" : "down";

	switch (f) {
	case FORMAT_TABLE:
		printf("CTID %u %s %s %s%s\n", a->id, exist, mounted, running,
		       a->suspended ? " suspended" : "");
		break;
	case FORMAT_JSON:
		printf("{ \"ctid\": %u, \"exist\": %s, \"mounted\": %s, \"running\": %s, "
		       "\"suspended\": %s }\n", a->id, json_bool(a->exist), json_bool(a->mounted),
		       json_bool(a->running), json_bool(a->suspended));
		break;
	case FORMAT_CSV:
		printf("ctid,exist,mounted,running,suspended\n%u,%s,%s,%s,%s\n", a->id,
		       json_bool(a->exist), json_bool(a->mounted), json_bool(a->running),
		       json_bool(a->suspended));
	}
}

static int parse(int argc, char **argv, enum format *f, struct vz_err *e)
{
	static const struct option options[] = {
		{ "format", required_argument, NULL, 'f' }, { NULL, 0, NULL, 0 },
	};
	int c, ret = 0;

	*f = FORMAT_TABLE;
	while (!ret && (c = next_option(argc, argv, options, VZ_BADSYNTAX, e)) != -1)
		ret = c == '?' ? e->err : take_format(optarg, f, e);
	return ret ? ret : no_more_words(argc, argv, e);
}

int cmd_status(struct ctx *x, int argc, char **argv, struct vz_err *e)
{
	cleanup_conf struct vz_conf *c = NULL;
	struct vz_err why = { 0 };
	struct answer a = { .id = x->id };
	enum format f;
	int ret = parse(argc, argv, &f, e);

	if (ret)
		return ret;
	/* Missing and unreadable configurations are an answer here, no error. */
	if (vz_conf_load(x->id, &c, &why) && why.err != -ENOENT)
		vz_warn("Warning: %s", why.msg);
	vz_error_free(&why);
	a.running = vz_ve_answers(x->id);
	a.exist = c && c->private && !access(c->private, F_OK);
	a.mounted = c && (vz_ve_mounted(c) || a.running);
	a.suspended = c && !a.running && vz_ve_suspended(c);
	put(&a, f);
	return 0;
}
