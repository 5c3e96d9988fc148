/* SPDX-License-Identifier: GPL-2.0-only */
/* A VE that simply runs: a cgroup, an init, its beancounters. */
#ifndef _VZ_SELFTESTS_VE_H
#define _VZ_SELFTESTS_VE_H

#include <limits.h>
#include <sys/types.h>


#define CGROUP_ROOT	"/sys/fs/cgroup"
#define VE_MAX		LONG_MAX	/* unlimited */
#define VE_UID(id)	(0x40000000U + (unsigned int)(id) * 65536U)

/* A VE made of the cgroup CGROUP_ROOT/test-<id>. */
struct ve {
	unsigned int id;
	char dir[64];
	int ub_fd;	/* ve.ub.resources, opened by the host's root */
	pid_t keeper;	/* parent of init, in the VE's cgroup */
	int out;	/* what the VE prints */
};

struct ub_row {
	unsigned long held, maxheld, barrier, limit, failcnt;
};

/* Write to, read from a file of the VE's cgroup. */
int ve_write(const struct ve *ve, const char *name, const char *text);

const char *ve_read(const struct ve *ve, const char *name, char *buf, size_t size);

/* Let those who wait for RCU wait less: as root of the host, for many rounds in short. */
void rcu_hurry(void);

/*
 * Make the cgroup of VE @id and bind it. Its state is STOPPED; processes run in
 * the sub-group payload.
 */
void ve_setup(struct ve *ve, unsigned int id);

/*
 * Read a row. Works inside the VE too: the descriptor was opened on the host.
 * Return: the row, zeros when there is none of that name.
 */
struct ub_row ve_read_ub(const struct ve *ve, const char *name);

/* Set a row. Works inside the VE too. Return: 0 or the errno. */
int ve_set_ub(const struct ve *ve, const char *name, long barrier, long limit);

/* Wait until held is at most @most. Return: held. */
unsigned long ve_wait_held(const struct ve *ve, const char *name, unsigned long most);

/*
 * Start @body as init of new user, pid, mount, net, ipc and uts namespaces in
 * the VE, with the VE in state @state once init runs (RUNNING by default;
 * STARTING leaves it there).
 */
void ve_start(struct ve *ve, int (*body)(const struct ve *), const char *state);

/* Pass on what the VE prints until init's end. Return: its exit status, 128 + signal when killed.
 */
int ve_wait(struct ve *ve);

/* Run @body as init of the VE, in state RUNNING, to its end. */
int ve_spawn(struct ve *ve, int (*body)(const struct ve *));

/* Remove the VE. */
void ve_teardown(struct ve *ve);

#endif /* _VZ_SELFTESTS_VE_H */
