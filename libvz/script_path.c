// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include "libvz/err.h"
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

int vz_scripts_aside(unsigned int id, const char *why, struct vz_err *e)
{
	char from[PATH_MAX], to[PATH_MAX + 16];
	int n = 0;

	for (const char *const *end = vz_script_ends; *end; end++) {
		snprintf(to, sizeof(to), "%s%s", vz_script_path(from, id, *end), why);
		if (!rename(from, to))
			n++;
		else if (errno != ENOENT)
			return vz_error_sys(e, VZ_SAVECONF, -errno, "Cannot rename %s to %s", from,
					    to);
	}
	return n;
}
