// SPDX-License-Identifier: GPL-2.0-only
/*
 * keys_unaccounted: keys were bounded by a quota for each user only, and root of
 * a VE that may have keys is 65536 users. They are kernel memory of the VE.
 */
#include "kmem.h"
#include <linux/keyctl.h>
#include <sys/fsuid.h>

#define ROOM	(1UL << 20)
#define SIZE	16000		/* near to the quota of a user */
#define USERS	200		/* several times the room */

/* A key of a user, in a keyring that ends with us. Return: 0 or the errno. */
static int add_key_of(int user)
{
	static char text[SIZE];
	char name[32];
	long key;
	int err;

	snprintf(name, sizeof(name), "test%d", user);
	setfsuid(user);
	key = syscall(SYS_add_key, "user", name, text, SIZE, KEY_SPEC_PROCESS_KEYRING);
	err = key < 0 ? errno : 0;
	setfsuid(0);
	return err;
}

static int body(const struct ve *ve)
{
	struct ub_row before = ve_read_ub(ve, "kmemsize"), row;
	int i, err = 0;

	need(!ve_set_ub(ve, "kmemsize", before.held + ROOM, before.held + ROOM));
	for (i = 0; i < USERS && !err; i++)
		err = add_key_of(1000 + i);
	row = ve_read_ub(ve, "kmemsize");
	ok(err == ENOMEM && i > 10, "keys of many users: %s after %d", strerror(err), i);
	ok(row.held <= before.held + ROOM && row.failcnt > before.failcnt, "kmemsize refused");
	need(!ve_set_ub(ve, "kmemsize", VE_MAX, VE_MAX));
	return 0;
}

int main(void)
{
	struct ve ve;

	ve_setup(&ve, 142);
	errno = ve_write(&ve, "ve.features", "keys");
	need(!errno);
	ve_spawn(&ve, body);
	return kmem_end(&ve);
}
