// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * CRIU's log: it lies in /run/vz/criu/<id>, a tmpfs, because a log on a DAX
 * file system slows CRIU down by much; its errors go into ours.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "checkpoint/job.h"
#include "checkpoint/log.h"
#include "libvz/cleanup.h"
#include "libvz/conf.h"
#include "libvz/err.h"
#include "libvz/file.h"

int ckpt_workdir(struct ckpt_job *j, struct vz_err *e)
{
	const enum vz_cause cause = j->restore ? VZ_RESTORE : VZ_CHKPNT;
	const char *log = j->restore ? "restore.log" : "dump.log";

	if ((mkdir("/run/vz", 0755) && errno != EEXIST) ||
	    (mkdir("/run/vz/criu", 0700) && errno != EEXIST))
		return vz_error_sys(e, cause, -errno, "make /run/vz/criu");
	snprintf(j->workdir, sizeof(j->workdir), "/run/vz/criu/%u", j->c->id);
	if (mkdir(j->workdir, 0700) && errno != EEXIST)
		return vz_error_sys(e, cause, -errno, "make %s", j->workdir);
	j->work = open(j->workdir, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (j->work < 0)
		return vz_error_sys(e, cause, -errno, "open %s", j->workdir);
	unlinkat(j->work, log, 0);
	return 0;
}

/* The first error is the cause as a rule; the last one is where CRIU gave up. */
char *ckpt_log_error(int workfd, const char *name)
{
	cleanup_free char *text = NULL;
	char *first = NULL, *last = NULL, *save, *line, *both;

	if (vz_read_at(workfd, name, &text, NULL))
		return NULL;
	for (line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		char *p = strstr(line, "Error (");

		/* The farewell lines say only that something failed before. */
		if (!p || strstr(p, "ing FAILED."))
			continue;
		first = first ? first : p;
		last = p;
	}
	if (first == last)
		return first ? strdup(first) : NULL;
	return asprintf(&both, "%s ... %s", first, last) < 0 ? NULL : both;
}
