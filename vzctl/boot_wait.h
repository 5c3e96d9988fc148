/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The end of a VE's boot. */
#ifndef VZCTL_BOOT_WAIT_H
#define VZCTL_BOOT_WAIT_H

#include <stdint.h>

struct vz_err;

/*
 * Until what the VE starts at boot was started: systemd says so; of other inits, the scripts that
 * they run one after another have ended. timeout_s seconds, of which some may have gone by since
 * since_ms (vz_now_ms()). VZ_WAIT when it takes longer, or the VE ends.
 */
int boot_wait(unsigned int id, int64_t since_ms, long timeout_s, struct vz_err *e);

#endif /* VZCTL_BOOT_WAIT_H */
