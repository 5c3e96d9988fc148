// SPDX-License-Identifier: GPL-2.0-or-later
/* Host devices on whose link the VEs' addresses are answered for. */
#include <errno.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>
#include "libvz/cleanup.h"
#include "libvz/conf.h"
#include "libvz/err.h"
#include "libvz/nic.h"
#include "libvz/value.h"

/* Ethernet-like, up, not part of a bridge or bond, no host end of a veth pair. */
static bool usable(int sock, const char *name, const char *devs, struct vz_nic *nic)
{
	struct ifreq r = { 0 };
	char path[64];

	if (!strncmp(name, "venet", 5) || !strncmp(name, "veth", 4))
		return false;
	if (devs && !strncmp(devs, "list:", 5) && !vz_has_word(devs + 5, name))
		return false;
	snprintf(r.ifr_name, sizeof(r.ifr_name), "%s", name);
	if (ioctl(sock, SIOCGIFFLAGS, &r) || !(r.ifr_flags & IFF_UP) ||
	    (r.ifr_flags & (IFF_LOOPBACK | IFF_NOARP)))
		return false;
	if (ioctl(sock, SIOCGIFHWADDR, &r) || r.ifr_hwaddr.sa_family != ARPHRD_ETHER)
		return false;
	memcpy(nic->mac, r.ifr_hwaddr.sa_data, 6);
	if (!ioctl(sock, SIOCGIFADDR, &r))
		nic->v4 = ((struct sockaddr_in *)&r.ifr_addr)->sin_addr;
	snprintf(path, sizeof(path), "/sys/class/net/%s/master", name);
	return access(path, F_OK) != 0;
}

int vz_nics(const struct vz_conf *c, struct vz_nic **nics, size_t *n, struct vz_err *e)
{
	struct if_nameindex *all = if_nameindex(), *p;
	cleanup_close int sock = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	const char *devs = vz_conf_get(c, "NEIGHBOUR_DEVS");
	size_t count = 0;

	*n = 0;
	*nics = NULL;
	if (!all || sock < 0) {
		if (all)
			if_freenameindex(all);
		return vz_error_sys(e, VZ_SYSTEM, -errno, "Cannot list network devices");
	}
	for (p = all; p->if_index; p++)
		count++;
	*nics = calloc(count + 1, sizeof(**nics));
	for (p = all; *nics && p->if_index; p++) {
		struct vz_nic *nic = *nics + *n;

		if (!usable(sock, p->if_name, devs, nic))
			continue;
		snprintf(nic->name, sizeof(nic->name), "%s", p->if_name);
		nic->ifindex = p->if_index;
		(*n)++;
	}
	if_freenameindex(all);
	return *nics ? 0 : vz_error_sys(e, VZ_NOMEM, -ENOMEM, "network devices");
}
