/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a VE sees of /proc/sys/kernel/random: the hook of drivers/char/random.c,
 * an empty inline when CONFIG_VE is off. Apart from <vz/ve.h>, which much of the
 * kernel includes.
 */
#ifndef _VZ_RANDOM_H
#define _VZ_RANDOM_H

#include <linux/types.h>
#include <vz/hook.h>

/* ve/boot_id.c */
u8 *__ve_boot_id(u8 *host, u8 *own);

/* proc_do_uuid(): @host, or in a VE @own, filled with the VE's */
static inline u8 *ve_boot_id(u8 *host, u8 *own)
{
	return VE_HOOK(__ve_boot_id(host, own), host);
}

#endif /* _VZ_RANDOM_H */
