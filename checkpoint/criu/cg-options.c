// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>
#include "cg-options.h"
#include "common/compiler.h"
#include "log.h"
#include "linux/mount.h"
#include "util.h"
#include "xmalloc.h"

#define MARK " - cgroup2 "

/* "rw" and "ro" are of each mount and no flag of the file system's own. */
static void keep_options(char *text, size_t room, char *options)
{
	char *save = NULL;

	text[0] = '\0';
	for (char *o = strtok_r(options, ",\n", &save); o; o = strtok_r(NULL, ",\n", &save))
		if (strcmp(o, "rw") && strcmp(o, "ro") && strlen(text) + strlen(o) + 2 <= room) {
			strcat(text, text[0] ? "," : "");
			strcat(text, o);
		}
}

const char *cg2_options(void)
{
	static char text[256];
	char line[4096], *found;
	FILE *f = fopen("/proc/self/mountinfo", "re");

	text[0] = '\0';
	while (f && fgets(line, sizeof(line), f)) {
		found = strstr(line, MARK);
		found = found ? strchr(found + strlen(MARK), ' ') : NULL;
		if (!found)
			continue;
		keep_options(text, sizeof(text), found + 1);
		break;
	}
	if (f)
		fclose(f);
	return text;
}

int cg2_set_options(int fsfd)
{
	char *save = NULL, *options = xstrdup(cg2_options());
	int ret = options ? 0 : -1;

	for (char *o = options ? strtok_r(options, ",", &save) : NULL; o && !ret;
	     o = strtok_r(NULL, ",", &save))
		if (cr_fsconfig(fsfd, FSCONFIG_SET_FLAG, o, NULL, 0)) {
			pr_perror("Unable to configure the cgroup2 file system with %s", o);
			ret = -1;
		}
	xfree(options);
	return ret;
}
