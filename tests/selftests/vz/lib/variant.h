/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The same act by everybody whom a wall tells apart: root and a user, of the
 * host, of a VE and of another VE. A server runs in each of the three places; for
 * each act it forks a process, which takes the ids, waits, acts, and waits again.
 */
#ifndef _VZ_SELFTESTS_VARIANT_H
#define _VZ_SELFTESTS_VARIANT_H

#include "ve.h"
#include <stdbool.h>

enum variant_place { ON_HOST, IN_VE, IN_OTHER_VE, VARIANT_PLACES };

#define VARIANT_USER	1000

/**
 * struct variants - the three places
 * @ve: the two VEs; that of ON_HOST is not used
 * @sock: to the servers
 * @host: the host's server
 */
struct variants {
	struct ve	ve[VARIANT_PLACES];
	int		sock[VARIANT_PLACES];
	pid_t		host;
};

/* "root of the VE", "a user of the other VE"... */
const char *variant_name(enum variant_place place, bool user);

/*
 * Start VEs @id and @id + 1 and the servers, each in a net and a mount namespace of
 * its own. @prepare runs there once, as root. @act: 0 or more, or -1 with errno;
 * is told which.
 */
void variants_start(struct variants *v, unsigned int id, void (*prepare)(void),
		    int (*act)(int which));

/* A process that is about to do act @which. It is there, and has done nothing yet. */
void variant_begin(struct variants *v, enum variant_place place, bool user, int which);

/* Let it act. Return: 0 or the errno. */
int variant_act(struct variants *v, enum variant_place place);

/* It ends, and with it what it had made. */
void variant_end(struct variants *v, enum variant_place place);

/* End the servers and remove the VEs. */
void variants_stop(struct variants *v);

#endif /* _VZ_SELFTESTS_VARIANT_H */
