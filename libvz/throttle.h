/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Limits that would keep a VE from ending. */
#ifndef LIBVZ_THROTTLE_H
#define LIBVZ_THROTTLE_H

/*
 * Take off what slows down: CPU time, IO and high memory of <id> and of the
 * cgroups that the VE has made in it. For a VE that is being killed: its tasks
 * need CPU time to end, and wait for IO that was let through. Best effort.
 */
void vz_ve_unthrottle(unsigned int id);

#endif /* LIBVZ_THROTTLE_H */
