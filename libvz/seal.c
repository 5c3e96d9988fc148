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
#include "libvz/err.h"
#include "libvz/file.h"
#include "libvz/seal.h"

#define SEALS	(F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)

static int seal_exec(int exe, char *const argv[], struct vz_err *e)
{
	cleanup_close int fd = memfd_create("vz", MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_EXEC);
	struct stat st;
	off_t off = 0;

	if (fd < 0 || fstat(exe, &st))
		return vz_error_sys(e, VZ_SYSTEM, -errno, "memfd_create");
	while (off < st.st_size)
		if (sendfile(fd, exe, &off, st.st_size - off) <= 0)
			return vz_error_sys(e, VZ_SYSTEM, -errno, "Cannot copy the program");
	if (fchmod(fd, 0500) || fcntl(fd, F_ADD_SEALS, SEALS))
		return vz_error_sys(e, VZ_SYSTEM, -errno, "Cannot seal the program");
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
