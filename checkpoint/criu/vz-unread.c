// SPDX-License-Identifier: GPL-2.0-only
/* The file of OpenVE's kernel for what is unread. Holds it open until the process ends. */
#include <fcntl.h>
#include <sys/ioctl.h>

#include "vz-unread.h"

int vz_unread(unsigned int cmd, void *arg)
{
	static int fd = -1;

	if (fd < 0)
		fd = open("/proc/vz/unread", O_RDONLY | O_CLOEXEC);
	return fd < 0 ? -1 : ioctl(fd, cmd, arg);
}
