/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Fault injection for the selftests: a scene is a few system calls, and each
 * place in them that can fail (an allocation, a charge, with CONFIG_FAULT_
 * INJECTION_USERCOPY a copy from or to the program) is made to, one after the
 * other, until the scene runs without a fault. After each fault every row must
 * be where it was, and the scene must work when it is repeated.
 *
 * A scene may be left at any point: undo() makes good whatever was done, after
 * a success as after a failure. What the scene's program itself keeps (memory
 * of libc, a file in a cache) is kept by a first run without faults.
 *
 * FAULTS=all in the environment tries each place. Without it those behind the
 * 40th (of a scene that takes long, the 6th) are sampled, the sparser the later.
 */
#ifndef _VZ_SELFTESTS_FAULT_H
#define _VZ_SELFTESTS_FAULT_H

#include "common.h"
#include <sys/prctl.h>

#define FAULT_MOST	20000	/* places of a scene; more is a loop */
#define FAULT_ROWS	64
#define FAULT_DEBUGFS	"/sys/kernel/debug"

/**
 * struct scene - what is tried with faults
 * @name: for the report
 * @prepare: before each run, without faults; may be NULL
 * @run: 0, or -1 with errno
 * @undo: after each run, without faults
 * @check: is all well after a run that ended with @err (0 for success) and
 *	before it is undone; may be NULL
 * @child: run in a child process of its own: nothing has to be undone there
 * @slow: takes long
 * @foreign: parts of the kernel that have no hook of ours say in their own
 *	words that they could not be made (a net namespace: ENODEV, EEXIST and
 *	others; a name in /proc: ENOENT)
 */
struct scene {
	const char	*name;
	void		(*prepare)(void);
	int		(*run)(void);
	void		(*undo)(void);
	bool		(*check)(int err);
	bool		child;
	bool		slow;
	bool		foreign;
};

/* What a run came to; in shared memory for those of a child. */
struct fault_result {
	int err;	/* errno, 0 for success */
	bool hit;	/* there was a fault */
};

struct fault_rows {
	int n;
	char name[FAULT_ROWS][16];
	unsigned long held[FAULT_ROWS];
};

/* --- the kernel's switches ------------------------------------------------------- */

/* Make every place eligible, without a line in the log. Return: false when the kernel cannot. */
bool fault_setup(void);

/* --- rows -------------------------------------------------------------------------- */

/*
 * Until what was made on the way here is freed, by RCU and workers, and the rows
 * stand still: a scene's first run is compared with what was before it.
 */
void fault_settle(const struct ve *ve);

/* --- runs -------------------------------------------------------------------------- */

/* main() of a program that a scene has executed: it tells its parent so. */
#define FAULT_ARRIVED	64
int fault_arrived(void);

/**
 * fault_sweep - a scene with each of its places failing
 * @ve: whose rows are watched, NULL for none
 * @s: the scene
 *
 * One test. Return: false when it failed.
 */
bool fault_sweep(const struct ve *ve, const struct scene *s);

/* --- refusals at random -------------------------------------------------------------- */

/*
 * All scenes in turn, with charges refused at random while they run: fail-nth
 * does not reach what happens in interrupts on their behalf. One test.
 */
bool fault_storm(const struct ve *ve, const struct scene *scenes, size_t n);

#endif /* _VZ_SELFTESTS_FAULT_H */
