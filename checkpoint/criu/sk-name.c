// SPDX-License-Identifier: GPL-2.0-only
/*
 * Names that a unix socket tells and is not found by: a connection has that of the socket that
 * accepted it, a datagram that of a sender which is elsewhere or gone. Owns nothing.
 */
#include <errno.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "log.h"
#include "sk-name.h"
#include "vz-sockets.h"

#undef LOG_PREFIX
#define LOG_PREFIX "sk-name: "

struct ve_sock_name {
	int32_t socket;
	uint32_t len;
	uint64_t name;
};

#define VE_SOCK_NAME _IOW('v', 9, struct ve_sock_name)

bool can_name_unix_sk(void)
{
	struct ve_sock_name nobody = { -1, 1, (uintptr_t)"" };
	int fd = vz_sockets_get();
	bool can;

	if (fd < 0)
		return false;
	can = ioctl(fd, VE_SOCK_NAME, &nobody) && errno == EBADF;
	close(fd);
	return can;
}

int name_unix_sk(int sk, const void *name, unsigned int len)
{
	struct ve_sock_name arg = { sk, len, (uintptr_t)name };
	int fd = vz_sockets_get(), ret;

	if (fd < 0)
		return 1;
	ret = ioctl(fd, VE_SOCK_NAME, &arg);
	if (ret && errno == ENOTTY)
		ret = 1;
	else if (ret)
		pr_perror("Can't name a unix socket");
	close(fd);
	return ret;
}
