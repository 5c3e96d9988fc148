// SPDX-License-Identifier: GPL-2.0-or-later
/* check-host: forwarding for venet, and ssh for vzmigrate. */
#include <dirent.h>
#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "libvz/cleanup.h"
#include "libvz/err.h"
#include "libvz/file.h"
#include "vzctl/host_net.h"

#define SYSCTL_FILE	"/etc/sysctl.d/60-openve.conf"
#define FORWARD4	"/proc/sys/net/ipv4/ip_forward"
#define FORWARD6	"/proc/sys/net/ipv6/conf/all/forwarding"
#define CONF6		"/proc/sys/net/ipv6/conf"

/* 0 or 1 and up; -1 when there is no such file. */
static int knob(const char *path)
{
	cleanup_free char *text = NULL;

	return vz_read_file(path, &text) ? -1 : atoi(text);
}

void host_look_forwarding(const struct vz_conf *c, struct host_finding *f)
{
	/* a host without IPv6 has nothing to forward */
	bool four = knob(FORWARD4) > 0, six = knob(FORWARD6) != 0;

	if (four && six)
		host_ok(f, "on");
	else
		host_lacks(f, "vzctl check-host --fix turns it on, and keeps it in " SYSCTL_FILE,
			   "%s is off: VEs are not reached from outside",
			   four ? "net.ipv6.conf.all.forwarding" : "net.ipv4.ip_forward");
}

/*
 * A host that forwards IPv6 no longer listens to router advertisements, unless
 * accept_ra is 2: one that has its address or its route from them would lose it.
 */
static int keep_advertisements(FILE *out)
{
	cleanup_dir DIR *d = opendir(CONF6);
	char path[512];
	struct dirent *de;
	int ret, value;

	while (d && (de = readdir(d))) {
		if (de->d_name[0] == '.' || !strcmp(de->d_name, "all"))
			continue;
		snprintf(path, sizeof(path), CONF6 "/%s/accept_ra", de->d_name);
		/* 2 is what an earlier call has made of it; the file is written anew */
		value = knob(path);
		if (value != 1 && value != 2)
			continue;
		fprintf(out, "net/ipv6/conf/%s/accept_ra = 2\n", de->d_name);
		ret = vz_write_file(path, "2");
		if (ret)
			return ret;
	}
	return 0;
}

int host_fix_forwarding(const struct vz_conf *c, struct vz_err *e)
{
	cleanup_free char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	int ret = 0;

	if (!out)
		return vz_error_sys(e, VZ_NOMEM, -ENOMEM, SYSCTL_FILE);
	fprintf(out, "# Written by vzctl check-host --fix: VEs are reached through the host.\n"
		"net.ipv4.ip_forward = 1\n");
	if (knob(FORWARD6) >= 0) {
		ret = keep_advertisements(out);
		fprintf(out, "net.ipv6.conf.all.forwarding = 1\n");
	}
	fclose(out);
	if (!ret)
		ret = vz_replace_file(SYSCTL_FILE, text, len, 0644);
	if (!ret)
		ret = vz_write_file(FORWARD4, "1");
	if (!ret && knob(FORWARD6) == 0)
		ret = vz_write_file(FORWARD6, "1");
	return ret ? vz_error_sys(e, VZ_SYSTEM, ret, "Cannot turn forwarding on") : 0;
}

void host_look_ssh(const struct vz_conf *c, struct host_finding *f)
{
	glob_t g = { 0 };
	bool key;

	if (access("/usr/bin/ssh", X_OK)) {
		host_lacks(f, "apt install openssh-client",
			   "no ssh: VEs cannot move to other hosts");
		return;
	}
	if (access("/usr/sbin/sshd", X_OK)) {
		host_lacks(f, "apt install openssh-server",
			   "no sshd: VEs cannot come from other hosts");
		return;
	}
	key = !glob("/root/.ssh/id_*.pub", 0, NULL, &g);
	globfree(&g);
	if (key)
		host_ok(f, "ssh, sshd and a key of root are there");
	else
		host_lacks(f, "ssh-keygen -t ed25519, then ssh-copy-id root@HOST for each host "
			   "that "
			   "VEs move to", "root has no ssh key: VEs cannot move to other hosts");
}
