// SPDX-License-Identifier: GPL-2.0-or-later
/* Network sysctls of a namespace: what was changed is found, and nothing else. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "checkpoint/state.h"
#include "checkpoint/sysctl.h"
#include "libvz/err.h"
#include "tests/unit/tap.h"

static int put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	int ret = fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text);

	close(fd);
	return ret;
}

/* A process in a net namespace of its own, where these were set; 0 when there is none. */
static pid_t somebody(void)
{
	int ready[2];
	char c = 0;
	pid_t pid;

	CHECK(!pipe(ready));
	pid = fork();
	if (!pid) {
		c = unshare(CLONE_NEWNET) ||
		    put("/proc/sys/net/ipv4/tcp_keepalive_time", "4711") ||
		    put("/proc/sys/net/ipv4/ip_local_port_range", "20000 30001") ||
		    put("/proc/sys/net/ipv4/conf/lo/rp_filter", "2");
		if (write(ready[1], &c, 1) != 1 || c)
			_exit(1);
		pause();
		_exit(0);
	}
	if (pid < 0 || read(ready[0], &c, 1) != 1 || c)
		return 0;
	return pid;
}

static const char *value_of(const VeState *s, const char *name)
{
	for (size_t i = 0; i < s->n_sysctl; i++)
		if (!strcmp(s->sysctl[i]->name, name))
			return s->sysctl[i]->value;
	return "none";
}

static void changed_ones_are_found(void)
{
	struct vz_err e = { 0 };
	pid_t pid = somebody();
	char *fresh = NULL;
	VeState *s = malloc(sizeof(*s));

	ve_state__init(s);
	s->features = strdup("");
	s->kernel = strdup("");
	if (!pid) {
		printf("# no net namespaces here\n");
		ckpt_state_free(s);
		return;
	}
	CHECK(!ckpt_sysctl_fresh(&fresh, &e));
	CHECK(strstr(fresh, "ipv4/tcp_keepalive_time\t7200\n"));
	CHECK(!ckpt_sysctl_list(pid, fresh, &s->sysctl, &s->n_sysctl, &e));
	CHECK(!strcmp(value_of(s, "ipv4/tcp_keepalive_time"), "4711"));
	CHECK(!strcmp(value_of(s, "ipv4/ip_local_port_range"), "20000\t30001"));
	CHECK(!strcmp(value_of(s, "ipv4/conf/lo/rp_filter"), "2"));
	CHECK(!strcmp(value_of(s, "ipv4/tcp_keepalive_intvl"), "none"));
	CHECK(s->n_sysctl < 20);
	for (size_t i = 0; i < s->n_sysctl; i++)
		printf("# %s %s\n", s->sysctl[i]->name, s->sysctl[i]->value);
	free(fresh);
	ckpt_state_free(s);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

int main(void)
{
	TEST(changed_ones_are_found);
	return tap_failed;
}
