// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Devices of a VE that comes: its image says what it might open on its source.
 * A number is another disk on another host, and the image may say anything, so
 * beyond what each VE has it gets what this host's vz.conf names.
 */
#include <errno.h>
#include <fcntl.h>
#include "checkpoint/state.h"
#include "libvz/cleanup.h"
#include "libvz/devices.h"
#include "libvz/err.h"
#include "checkpoint/state_devices.h"

int ckpt_devices_check(const char *images, const char *allowed, struct vz_err *e)
{
	cleanup_close int dir = open(images, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	char bad[VZ_DEVICE_TEXT] = "";
	VeState *s = NULL;
	int ret;

	if (dir < 0)
		return errno == ENOENT ? 0 : vz_error_sys(e, VZ_RESTORE, -errno, "open %s", images);
	ret = ckpt_state_load(dir, &s, e);
	if (ret)
		return ret;
	ret = s->devices ? vz_devices_within(s->devices, allowed, bad) : 0;
	if (ret == -EPERM)
		vz_error(e, VZ_RESTORE, ret,
			 "VE %u may open device '%s', and this host lets none that comes do so: "
			 "name it in MIGRATE_DEVICES of vz.conf, or take it from the VE",
			 s->id, bad);
	else if (ret)
		vz_error(
			e, VZ_RESTORE, ret,
			"VE %u: its devices, or MIGRATE_DEVICES of vz.conf, are no list of devices",
			s->id);
	ckpt_state_free(s);
	return ret;
}
