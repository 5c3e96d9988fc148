// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A run of CRIU that stands still is given up, and what it stood at is gone with it: it is asked
 * before.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "checkpoint/stall.h"
#include "libvz/cleanup.h"
#include "libvz/file.h"

#define DEPTH 8
#define MOST 32

static char *proc_text(pid_t pid, const char *file)
{
	char path[64], *text;

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, file);
	if (vz_read_at(AT_FDCWD, path, &text, NULL))
		return NULL;
	text[strcspn(text, "\n")] = '\0';
	return text;
}

static void say_below(FILE *out, pid_t pid, int depth, int *left)
{
	cleanup_free char *children = NULL;
	char path[64], *at, *end;

	snprintf(path, sizeof(path), "task/%d/children", pid);
	children = proc_text(pid, path);
	for (at = children; at && depth < DEPTH; at = end) {
		const pid_t child = strtol(at, &end, 10);
		cleanup_free char *name = NULL, *wait = NULL;

		if (end == at || *left <= 0)
			break;
		--*left;
		name = proc_text(child, "comm");
		wait = proc_text(child, "wchan");
		fprintf(out, ", %s in %s", name ? name : "?", wait ? wait : "?");
		say_below(out, child, depth + 1, left);
	}
}

char *ckpt_stall(pid_t pid, int work, const char *log)
{
	cleanup_free char *text = NULL;
	char *line, *said = NULL;
	int left = MOST;
	size_t size, len;
	FILE *out;

	out = open_memstream(&said, &size);
	if (!out)
		return NULL;
	line = NULL;
	if (!vz_read_at(work, log, &text, &len)) {
		while (len && text[len - 1] == '\n')
			text[--len] = '\0';
		line = strrchr(text, '\n');
		line = line ? line + 1 : text;
	}
	fprintf(out, "after \"%.200s\"", line ? line : "");
	say_below(out, pid, 0, &left);
	return fclose(out) ? NULL : said;
}

bool ckpt_wait_moving(int fd, int look_ms, int looks, uint64_t (*moved)(void *arg), void *arg)
{
	uint64_t was = moved(arg), now;
	int still = 0;

	while (still < looks) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		int ready = poll(&p, 1, look_ms);

		if (ready > 0)
			return true;
		/* Looked at too soon: it would count as one. */
		if (ready < 0 && errno == EINTR)
			continue;
		now = moved(arg);
		still = now == was ? still + 1 : 0;
		was = now;
	}
	return false;
}
