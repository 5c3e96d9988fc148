// SPDX-License-Identifier: GPL-2.0-or-later
/* vzctl wait: until a VE runs, is up, or is down. Takes no lock. */
#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "libvz/clock.h"
#include "libvz/err.h"
#include "libvz/report.h"
#include "libvz/state.h"
#include "vzctl/boot_wait.h"
#include "vzctl/cmd_wait.h"
#include "vzctl/ctx.h"
#include "vzctl/options.h"

#define STEP_MS		100
/* As long as start --wait. */
#define BOOT_S		3600

enum { DOWN, RUNNING, UP };

struct args {
	int what;
	long seconds;		/* -1: for ever */
};

static int parse_for(const char *word, int *what, struct vz_err *e)
{
	static const char *const names[] = { "down", "running", "up" };

	for (int i = 0; i < 3; i++)
		if (!strcmp(names[i], word)) {
			*what = i;
			return 0;
		}
	return vz_error(e, VZ_BADSYNTAX, -EINVAL, "Invalid --for: %s (down, running or up)", word);
}

static int parse(int argc, char **argv, struct args *a, struct vz_err *e)
{
	static const struct option options[] = {
		{ "for", required_argument, NULL, 'f' },
		{ "timeout", required_argument, NULL, 't' }, { NULL, 0, NULL, 0 },
	};
	int c, ret = 0;

	*a = (struct args){ DOWN, -1 };
	while (!ret && (c = next_option(argc, argv, options, VZ_BADSYNTAX, e)) != -1) {
		switch (c) {
		case 'f': ret = parse_for(optarg, &a->what, e); break;
		case 't': ret = take_number(optarg, "timeout", 0, INT_MAX, &a->seconds, e); break;
		default: return e->err;
		}
	}
	return ret ? ret : no_more_words(argc, argv, e);
}

static int too_late(const struct ctx *x, struct vz_err *e)
{
	return vz_interrupted() ? vz_error(e, VZ_SYSTEM, -EINTR, "Interrupted") :
	       vz_error(e, VZ_TIMEOUT, -ETIMEDOUT, "CT %u: nothing of the kind in time", x->id);
}

int cmd_wait(struct ctx *x, int argc, char **argv, struct vz_err *e)
{
	struct args a;
	int ret = parse(argc, argv, &a, e);
	int64_t since = vz_now_ms();
	bool running;

	if (ret)
		return ret;
	vz_catch_signals();
	for (;;) {
		running = vz_ve_answers(x->id);
		if (a.what == DOWN ? !vz_ve_occupied(x->id) : running)
			break;
		if (vz_interrupted() ||
		    (a.seconds >= 0 && vz_now_ms() - since >= a.seconds * 1000LL))
			return too_late(x, e);
		usleep(STEP_MS * 1000);
	}
	if (a.what != UP)
		return 0;
	if (a.seconds < 0)
		return boot_wait(x->id, vz_now_ms(), BOOT_S, e);
	return boot_wait(x->id, since, a.seconds, e);
}
