// SPDX-License-Identifier: GPL-2.0-or-later
/* Copies of programs in sealed memory. */
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>
#include "libvz/child.h"
#include "libvz/cleanup.h"
#include "libvz/clock.h"
#include "libvz/err.h"
#include "libvz/file.h"
#include "libvz/seal.h"

#define SEAL_MS	10000
#define SEALS	(F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)

/*
 * The kernel waits for others that hold a page of it, a processor that has not put it on its list
 * yet for example, for 150 ms only. On a busy host that is nothing.
 */
int vz_seal_fd(int fd)
{
	const int64_t end = vz_now_ms() + SEAL_MS;

	while (fcntl(fd, F_ADD_SEALS, SEALS)) {
		if (errno != EBUSY || vz_now_ms() > end)
			return -errno;
		usleep(1000);
	}
	return 0;
}

static int seal_exec(int exe, char *const argv[], struct vz_err *e)
{
	cleanup_close int fd = memfd_create("vz", MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_EXEC);
	struct stat st;
	off_t off = 0;
	int ret;

	if (fd < 0 || fstat(exe, &st))
		return vz_error_sys(e, VZ_SYSTEM, -errno, "memfd_create");
	while (off < st.st_size)
		if (sendfile(fd, exe, &off, st.st_size - off) <= 0)
			return vz_error_sys(e, VZ_SYSTEM, -errno, "Cannot copy the program");
	ret = fchmod(fd, 0500) ? -errno : vz_seal_fd(fd);
	if (ret)
		return vz_error_sys(e, VZ_SYSTEM, ret, "Cannot seal the program");
	/* What the caller has closed is closed for that program, too. */
	for (int i = 0; i < 3; i++)
		if (vz_tool_lacks(i))
			fcntl(i, F_SETFD, FD_CLOEXEC);
	fexecve(fd, argv, environ);
	return vz_error_sys(e, VZ_SYSTEM, -errno, "Cannot run the sealed program");
}

int vz_seal_exec(const char *path, char *const argv[], struct vz_err *e)
{
	cleanup_close int exe = vz_open_file(path);

	if (exe < 0)
		return vz_error_sys(e, VZ_SYSTEM, exe, "Cannot open %s", path);
	return seal_exec(exe, argv, e);
}

int vz_seal_self(char *const argv[], struct vz_err *e)
{
	cleanup_close int exe = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);

	if (exe < 0)
		return vz_error_sys(e, VZ_SYSTEM, -errno, "Cannot open /proc/self/exe");
	if (fcntl(exe, F_GET_SEALS) == SEALS) {
		/* exec by descriptor leaves its number as the name. */
		prctl(PR_SET_NAME, program_invocation_short_name);
		return 0;
	}
	return seal_exec(exe, argv, e);
}
