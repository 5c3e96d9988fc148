// SPDX-License-Identifier: GPL-2.0-only
/*
 * vmguarpages: with strict overcommit and nothing left to commit on the host,
 * a VE below its guarantee is refused nothing, one above it is.
 */
#include "common.h"

#define PAGE	4096UL
#define GUAR	2000UL

static const struct ve *ve;
static int go[2], done[2];

static void *map(size_t pages)
{
	return mmap(NULL, pages * PAGE, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static int body(const struct ve *this)
{
	unsigned long base;
	void *p;
	char c;

	ve = this;
	need(read(go[0], &c, 1) == 1);
	base = ve_read_ub(ve, "privvmpages").held;
	ok_eq(ve_read_ub(ve, "vmguarpages").barrier, 0, "no guarantee at first");
	ok(map(100) == MAP_FAILED && errno == ENOMEM, "without a guarantee: ENOMEM");
	ok_eq(ve_read_ub(ve, "privvmpages").held, base, "and nothing is charged");
	ok_eq(ve_set_ub(ve, "vmguarpages", base + GUAR, VE_MAX), 0, "set vmguarpages");
	p = map(GUAR);
	ok(p != MAP_FAILED, "mmap up to the guarantee");
	ok(map(100) == MAP_FAILED && errno == ENOMEM, "mmap beyond it: ENOMEM");
	ok_eq(ve_read_ub(ve, "privvmpages").held, base + GUAR, "privvmpages");
	ok_eq(ve_read_ub(ve, "vmguarpages").held, 0, "nothing is charged to a guarantee");
	need(!munmap(p, GUAR * PAGE));
	need(write(done[1], "", 1) == 1);
	return 0;
}

int main(void)
{
	char mode[16], kbytes[32], c;
	bool refused;
	struct ve v;

	read_at("/proc/sys/vm", "overcommit_memory", mode, sizeof(mode));
	read_at("/proc/sys/vm", "overcommit_kbytes", kbytes, sizeof(kbytes));
	need(!pipe(go) && !pipe(done));
	ve_setup(&v, 123);
	/* The keeper and init are forked before the host has nothing left. */
	ve_start(&v, body, "STARTING");
	need(!write_at("/proc/sys/vm", "overcommit_kbytes", "4"));
	need(!write_at("/proc/sys/vm", "overcommit_memory", "2"));
	refused = map(100) == MAP_FAILED && errno == ENOMEM;
	need(!ve_write(&v, "ve.state", "RUNNING"));
	need(write(go[1], "", 1) == 1);
	need(read(done[0], &c, 1) == 1);
	/* What is printed may go to a tmpfs, which needs a commitment as well. */
	need(!write_at("/proc/sys/vm", "overcommit_memory", mode));
	if (strcmp(kbytes, "0"))
		need(!write_at("/proc/sys/vm", "overcommit_kbytes", kbytes));
	else
		need(!write_at("/proc/sys/vm", "overcommit_ratio", "50"));
	ok(refused, "the host had nothing left");
	ok_eq(ve_wait(&v), 0, "init of the VE");
	close(done[0]);
	close(done[1]);
	ve_teardown(&v);
	ok_eq(ve_wait_freed(), 0, "removed cgroups that are kept");
	return test_end();
}
