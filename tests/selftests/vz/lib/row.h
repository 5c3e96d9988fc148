/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What holds for each row that counts objects: held and peak, refusal at the
 * barrier with the right errno and one failure, a lowered barrier, no drift.
 * A test says how an object is made and dropped. Runs inside the VE.
 */
#ifndef _VZ_SELFTESTS_ROW_H
#define _VZ_SELFTESTS_ROW_H

#include "common.h"
#include <pthread.h>

#define ROW_MANY	24	/* objects alive at most */

/**
 * struct row - a row under test
 * @name: of the row
 * @err: errno of a refusal
 * @unit: charged for an object
 * @make: handle of a new object, or -1 with errno
 * @drop: of a handle
 */
struct row {
	const char	*name;
	int		err;
	long		unit;
	int		(*make)(void);
	void		(*drop)(int handle);
};

unsigned long row_held(const struct ve *ve, const char *name);

/* At, below and above the barrier. */
void row_test_bounds(const struct ve *ve, const struct row *row);

/* Make and drop at random, the barrier moving, against a plain count. */
void row_test_random(const struct ve *ve, const struct row *row, int rounds);

/* --- many at a time, for objects whose end takes the kernel a while ------------ */

#define ROW_WORKERS	16
#define ROW_EACH	4	/* objects of a worker */
#define ROW_STEPS	8	/* rounds of a worker between two looks at the row */

/* In shared memory. */
struct row_team {
	pthread_barrier_t start, end;
	bool over;
	int n[ROW_WORKERS];		/* objects alive */
	int wrong[ROW_WORKERS], refused[ROW_WORKERS];
};

/*
 * As row_test_random(), by processes at the same time: between two moves of the
 * barrier nobody knows who is refused, but the row must be the sum of what all
 * have, and no more than the barrier.
 */
void row_test_team(const struct ve *ve, const struct row *row, int rounds);

/* A child makes objects and ends without dropping them. */
void row_test_exit(const struct ve *ve, const struct row *row);

/* Init of the VE as the host sees it; the keeper is not it. */
pid_t ve_init_pid(const struct ve *ve);

/* A folder of the VE's own that it may write to. */
void private_tmp(void);

#endif /* _VZ_SELFTESTS_ROW_H */
