// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include "libvz/alive.h"
#include "libvz/cleanup.h"
#include "libvz/file.h"

static bool is_zombie(pid_t pid)
{
	cleanup_free char *text = NULL;
	char path[64];
	const char *p;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	if (vz_read_file(path, &text))
		return false;
	p = strrchr(text, ')');
	return p && !strncmp(p, ") Z", 3);
}

bool vz_process_alive(pid_t pid)
{
	return pid > 0 && (!kill(pid, 0) || errno == EPERM) && !is_zombie(pid);
}
