/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How a hook in a foreign file reaches our code: the one macro for all of them,
 * and the switch that keeps it a jump over nothing until the first VE is made.
 */
#ifndef _VZ_HOOK_H
#define _VZ_HOOK_H

#ifdef CONFIG_VE

#include <linux/jump_label.h>

/* On once the first VE was bound, for ever. */
DECLARE_STATIC_KEY_FALSE(ve_in_use);

/**
 * VE_HOOK - call ours, if there are VEs
 * @call: a function of ours with its arguments; not looked at when CONFIG_VE is off
 * @...: what the hook gives without VEs; nothing when @call returns nothing
 */
#define VE_HOOK(call, ...) \
	(static_branch_unlikely(&ve_in_use) ? (call) : ((void)0, ##__VA_ARGS__))

#else /* !CONFIG_VE */

#define VE_HOOK(call, ...)	((void)0, ##__VA_ARGS__)

#endif /* CONFIG_VE */
#endif /* _VZ_HOOK_H */
