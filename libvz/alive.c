// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include "libvz/alive.h"
#include "libvz/cleanup.h"
#include "libvz/file.h"

/* Its state as /proc has it, and its parent. false: it is gone. */
static bool read_stat(pid_t pid, char *state, pid_t *parent)
{
	cleanup_free char *text = NULL;
	char path[64];
	const char *p;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	if (vz_read_file(path, &text))
		return false;
	/* The name is the process's own choice. */
	p = strrchr(text, ')');
	return p && sscanf(p, ") %c %d", state, parent) == 2;
}

static bool is_zombie(pid_t pid)
{
	pid_t parent;
	char state;

	return read_stat(pid, &state, &parent) && state == 'Z';
}

pid_t vz_process_parent(pid_t pid)
{
	pid_t parent;
	char state;

	return read_stat(pid, &state, &parent) ? parent : 0;
}

bool vz_process_alive(pid_t pid)
{
	return pid > 0 && (!kill(pid, 0) || errno == EPERM) && !is_zombie(pid);
}

void vz_process_name(pid_t pid, char buf[VZ_PROCESS_NAME])
{
	cleanup_file FILE *f = NULL;
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/comm", pid);
	f = vz_fopen_file(path);
	if (!f || !fgets(buf, VZ_PROCESS_NAME, f))
		strcpy(buf, "?");
	buf[strcspn(buf, "\n")] = '\0';
}
