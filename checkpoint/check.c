// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Is CRIU there, new enough, and content with this kernel? "criu check" is
 * run as a program: libcriu's call crashes CRIU 4.1.1, which then reads
 * options that the request does not have.
 */
#include <criu/criu.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include "checkpoint/check.h"
#include "checkpoint/job.h"
#include "checkpoint/log.h"
#include "libvz/cleanup.h"
#include "libvz/err.h"
#include "libvz/log.h"
#include "libvz/paths.h"

/* The distribution's, found in PATH, restores less: see checkpoint/criu-patches/. */
#define OUR_CRIU	VZ_LIBEXECDIR "/criu"

bool ckpt_criu_is_ours(void)
{
	return !access(OUR_CRIU, X_OK);
}

const char *ckpt_criu_program(void)
{
	return ckpt_criu_is_ours() ? OUR_CRIU : "criu";
}

/* What it says goes to a file without a name. */
static int run_check(int out)
{
	pid_t pid = fork();
	int status;

	if (pid < 0)
		return -errno;
	if (!pid) {
		dup2(out, 1);
		dup2(out, 2);
		execlp(ckpt_criu_program(), "criu", "check", NULL);
		_exit(127);
	}
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return WIFEXITED(status) && !WEXITSTATUS(status) ? 0 : -EOPNOTSUPP;
}

static int check_kernel(struct vz_err *e)
{
	cleanup_close int out = memfd_create("criu-check", MFD_CLOEXEC);
	cleanup_free char *why = NULL;
	char self[32];
	int err;

	if (out < 0)
		return vz_error_sys(e, VZ_SYSTEM, -errno, "memfd_create");
	err = run_check(out);
	if (!err)
		return 0;
	snprintf(self, sizeof(self), "/proc/self/fd/%d", out);
	why = ckpt_log_error(AT_FDCWD, self);
	return vz_error(e, VZ_CHKPNT, err, "criu cannot work on this kernel: %s",
			why ? why : "run 'criu check' to see why");
}

int ckpt_criu_version(struct vz_err *e)
{
	criu_opts *o = NULL;
	int version;

	if (criu_local_init_opts(&o) || criu_local_set_service_binary(o, ckpt_criu_program())) {
		criu_local_free_opts(o);
		return vz_error_sys(e, VZ_NOMEM, -ENOMEM, "CRIU's options");
	}
	version = criu_local_get_version(o);
	criu_local_free_opts(o);
	if (version < 0)
		return vz_error(e, VZ_CHKPNT, -ENOENT,
				"criu does not answer: is the package criu installed?");
	if (version < CKPT_CRIU_MIN)
		return vz_error(e, VZ_CHKPNT, -EPROTO, "criu is too old: version %d, needed %d",
				version, CKPT_CRIU_MIN);
	vz_debug("criu %d.%d.%d, %s", version / 10000, version / 100 % 100, version % 100,
		 strcmp(ckpt_criu_program(), OUR_CRIU) ? "the distribution's" : OUR_CRIU);
	return version;
}

int ckpt_check(struct vz_err *e)
{
	int version = ckpt_criu_version(e);

	return version < 0 ? version : check_kernel(e);
}
