/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The functions by which the kernel goes on with a call that was interrupted. Each is known in
 * its own file only, which tells ve/restart.c by a line of these.
 */
#ifndef _VZ_RESTART_H
#define _VZ_RESTART_H

#ifdef CONFIG_VE

struct restart_block;

extern long (*const ve_restart_sleep)(struct restart_block *block);
extern long (*const ve_restart_poll)(struct restart_block *block);
extern long (*const ve_restart_futex)(struct restart_block *block);

#define VE_RESTART_IS(kind, fn)	typeof(fn) *const ve_restart_##kind = fn;

#else /* !CONFIG_VE */

#define VE_RESTART_IS(kind, fn)

#endif /* CONFIG_VE */
#endif /* _VZ_RESTART_H */
