// SPDX-License-Identifier: GPL-2.0-or-later
/* Tell neighbours and switches on a link that an address now lives behind this host. */
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>
#include "libvz/announce.h"
#include "libvz/cleanup.h"
#include "libvz/ip.h"
#include "libvz/neighbour.h"
#include "libvz/nic.h"
#include "libvz/value.h"

int vz_announce(const struct vz_nic *nic, const struct vz_ip *ip)
{
	cleanup_close int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	struct vz_frame f;

	if (fd < 0)
		return -errno;
	vz_frame_announce(&f, nic, ip);
	return vz_frame_send(fd, nic, &f);
}
