// SPDX-License-Identifier: GPL-2.0-only
/*
 * threaded_napi_of_ve: root of a VE could have a kernel thread of the host for
 * each queue of a device of his own.
 */
#include "nl.h"
#include <dirent.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>

#define QUEUES	8

static int host_proc;	/* /proc of the host */

/* Threads that poll queues, on the whole node. */
static int napi_threads(void)
{
	DIR *d = fdopendir(openat(host_proc, ".", O_RDONLY | O_DIRECTORY));
	struct dirent *de;
	int n = 0;

	need(d);
	while ((de = readdir(d))) {
		char name[280], text[32] = "";
		int fd;

		snprintf(name, sizeof(name), "%s/comm", de->d_name);
		fd = openat(host_proc, name, O_RDONLY);
		if (fd < 0)
			continue;
		if (read(fd, text, sizeof(text) - 1) > 0)
			n += !strncmp(text, "napi/", 5);
		close(fd);
	}
	closedir(d);
	return n;
}

/* A device with queues that are polled: a pair with GRO, both ends up. */
static void make_pair(void)
{
	unsigned int queues = QUEUES;
	struct ethtool_value gro = { ETHTOOL_SGRO, 1 };
	struct ifreq ifr = { .ifr_name = "v0" };
	int fd = nl_open(NETLINK_ROUTE), sock = socket(AF_INET, SOCK_DGRAM, 0);
	struct nl nl = { 0 };
	struct nlattr *info;

	nl_msg(&nl, RTM_NEWLINK, NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL, sizeof(struct ifinfomsg));
	nl_text(&nl, IFLA_IFNAME, "v0");
	nl_put(&nl, IFLA_NUM_RX_QUEUES, &queues, sizeof(queues));
	info = nl_nest(&nl, IFLA_LINKINFO);
	nl_text(&nl, IFLA_INFO_KIND, "veth");
	nl_end(&nl, info);
	need(!nl_talk(fd, &nl, 1));
	ifr.ifr_data = (void *)&gro;
	need(!ioctl(sock, SIOCETHTOOL, &ifr));
	need(!link_up(fd, "v0"));
	close(sock);
	close(fd);
}

/* Return: the errno of switching threads on, 0 when it worked. */
static int switch_on(void)
{
	int err;

	need(!mkdir("/tmp/sys", 0755) || errno == EEXIST);
	need(!mount("sysfs", "/tmp/sys", "sysfs", 0, NULL));
	err = write_at("/tmp/sys/class/net/v0", "threaded", "1");
	need(!umount2("/tmp/sys", MNT_DETACH));
	return err;
}

static int body(const struct ve *ve)
{
	(void)ve;
	need(!unshare(CLONE_NEWNS) && !mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
	make_pair();
	ok_eq(switch_on(), EPERM, "root of a VE wants threads for its queues");
	ok_eq(napi_threads(), 0, "threads that there are");
	return 0;
}

/* The same as root of the host, so that the test could fail. */
static int host(void)
{
	int status;
	pid_t pid = fork();

	need(pid >= 0);
	if (!pid) {
		need(!unshare(CLONE_NEWNET | CLONE_NEWNS) &&
		     !mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
		make_pair();
		ok_eq(switch_on(), 0, "root of the host wants them");
		ok(napi_threads() >= QUEUES, "and has %d", napi_threads());
		_exit(0);
	}
	need(waitpid(pid, &status, 0) == pid);
	return status;
}

int main(void)
{
	struct ve ve;

	ve_setup(&ve, 189);
	host_proc = open("/proc", O_RDONLY | O_DIRECTORY);
	need(host_proc >= 0);
	ok_eq(host(), 0, "on the host");
	ok(wait_until(!napi_threads()), "they end with their device");
	ve_spawn(&ve, body);
	ve_teardown(&ve);
	return test_end();
}
