// SPDX-License-Identifier: GPL-2.0-or-later
/* Small helpers of the checkpoint library: the freezer, signals, whole files, size of a folder. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "checkpoint/criu/page-sum.h"
#include "checkpoint/util.h"
#include "libvz/cgroup.h"
#include "libvz/cleanup.h"
#include "libvz/clock.h"
#include "libvz/err.h"

bool ckpt_frozen(unsigned int id)
{
	cleanup_free char *events = NULL;
	struct vz_err unused = {};
	bool frozen = !vz_cgroup_read(id, "payload/cgroup.events", &events, &unused) &&
		      strstr(events, "frozen 1");

	vz_error_free(&unused);
	return frozen;
}

int ckpt_wait_frozen(unsigned int id, int timeout_ms, struct vz_err *e)
{
	const uint64_t end = vz_now_us() + timeout_ms * 1000ULL;

	while (!ckpt_frozen(id)) {
		if (vz_now_us() > end)
			return vz_error(e, VZ_TIMEOUT, -ETIMEDOUT,
					"VE %u is not frozen within %d ms", id, timeout_ms);
		usleep(1000);
	}
	return 0;
}

void ckpt_signals_hold(sigset_t *old)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGQUIT);
	sigprocmask(SIG_BLOCK, &set, old);
}

void ckpt_signals_release(const sigset_t *old)
{
	sigprocmask(SIG_SETMASK, old, NULL);
}

uint64_t ckpt_dir_bytes(int dirfd)
{
	int fd = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	cleanup_dir DIR *d = fd < 0 ? NULL : fdopendir(fd);
	uint64_t sum = 0;
	struct dirent *n;

	if (!d) {
		if (fd >= 0)
			close(fd);
		return 0;
	}
	while ((n = readdir(d))) {
		struct stat st;

		if (strcmp(n->d_name, PAGE_STORE_FILE) &&
		    !fstatat(dirfd, n->d_name, &st, AT_SYMLINK_NOFOLLOW) && S_ISREG(st.st_mode))
			sum += st.st_size;
	}
	return sum;
}
