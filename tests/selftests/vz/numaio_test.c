// SPDX-License-Identifier: GPL-2.0-only
/*
 * numaio: requests promised by io_setup(2), EAGAIN at the barrier, given back
 * by io_destroy(2), exit and exec.
 */
#include "row.h"
#include <linux/aio_abi.h>

#define REQUESTS	8

static aio_context_t contexts[ROW_MANY + 1];

static int make(void)
{
	int i = 0;

	while (contexts[i])
		i++;
	return syscall(SYS_io_setup, REQUESTS, &contexts[i]) ? -1 : i;
}

static void drop(int i)
{
	need(!syscall(SYS_io_destroy, contexts[i]));
	contexts[i] = 0;
}

static const struct row aio = { "numaio", EAGAIN, REQUESTS, make, drop };

static int body(const struct ve *ve)
{
	aio_context_t ctx = 0;

	ok_eq(row_held(ve, "numaio"), 0, "held in the beginning");
	row_test_bounds(ve, &aio);
	need(!ve_set_ub(ve, "numaio", 100, 100));
	ok(syscall(SYS_io_setup, 101, &ctx) < 0 && errno == EAGAIN, "more than all at once");
	ok(!syscall(SYS_io_setup, 100, &ctx), "exactly all at once");
	ok_eq(row_held(ve, "numaio"), 100, "held");
	need(!syscall(SYS_io_destroy, ctx));
	ok_eq(row_held(ve, "numaio"), 0, "held");
	need(!ve_set_ub(ve, "numaio", VE_MAX, VE_MAX));
	row_test_exit(ve, &aio);
	row_test_random(ve, &aio, 500);
	/* Destroying waits for RCU: many at a time. */
	row_test_team(ve, &aio, test_rounds(10000));
	need(make() >= 0);
	return 0;
}

int main(void)
{
	struct ve ve;

	ve_setup(&ve, 136);
	ve_spawn(&ve, body);
	ok_eq(ve_wait_held(&ve, "numaio", 0), 0, "held of a stopped VE");
	ve_teardown(&ve);
	ok_eq(ve_wait_freed(), 0, "removed cgroups that are kept");
	return test_end();
}
