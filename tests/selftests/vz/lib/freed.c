// SPDX-License-Identifier: GPL-2.0-only
#include "freed.h"
#include "file.h"
#include "tap.h"
#include "ve.h"
#include "wait.h"

#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

void flush_stocks(void)
{
	const char *dir = CGROUP_ROOT "/test-flush";
	int status, cpu;
	pid_t pid;

	need(!mkdir(dir, 0755) || errno == EEXIST);
	pid = fork();
	need(pid >= 0);
	if (!pid) {
		errno = write_at(dir, "cgroup.procs", "0");
		need(!errno);
		for (cpu = 0; cpu < CPU_SETSIZE; cpu++) {
			cpu_set_t set;
			int fds[2];
			char *page;

			CPU_ZERO(&set);
			CPU_SET(cpu, &set);
			if (sched_setaffinity(0, sizeof(set), &set))
				continue;
			need(!pipe(fds));
			close(fds[0]);
			close(fds[1]);
			page = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
				    MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
			need(page != MAP_FAILED && !munmap(page, 4096));
		}
		need(!unshare(CLONE_NEWNET));
		_exit(0);
	}
	need(waitpid(pid, &status, 0) == pid && !status);
}

/*
 * The kernel never drops the last unused entry of sysfs, which keeps the VE that
 * looked at it first: half of one is none (seeks is 0, do_shrink_slab()). Two go.
 */
static void touch_sysfs(void)
{
	access("/sys/kernel/notes", F_OK);
	access("/sys/kernel/uevent_seqnum", F_OK);
	/* cgroupfs does the same. */
	access(CGROUP_ROOT "/cgroup.controllers", F_OK);
	access(CGROUP_ROOT "/cgroup.max.depth", F_OK);
	access(CGROUP_ROOT "/cgroup.threads", F_OK);
}

/* Removed cgroups that were kept before this test: another one's. */
static int dying_before;

static int dying_now(char *buf, size_t size)
{
	int fd = open(CGROUP_ROOT "/cgroup.stat", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, buf, size - 1);
	char *at;

	if (fd >= 0)
		close(fd);
	if (n <= 0)
		return -1;
	buf[n] = '\0';
	at = strstr(buf, "nr_dying_descendants ");
	need(at);
	return atoi(at + strlen("nr_dying_descendants "));
}

__attribute__((constructor)) static void look_dying_before(void)
{
	char buf[1024];
	int n = dying_now(buf, sizeof(buf));

	dying_before = n < 0 ? 0 : n;
}

int ve_wait_freed(void)
{
	int i, dying = dying_before + 1;
	char buf[1024], *at;

	for (i = 0; i < 300 && dying > dying_before; i++) {
		touch_sysfs();
		write_at("/proc/sys/vm", "drop_caches", "3");
		flush_stocks();
		ve_sleep_ms(200);
		dying = dying_now(buf, sizeof(buf));
		need(dying >= 0);
	}
	/* By which controllers. */
	for (at = dying > dying_before ? strtok(buf, "\n") : NULL; at; at = strtok(NULL, "\n"))
		printf("# %s\n", at);
	return dying > dying_before ? dying - dying_before : 0;
}
