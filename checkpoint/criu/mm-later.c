// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <unistd.h>
#include "log.h"
#include "mm-later.h"
#include "servicefd.h"
#include "util.h"

void mm_later_dump(pid_t pid, const struct mm_later *later, MmEntry *mme)
{
	FILE *f = fopen_proc(pid, "coredump_filter");

	mme->lock_later = later->lock;
	mme->has_lock_later = later->lock != 0;
	mme->deny_write_exec = later->deny_write_exec;
	mme->has_deny_write_exec = later->deny_write_exec > 0;
	mme->merge_all = later->merge > 0;
	mme->has_merge_all = mme->merge_all;
	/* A kernel without cores has no such file. */
	if (!f)
		return;
	mme->has_coredump_filter = fscanf(f, "%x", &mme->coredump_filter) == 1;
	fclose(f);
}

int mm_later_restore_filter(const MmEntry *mme)
{
	char text[16];
	int fd, len, ret;

	if (!mme->has_coredump_filter)
		return 0;
	fd = open_proc_rw(PROC_SELF, "coredump_filter");
	if (fd < 0)
		return 0;
	len = snprintf(text, sizeof(text), "0x%x", mme->coredump_filter);
	ret = write(fd, text, len) == len ? 0 : -1;
	if (ret)
		pr_perror("Unable to set coredump_filter to %s", text);
	close(fd);
	return ret;
}
