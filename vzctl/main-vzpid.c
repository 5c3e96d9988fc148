// SPDX-License-Identifier: GPL-2.0-or-later
/* vzpid: whose processes are these? The kernel tells it in /proc/PID/status. */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "libvz/child.h"
#include "libvz/cleanup.h"
#include "libvz/err.h"
#include "libvz/file.h"
#include "libvz/plain.h"
#include "vzctl/tool.h"

/* The word behind "NAME:" at the beginning of a line, malloc'ed; NULL: there is no such line. */
static char *line_of(const char *text, const char *name)
{
	size_t n = strlen(name);
	const char *p = text;

	while (p && (strncmp(p, name, n) || p[n] != ':')) {
		p = strchr(p, '\n');
		p = p ? p + 1 : NULL;
	}
	if (!p)
		return NULL;
	p += n + 1;
	p += strspn(p, " \t");
	return strndup(p, strcspn(p, "\n"));
}

static int show(const char *pid, bool inside)
{
	cleanup_free char *text = NULL, *ve = NULL, *name = NULL, *own = NULL, *shown = NULL;
	char path[64];
	int ret;

	if (!*pid || strlen(pid) > 10 || pid[strspn(pid, "0123456789")])
		return tool_fail("Bad process id: %s", pid);
	snprintf(path, sizeof(path), "/proc/%s/status", pid);
	ret = vz_read_file(path, &text);
	if (ret)
		return tool_fail("Process %s: %s", pid,
				 ret == -ENOENT ? "there is none" : vz_reason(-ret));
	ve = line_of(text, "envID");
	name = line_of(text, "Name");
	own = line_of(text, "VPid");
	if (!ve || !name)
		return tool_fail("Process %s: this kernel does not tell whose it is", pid);
	shown = vz_plain_copy(name);
	if (inside)
		printf("%s\t%s\t%s\t%s\n", pid, own ? own : "-", ve, shown ? shown : "");
	else
		printf("%s\t%s\t%s\n", pid, ve, shown ? shown : "");
	return 0;
}

static int show_input(bool inside)
{
	char word[32];
	int ret = 0;

	while (scanf("%31s", word) == 1)
		ret |= show(word, inside);
	return ret;
}

static int usage(FILE *out)
{
	fprintf(out, "Usage: vzpid [-p] [pid ...]\n"
		"\t-p\talso its number in the container\n"
		"Without a pid they are read from standard input.\n");
	return out == stderr;
}

int main(int argc, char **argv)
{
	bool inside = false;
	int c, ret = 0;

	vz_tool_prepare();
	vz_tool_tells(1);
	while ((c = tool_letter(argc, argv, "ph")) != -1) {
		switch (c) {
		case 'p': inside = true; break;
		case 'h': return usage(stdout);
		default: return 1;
		}
	}
	printf(inside ? "Pid\tVPid\tCTID\tName\n" : "Pid\tCTID\tName\n");
	if (optind == argc)
		return show_input(inside);
	for (; optind < argc; optind++)
		ret |= show(argv[optind], inside);
	return ret;
}
