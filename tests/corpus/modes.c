// SPDX-License-Identifier: GPL-2.0-or-later
/* Modes of a thread that prctl(2) sets and tells. */
#include <sys/prctl.h>
#include "corpus.h"

static struct aside *aside;

/* --- the time stamp counter: a process without it must not ask for the time */
static void go_without_tsc(void *arg)
{
	need(!prctl(PR_SET_TSC, PR_TSC_SIGSEGV, 0, 0, 0));
}

static void go_with_tsc(void *arg)
{
	need(!prctl(PR_SET_TSC, PR_TSC_ENABLE, 0, 0, 0));
}

static void look_without_tsc(void *arg)
{
	int mode = 0;

	need(!prctl(PR_GET_TSC, &mode, 0, 0, 0));
	equal(mode, PR_TSC_SIGSEGV);
}

static void set_up_tsc(void)
{
	aside = aside_start(0);
	aside_call(aside, go_without_tsc, NULL);
}

static void verify_tsc(void)
{
	int mode = 0;

	aside_call(aside, look_without_tsc, NULL);
	need(!prctl(PR_GET_TSC, &mode, 0, 0, 0));
	equal(mode, PR_TSC_ENABLE);
}

static void spoil_tsc(void)
{
	aside_call(aside, go_with_tsc, NULL);
}

STATE(mode_tsc, "a process that may not read the time stamp counter", set_up_tsc, verify_tsc,
      spoil_tsc);

/* --- broken memory */
static void set_up_early(void)
{
	if (prctl(PR_MCE_KILL, PR_MCE_KILL_SET, PR_MCE_KILL_EARLY, 0, 0))
		corpus_skip("no PR_MCE_KILL here");
}

static void verify_early(void)
{
	equal(prctl(PR_MCE_KILL_GET, 0, 0, 0, 0), PR_MCE_KILL_EARLY);
}

static void spoil_early(void)
{
	need(!prctl(PR_MCE_KILL, PR_MCE_KILL_CLEAR, 0, 0, 0));
}

STATE(mode_broken_memory, "a process that wants to know of broken memory early", set_up_early,
      verify_early, spoil_early);

/* --- speculation */
static void set_up_careful(void)
{
	if (prctl(PR_SET_SPECULATION_CTRL, PR_SPEC_STORE_BYPASS, PR_SPEC_DISABLE, 0, 0))
		corpus_skip("nobody may choose here");
}

static void verify_careful(void)
{
	equal(prctl(PR_GET_SPECULATION_CTRL, PR_SPEC_STORE_BYPASS, 0, 0, 0),
	      PR_SPEC_PRCTL | PR_SPEC_DISABLE);
}

static void spoil_careful(void)
{
	need(!prctl(PR_SET_SPECULATION_CTRL, PR_SPEC_STORE_BYPASS, PR_SPEC_ENABLE, 0, 0));
}

STATE(mode_speculation, "a process for which the processor does not guess", set_up_careful,
      verify_careful, spoil_careful);
