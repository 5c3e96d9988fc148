// SPDX-License-Identifier: GPL-2.0-only
/*
 * A VE has a boot id of its own: new with each start, the one that it had when
 * it is restored, and the host's stays the host's.
 */
#include "vz.h"

#define BOOT_ID	"/proc/sys/kernel/random/boot_id"
#define UUID	"/proc/sys/kernel/random/uuid"
#define GIVEN	"0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d"

struct look {
	char	host[40];
	char	file[40];	/* ve.boot_id */
	char	seen[40];	/* what init found */
};

static char *copy(char *to, const char *from)
{
	snprintf(to, 40, "%s", from);
	return to;
}

static bool is_uuid(const char *s)
{
	size_t i;

	for (i = 0; i < 36; i++)
		if (i == 8 || i == 13 || i == 18 || i == 23 ? s[i] != '-' :
		    !strchr("0123456789abcdef", s[i]) || !s[i])
			return false;
	return !s[36];
}

/* init: @arg is shared memory */
static int look(void *arg)
{
	char first[40], random[40];
	struct look *l = arg;
	int fd;

	copy(l->seen, read_file(BOOT_ID));
	ok(is_uuid(l->seen), "a VE has a boot id: %s", l->seen);
	ok(strcmp(l->seen, l->host), "it is not the host's");
	ok(!strcmp(l->seen, copy(first, read_file(BOOT_ID))), "and the same when it is read again");
	fd = open(BOOT_ID, O_WRONLY);
	ok(fd < 0 || write(fd, GIVEN, 36) < 0, "it cannot be written in the VE");
	if (fd >= 0)
		close(fd);
	copy(random, read_file(UUID));
	ok(is_uuid(random) && strcmp(random, read_file(UUID)) && strcmp(random, l->seen),
	   "uuid is another one each time, as before");
	return 0;
}

/* The VE runs once; @given is written to ve.boot_id before, if any. */
static void run(struct test_ve *ve, struct look *l, const char *state, const char *given)
{
	need(!ve_boot(ve, look, l, state));
	if (given)
		ok(!write_file(ve_path(ve, "ve.boot_id"), "%s\n", given), "%s takes a boot id",
		   state);
	copy(l->file, read_file(ve_path(ve, "ve.boot_id")));
	need(!ve_run(ve));
	fails_with(EBUSY, write_file(ve_path(ve, "ve.boot_id"), GIVEN),
		   "none is taken once it runs");
	ok(!ve_join(ve), "the VE ran");
	ok(!strcmp(l->file, l->seen), "ve.boot_id is what it saw");
	need(ve_wait_state(ve, "STOPPED"));
}

int main(void)
{
	struct look *l =
		mmap(NULL, sizeof(*l), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct test_ve ve, other;
	char first[40], second[40];

	test_start();
	need(l != MAP_FAILED);
	copy(l->host, read_file(BOOT_ID));
	need(!ve_create(&ve, 3201) && !ve_create(&other, 3202));
	ok(!*read_file(ve_path(&ve, "ve.boot_id")), "none before the first start");
	fails_with(EBUSY, write_file(ve_path(&ve, "ve.boot_id"), GIVEN),
		   "and none is taken while it is stopped");

	run(&ve, l, "STARTING", NULL);
	copy(first, l->seen);
	run(&ve, l, "STARTING", NULL);
	copy(second, l->seen);
	ok(strcmp(first, second), "a new one with each start");
	run(&other, l, "STARTING", NULL);
	ok(strcmp(l->seen, first) && strcmp(l->seen, second), "another VE has another");
	run(&ve, l, "RESTORING", GIVEN);
	ok(!strcmp(l->seen, GIVEN), "a restored VE has the one that was given");
	run(&ve, l, "RESTORING", NULL);
	ok(strcmp(l->seen, GIVEN), "without one it has a new one");

	need(!write_file(ve_path(&ve, "ve.state"), "STARTING"));
	fails_with(EINVAL, write_file(ve_path(&ve, "ve.boot_id"), "0a1b2c3d"), "a part of one");
	fails_with(EINVAL, write_file(ve_path(&ve, "ve.boot_id"), "%s0", GIVEN), "more than one");
	fails_with(EINVAL,
		   write_file(ve_path(&ve, "ve.boot_id"), "0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3cxx"),
		   "no digits");
	fails_with(EINVAL,
		   write_file(ve_path(&ve, "ve.boot_id"), "00000000-0000-0000-0000-000000000000"),
		   "the null one");
	need(!write_file(ve_path(&ve, "ve.state"), "STOPPED"));
	ok(!strcmp(copy(first, read_file(BOOT_ID)), l->host), "the host's is what it was");

	ve_destroy(&ve);
	ve_destroy(&other);
	return test_end();
}
