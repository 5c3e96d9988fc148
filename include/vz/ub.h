/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Beancounter hooks that foreign files call. Every hook is an empty inline or
 * a constant when CONFIG_VE is off, and a jump over nothing until the first VE
 * is made.
 */
#ifndef _VZ_UB_H
#define _VZ_UB_H

#include <linux/jump_label.h>
#include <linux/types.h>

#ifdef CONFIG_VE

DECLARE_STATIC_KEY_FALSE(ve_enabled);

#else /* !CONFIG_VE */

#endif /* CONFIG_VE */
#endif /* _VZ_UB_H */
