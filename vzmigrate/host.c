// SPDX-License-Identifier: GPL-2.0-or-later
/* Facts about this host, read anew at each call. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include "libvz/cleanup.h"
#include "libvz/conf.h"
#include "libvz/err.h"
#include "libvz/file.h"
#include "libvz/ip.h"
#include "libvz/netlink.h"
#include "libvz/nic.h"
#include "libvz/paths.h"
#include "libvz/value.h"
#include "vzmigrate/host.h"

char *host_kernel(void)
{
	char *text = NULL;

	if (vz_read_file("/proc/vz/version", &text))
		return NULL;
	text[strcspn(text, "\n")] = 0;
	return text;
}

char *host_release(void)
{
	struct utsname u;

	return uname(&u) ? NULL : strdup(u.release);
}

#define IDENTITY	VZ_STATEDIR "/migrate/host"

int host_identity(char buf[HOST_IDENTITY], struct vz_err *e)
{
	cleanup_free char *text = NULL;
	uint8_t bytes[(HOST_IDENTITY - 1) / 2];
	int ret = vz_read_file(IDENTITY, &text);

	if (!ret && strspn(text, "0123456789abcdef") == HOST_IDENTITY - 1) {
		snprintf(buf, HOST_IDENTITY, "%.*s", HOST_IDENTITY - 1, text);
		return 0;
	}
	if (ret && ret != -ENOENT)
		return vz_error_sys(e, VZ_SYSTEM, ret, "read " IDENTITY);
	if (getrandom(bytes, sizeof(bytes), 0) != sizeof(bytes))
		return vz_error_sys(e, VZ_SYSTEM, -errno, "getrandom");
	for (size_t i = 0; i < sizeof(bytes); i++)
		snprintf(buf + 2 * i, 3, "%02x", bytes[i]);
	mkdir(VZ_STATEDIR, 0755);
	mkdir(VZ_STATEDIR "/migrate", 0700);
	ret = vz_replace_file(IDENTITY, buf, HOST_IDENTITY - 1, 0600);
	return ret ? vz_error_sys(e, VZ_SYSTEM, ret, "write " IDENTITY) : 0;
}

int host_proxy(const struct vz_conf *c, bool on, struct vz_err *e)
{
	cleanup_free struct vz_nic *nics = NULL;
	cleanup_nl struct vz_nl *nl = NULL;
	char text[VZ_IP_TEXT];
	size_t n = 0;
	int ret = vz_nl_open(&nl, e);

	if (ret)
		return ret;
	ret = vz_nics(c, &nics, &n, e);
	if (ret)
		return ret;
	for (size_t k = 0; k < c->ip.n; k++) {
		const struct vz_ip *ip = &c->ip.ip[k];

		for (size_t i = 0; i < n; i++) {
			ret = vz_nl_proxy(nl, on, nics[i].ifindex, ip);
			if (ret && (on || ret != -ENOENT))
				return vz_error_sys(e, VZ_SYSTEM, ret,
						    "neighbour entry of %s on %s",
						    vz_ip_text(ip, text), nics[i].name);
		}
	}
	return 0;
}
