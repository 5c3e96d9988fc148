/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A VE whose steps are taken one by one, for the tests of those steps: each may
 * fail, and says so. What common.h has makes a VE that simply runs.
 */
#ifndef _VZ_SELFTESTS_VZ_H
#define _VZ_SELFTESTS_VZ_H

#include "common.h"
#include <poll.h>
#include <vz/abi.h>

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x80
#endif

/* @ret of a call that must fail with @want; prints what came instead. */
#define fails_with(want, call, ...) ({					\
	errno = 0;							\
	long __r = (long)(call);					\
	int __e = __r < 0 ? errno : 0;					\
									\
	if (!ok(__e == (want), __VA_ARGS__))				\
		printf("# got %s\n", __e ? strerror(__e) : "success");	\
})

struct test_ve {
	unsigned int	id;
	char		dir[64];	/* its cgroup */
	pid_t		helper;		/* made the namespaces, waits for init */
	int		go;		/* closed by us: init runs */
};

/* "ve.state" -> its path, in one of a few static buffers */
const char *ve_path(const struct test_ve *ve, const char *file);

int ve_create(struct test_ve *ve, unsigned int id);

bool ve_state_is(const struct test_ve *ve, const char *state);

bool ve_wait_state(const struct test_ve *ve, const char *state);

/*
 * Start init of the VE: a process moves into the payload, makes all namespaces
 * and forks @fn, which waits until ve_run(). With @state the VE is in it while
 * the namespaces are made.
 */
int ve_boot(struct test_ve *ve, int (*fn)(void *), void *arg,
			  const char *state);

/* RUNNING, and let init go on. */
int ve_run(struct test_ve *ve);

/* Exit status of @fn, or a number of ve_start() when it did not get there. */
int ve_join(struct test_ve *ve);

void ve_destroy(struct test_ve *ve);

/* Run @fn as init of a running VE with @features; its exit status. */
int in_ve(unsigned int id, const char *features,
			int (*fn)(void *), void *arg);

#endif /* _VZ_SELFTESTS_VZ_H */
