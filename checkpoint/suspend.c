// SPDX-License-Identifier: GPL-2.0-or-later
/* Freezing a VE for a later dump: not while a task of it waits in vfork(). */
#include <errno.h>
#include <stdbool.h>
#include <unistd.h>
#include "checkpoint/suspend.h"
#include "checkpoint/tasks.h"
#include "libvz/err.h"
#include "libvz/state.h"

#define PAUSE_US	10000

void ckpt_vfork_pause(int try)
{
	usleep(PAUSE_US * try);
}

int ckpt_suspend(unsigned int id, int timeout_ms, struct vz_err *e)
{
	const bool was_frozen = vz_ve_frozen(id);
	struct vz_err why = {};
	int try, err;

	for (try = 1; ; try++) {
		err = vz_ve_freeze(id, timeout_ms, e);
		if (err || was_frozen || try == CKPT_VFORK_TRIES)
			return err;
		err = ckpt_cg_check_frozen(id, &why);
		vz_error_free(&why);
		if (err != -EINPROGRESS)
			return 0;
		err = vz_ve_thaw(id, e);
		if (err)
			return err;
		ckpt_vfork_pause(try);
	}
}
