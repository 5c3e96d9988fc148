// SPDX-License-Identifier: GPL-2.0-or-later
#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include "libvz/paths.h"
#include "libvz/script_path.h"

const char *const vz_script_ends[] = {
	"premount", "mount", "start", "stop", "umount", "postumount", NULL,
};

char *vz_script_path(char *buf, unsigned int id, const char *end)
{
	snprintf(buf, PATH_MAX, VZ_CONFDIR "/%u.%s", id, end);
	return buf;
}
