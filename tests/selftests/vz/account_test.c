// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the kernel counts by user is counted on the account of ve.uid: a VE
 * that uses up its own leaves the others', and the host's root's, alone.
 */
#include "vz.h"
#include <sys/inotify.h>

#define VE_ACCOUNT(id) (0x40000000u + (id) * 65536)
#define MOST "/proc/sys/user/max_inotify_instances"

struct wish {
	int want;	/* inotify instances to make */
	int hold;	/* written once they are made; the VE then waits */
	int release;
};

/* Make up to @want instances, at most 8; returns how many it got. */
static int made(int want, int fds[8])
{
	int n;

	for (n = 0; n < want; n++) {
		fds[n] = inotify_init1(IN_CLOEXEC);
		if (fds[n] < 0)
			break;
	}
	return n;
}

/* init of a VE: exit status is the number of instances it got */
static int hoard(void *arg)
{
	struct wish *w = arg;
	int fds[8], n = made(w->want, fds);
	char c = 0;

	if (w->hold >= 0 && (write(w->hold, &c, 1) != 1 || read(w->release, &c, 1) < 0))
		return 99;
	return n;
}

static bool begin(struct test_ve *ve, unsigned int id, bool account, struct wish *w)
{
	return !ve_create(ve, id) &&
	       (!account || !write_file(ve_path(ve, "ve.uid"), "%u", VE_ACCOUNT(id))) &&
	       !ve_boot(ve, hoard, w, "RESTORING") && !ve_run(ve);
}

int main(void)
{
	struct wish first = { .want = 8 }, second = { .want = 8, .hold = -1 };
	struct test_ve one, two, unnamed;
	int made_fds[2], go_fds[2], fds[8], i, roots;
	char old[32], uid[16], c;

	test_start();
	snprintf(old, sizeof(old), "%s", read_file(MOST));
	if (pipe2(made_fds, O_CLOEXEC) || pipe2(go_fds, O_CLOEXEC))
		return 1;
	first.hold = made_fds[1];
	first.release = go_fds[0];

	ok(!write_file(MOST, "8"), "eight inotify instances to an account");
	ok(begin(&one, 3101, true, &first), "VE that takes them all starts");
	ok(read(made_fds[0], &c, 1) == 1, "and has them");
	snprintf(uid, sizeof(uid), "%u", VE_ACCOUNT(3101));
	ok(!strcmp(read_file(ve_path(&one, "ve.uid")), uid), "its account is shown");
	fails_with(EBUSY, write_file(ve_path(&one, "ve.uid"), "5"), "and fixed while it runs");
	roots = made(8, fds);
	ok(roots > 1, "root gets %d", roots);
	for (i = 1; i < roots; i++)
		close(fds[i]);
	ok(begin(&two, 3102, true, &second), "another VE starts");
	ok(ve_join(&two) == 8, "and gets as many");
	ve_destroy(&two);
	/* without an account of its own it shares root's, as any namespace does */
	ok(begin(&unnamed, 3103, false, &second), "a VE without an account starts");
	ok(ve_join(&unnamed) == roots - 1, "and shares root's");
	ve_destroy(&unnamed);
	ok(write(go_fds[1], "", 1) == 1 && ve_join(&one) == 8, "the first one had all of its");
	fails_with(EINVAL, write_file(ve_path(&one, "ve.uid"), "-1"), "no user");
	fails_with(EINVAL, write_file(ve_path(&one, "ve.uid"), "4294967295"),
		   "the user that is none");
	ve_destroy(&one);
	write_file(MOST, "%s", old);
	return test_end();
}
