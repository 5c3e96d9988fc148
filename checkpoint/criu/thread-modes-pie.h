/* SPDX-License-Identifier: GPL-2.0-only */
/* Asking for and setting the modes of the thread that this runs in. */
#ifndef __CR_THREAD_MODES_PIE_H__
#define __CR_THREAD_MODES_PIE_H__

#include "thread-modes.h"

#define MODE_GET_TSC	25
#define MODE_SET_TSC	26
#define MODE_MCE_KILL	33
#define MODE_MCE_GET	34
#define MODE_GET_SPEC	52
#define MODE_SET_SPEC	53
#define MODE_GET_CPUID	0x1011
#define MODE_SET_CPUID	0x1012

#define MCE_DEFAULT	2
/* Of speculation: a program may choose, beside what it has chosen. */
#define SPEC_MAY_CHOOSE 1

static inline void ask_thread_modes(int *modes)
{
	int tsc = -1;

	modes[MODE_TSC] = sys_prctl(MODE_GET_TSC, (unsigned long)&tsc, 0, 0, 0) ? -1 : tsc;
	modes[MODE_MCE] = sys_prctl(MODE_MCE_GET, 0, 0, 0, 0);
	for (int i = 0; i < 3; i++)
		modes[MODE_SPEC_STORE + i] = sys_prctl(MODE_GET_SPEC, i, 0, 0, 0);
	modes[MODE_CPUID] = sys_arch_prctl(MODE_GET_CPUID, 0);
	for (int i = 0; i < THREAD_MODES; i++)
		modes[i] = modes[i] < 0 ? -1 : modes[i];
}

static inline long set_thread_mode(int mode, int value)
{
	switch (mode) {
	case MODE_TSC:
		return sys_prctl(MODE_SET_TSC, value, 0, 0, 0);
	case MODE_MCE:
		return sys_prctl(MODE_MCE_KILL, value != MCE_DEFAULT,
				 value == MCE_DEFAULT ? 0 : value, 0, 0);
	case MODE_CPUID:
		return sys_arch_prctl(MODE_SET_CPUID, value);
	}
	/* The whole machine's choice is not the thread's. */
	if (!(value & SPEC_MAY_CHOOSE))
		return 0;
	return sys_prctl(MODE_SET_SPEC, mode - MODE_SPEC_STORE, value & ~SPEC_MAY_CHOOSE, 0, 0);
}

static inline void put_thread_modes(const int *modes)
{
	int now[THREAD_MODES];

	ask_thread_modes(now);
	for (int i = THREAD_MODES - 1; i >= 0; i--)
		if (modes[i] >= 0 && modes[i] != now[i] && set_thread_mode(i, modes[i]) < 0)
			pr_warn("This host has no mode %d of threads with value %d\n", i,
				modes[i]);
}

#endif
