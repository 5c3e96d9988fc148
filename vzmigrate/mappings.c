// SPDX-License-Identifier: GPL-2.0-or-later
/* Lines are as long as the names in them. No state. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/sysmacros.h>
#include "libvz/cleanup.h"
#include "libvz/file.h"
#include "vzmigrate/mappings.h"

int mappings_walk(int pid, int (*fn)(void *arg, const struct mapping *m), void *arg)
{
	cleanup_file FILE *f = NULL;
	cleanup_free char *line = NULL;
	char path[64];
	size_t cap = 0;
	int ret = 0;

	snprintf(path, sizeof(path), "/proc/%d/maps", pid);
	f = vz_fopen_file(path);
	while (!ret && f && getline(&line, &cap, f) > 0) {
		unsigned int major, minor;
		struct mapping m;
		int at = 0;

		if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %4s %*x %x:%x %" SCNu64 " %n", &m.start,
			   &m.end, m.perms, &major, &minor, &m.ino, &at) != 6)
			continue;
		line[strcspn(line, "\n")] = '\0';
		m.dev = makedev(major, minor);
		m.name = line + at;
		ret = fn(arg, &m);
	}
	return ret;
}
