// SPDX-License-Identifier: GPL-2.0-only
/*
 * ping needs no privilege in a VE: net.ipv4.ping_group_range has all its groups
 * from the start in a namespace that is made when they are known, takes what
 * Debian sets at boot, and means the same to who comes in from the host.
 */
#include "vz.h"
#include <grp.h>
#include <netinet/in.h>

#define VE		157
#define DIR		"/proc/sys/net/ipv4"
#define FILE		"ping_group_range"

/* As a user of the VE. Return: 0 or the errno of a ping socket. */
static int ping_as(unsigned int id)
{
	int status;
	pid_t pid = fork();

	need(pid >= 0);
	if (!pid) {
		if (setgroups(0, NULL) || setresgid(id, id, id) || setresuid(id, id, id))
			_exit(255);
		_exit(socket(AF_INET, SOCK_DGRAM, IPPROTO_ICMP) < 0 ? errno : 0);
	}
	need(waitpid(pid, &status, 0) == pid && WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void shows(const char *want, const char *what)
{
	char text[64];

	read_at(DIR, FILE, text, sizeof(text));
	ok(!strcmp(text, want), "%s: \"%s\"", what, text);
}

static int body(void *unused)
{
	(void)unused;
	shows("65534\t65534", "made before the groups were known");
	ok_eq(ping_as(1000), EACCES, "a user then");
	need(!unshare(CLONE_NEWNET));
	shows("0\t65535", "made afterwards");
	ok_eq(ping_as(1000), 0, "a user");
	ok_eq(ping_as(65534), 0, "nobody");
	ok_eq(write_at(DIR, FILE, "100 200"), 0, "some groups");
	ok_eq(ping_as(1000), EACCES, "a user of another group");
	ok_eq(ping_as(150), 0, "a user of one of them");
	ok_eq(write_at(DIR, FILE, "1 0"), 0, "no group");
	ok_eq(ping_as(150), EACCES, "a user");
	ok_eq(write_at(DIR, FILE, "0 2147483647"), 0, "as Debian sets it");
	shows("0\t65535", "as it is then");
	ok_eq(ping_as(65535), 0, "the last group");
	ok_eq(write_at(DIR, FILE, "65536 2147483647"), EINVAL, "groups that are not there");
	return 0;
}

static int wait_for_host(void *unused)
{
	(void)unused;
	pause();
	return 0;
}

/* In the net namespace of a VE, with the host's ids. */
static int from_host(void)
{
	shows("7\t9", "the host sees what the VE set");
	ok_eq(write_at(DIR, FILE, "0 2147483647"), 0, "the host sets what Debian does");
	shows("0\t65535", "the VE's groups and no more");
	return 0;
}

static int enter(pid_t pid, int (*fn)(void))
{
	char path[64];
	int fd, status;
	pid_t child;

	snprintf(path, sizeof(path), "/proc/%d/ns/net", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	need(fd >= 0);
	child = fork();
	need(child >= 0);
	if (!child)
		_exit(setns(fd, CLONE_NEWNET) || fn());
	close(fd);
	need(waitpid(child, &status, 0) == child);
	return status;
}

static int set_some(void)
{
	ok_eq(write_at(DIR, FILE, "7 9"), 0, "the host sets some groups");
	return 0;
}

int main(void)
{
	struct test_ve ve;
	char text[64], host[64];

	test_start();
	read_at(DIR, FILE, host, sizeof(host));
	ok_eq(in_ve(VE, "", body, NULL), 0, "in a VE");

	need(!ve_create(&ve, VE) && !ve_boot(&ve, wait_for_host, NULL, "STARTING"));
	need(!ve_run(&ve));
	ok(!enter(ve.helper, set_some) && !enter(ve.helper, from_host), "from the host");
	ve_destroy(&ve);
	read_at(DIR, FILE, text, sizeof(text));
	ok(!strcmp(text, host), "the host's own is what it was: \"%s\"", text);
	return test_end();
}
