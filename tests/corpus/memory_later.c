// SPDX-License-Identifier: GPL-2.0-or-later
/* What a process has said of memory that it will map, and of its core. */
#include <sys/prctl.h>
#include "corpus.h"

#ifndef PR_SET_MDWE
#define PR_SET_MDWE 65
#define PR_GET_MDWE 66
#define PR_MDWE_REFUSE_EXEC_GAIN 1
#endif
#ifndef PR_SET_MEMORY_MERGE
#define PR_SET_MEMORY_MERGE 67
#define PR_GET_MEMORY_MERGE 68
#endif

static struct aside *aside;

static long locked_kib(void)
{
	return atol(line_of("/proc/self/status", "VmLck:"));
}

/* Whether a page that is mapped now is locked, and there before anybody has touched it. */
static void look_at_new_page(bool *locked, bool *there)
{
	const long before = locked_kib();
	void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	unsigned char in_core = 0;

	need(page != MAP_FAILED && !mincore(page, 4096, &in_core));
	*there = in_core & 1;
	*locked = locked_kib() == before + 4;
	need(!munmap(page, 4096));
}

/* --- mlockall: of the process, not of its children */
static void set_up_lock(void)
{
	need(!mlockall(MCL_FUTURE));
}

static void verify_lock(void)
{
	bool locked, there;

	look_at_new_page(&locked, &there);
	need(locked && there);
}

static void spoil_lock(void)
{
	need(!munlockall());
}

STATE(memory_lock_later, "mlockall of what will be mapped", set_up_lock, verify_lock, spoil_lock);

static void set_up_lock_on_fault(void)
{
	need(!mlockall(MCL_FUTURE | MCL_ONFAULT));
}

static void verify_lock_on_fault(void)
{
	bool locked, there;

	look_at_new_page(&locked, &there);
	need(locked && !there);
}

STATE(memory_lock_on_fault, "mlockall of what will be touched", set_up_lock_on_fault,
      verify_lock_on_fault, spoil_lock);

/* --- no memory may become code, as systemd says of its services; a second process may */
static void look_may_map_code(void *arg)
{
	void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	need(page != MAP_FAILED && !munmap(page, 4096));
}

static void spoil_may_map_code(void *arg)
{
	need(!prctl(PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN, 0, 0, 0));
}

static void set_up_deny(void)
{
	if (prctl(PR_GET_MDWE, 0, 0, 0, 0) < 0)
		corpus_skip("the kernel does not know it");
	aside = aside_start(0);
	need(!prctl(PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN, 0, 0, 0));
}

static void verify_deny(void)
{
	equal(prctl(PR_GET_MDWE, 0, 0, 0, 0), PR_MDWE_REFUSE_EXEC_GAIN);
	need(mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		  0) == MAP_FAILED);
	equal(errno, EACCES);
	aside_call(aside, look_may_map_code, NULL);
}

static void spoil_deny(void)
{
	aside_call(aside, spoil_may_map_code, NULL);
}

STATE(memory_deny_code, "no memory may become code", set_up_deny, verify_deny, spoil_deny);

/* --- equal pages may be merged */
static void set_up_merge(void)
{
	if (prctl(PR_SET_MEMORY_MERGE, 1, 0, 0, 0))
		corpus_skip("the kernel merges nothing");
}

static void verify_merge(void)
{
	equal(prctl(PR_GET_MEMORY_MERGE, 0, 0, 0, 0), 1);
}

static void spoil_merge(void)
{
	need(!prctl(PR_SET_MEMORY_MERGE, 0, 0, 0, 0));
}

STATE(memory_merge_all, "all memory may be merged", set_up_merge, verify_merge, spoil_merge);

/* --- which mappings go into a core; a second process has the usual ones */
static void look_usual_filter(void *arg)
{
	texts(slurp("/proc/self/coredump_filter"), "00000033\n");
}

static void set_up_filter(void)
{
	if (access("/proc/self/coredump_filter", F_OK))
		corpus_skip("the kernel writes no cores");
	aside = aside_start(0);
	spit("/proc/self/coredump_filter", "0x7d");
}

static void verify_filter(void)
{
	texts(slurp("/proc/self/coredump_filter"), "0000007d\n");
	aside_call(aside, look_usual_filter, NULL);
}

static void spoil_filter(void)
{
	spit("/proc/self/coredump_filter", "0x33");
}

STATE(core_filter, "which mappings go into a core", set_up_filter, verify_filter, spoil_filter);
