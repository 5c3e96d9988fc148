// SPDX-License-Identifier: GPL-2.0-or-later
/* Limits of a VE's cgroups that would keep it from ending. No state. */
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "libvz/cgroup.h"
#include "libvz/cgtree.h"
#include "libvz/cleanup.h"
#include "libvz/file.h"
#include "libvz/throttle.h"

static void knob_write(int fd, const char *name, const char *text)
{
	cleanup_close int to = openat(fd, name, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
	ssize_t n = to < 0 ? 0 : write(to, text, strlen(text));

	(void)n;
}

/* A line a device: "8:0 rbps=1 ..."; one is taken a write. */
static void io_max_lift(int fd)
{
	cleanup_free char *text = NULL;
	char *save = NULL, *line, out[96];

	if (vz_read_at(fd, "io.max", &text, NULL))
		return;
	for (line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		snprintf(out, sizeof(out), "%.*s rbps=max wbps=max riops=max wiops=max",
			 (int)strcspn(line, " "), line);
		knob_write(fd, "io.max", out);
	}
}

static int cgroup_lift(void *arg, int fd, const char *path)
{
	/* Not there where the controller is off. */
	knob_write(fd, "cpu.max", "max");
	knob_write(fd, "memory.high", "max");
	knob_write(fd, "ve.ub.iolimit", "max");
	knob_write(fd, "ve.ub.iopslimit", "max");
	io_max_lift(fd);
	return 0;
}

void vz_ve_unthrottle(unsigned int id)
{
	char path[PATH_MAX];

	vz_cgtree_walk(AT_FDCWD, vz_cgroup_path(path, id, NULL), cgroup_lift, NULL);
}
