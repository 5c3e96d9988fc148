// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Traps for the tools of the host: a VE is brought into a state in which one of
 * them could wait without end, or use up something. What must go on does, in
 * the background; the caller gets "set" when the trap is there.
 *
 * usage: attack trap NAME [NUMBER|FILE...]
 */
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include "attack.h"

/* The rest of the caller runs on its own; its parent ends with "set". */
static void stay(void)
{
	int ready[2];
	char c;

	must(!pipe(ready));
	if (fork()) {
		close(ready[1]);
		must(read(ready[0], &c, 1) == 1);
		puts("set");
		exit(0);
	}
	setsid();
	dup2(ready[1], 9);
}

static void is_set(void)
{
	int null = open("/dev/null", O_RDWR);

	must(write(9, "s", 1) == 1);
	for (int i = 0; i < 3; i++)
		dup2(null, i);
	close_range(3, ~0U, 0);
}

/* Each new folder takes the chain in, so that no path and no memory grows with it. */
static void trap_deep(int nr)
{
	must(!mkdir("/deep", 0700) && !chdir("/deep"));
	must(!mkdir("c", 0700));
	for (int i = 1; i < nr; i++)
		must(!mkdir("n", 0700) && !rename("c", "n/c") && !rename("n", "c"));
	puts("set");
}

static void trap_names(int nr)
{
	char path[300];

	must(!mkdir("/names", 0700) && !chdir("/names"));
	for (int i = 0; i < nr; i++) {
		int fd;

		snprintf(path, sizeof(path), "%0255d", i);
		fd = open(path, O_WRONLY | O_CREAT, 0600);
		must(fd >= 0);
		close(fd);
	}
	puts("set");
}

/* Deeper than a path can tell, with as many attributes as there may be. */
static void trap_cgroups(int nr)
{
	static char value[1000], name[256];

	memset(name, 'g', 250);
	memset(value, 'v', sizeof(value));
	must(!chdir("/sys/fs/cgroup"));
	for (int i = 0; i < nr; i++) {
		must(!mkdir(name, 0755) && !chdir(name));
		for (int x = 0; x < 100; x++) {
			char key[32];

			snprintf(key, sizeof(key), "user.%d", x);
			if (setxattr(".", key, value, sizeof(value), 0))
				break;
		}
	}
	puts("set");
}

static void trap_stopped(void)
{
	int status;

	stay();
	must(!ptrace(PTRACE_SEIZE, 1, 0, 0) && !ptrace(PTRACE_INTERRUPT, 1, 0, 0));
	must(waitpid(1, &status, __WALL) == 1);
	is_set();
	for (;;)
		pause();
}

/* Whoever opens one of the files waits; what is broken is taken again. */
static void trap_leases(int n, char **file)
{
	int fd[16];

	must(n <= 16);
	stay();
	signal(SIGIO, SIG_IGN);
	for (int i = 0; i < n; i++) {
		fd[i] = open(file[i], O_RDWR);
		must(fd[i] >= 0 && !fcntl(fd[i], F_SETLEASE, F_WRLCK));
	}
	must(write(9, "s", 1) == 1);
	close(9);
	for (;;) {
		usleep(100000);
		for (int i = 0; i < n; i++)
			if (fcntl(fd[i], F_GETLEASE) != F_WRLCK)
				fcntl(fd[i], F_SETLEASE, F_WRLCK);
	}
}

int trap(int argc, char **argv)
{
	int nr = argc > 1 ? atoi(argv[1]) : 0;

	if (!strcmp(argv[0], "deep"))
		trap_deep(nr);
	else if (!strcmp(argv[0], "names"))
		trap_names(nr);
	else if (!strcmp(argv[0], "cgroups"))
		trap_cgroups(nr);
	else if (!strcmp(argv[0], "stopped"))
		trap_stopped();
	else if (!strcmp(argv[0], "leases"))
		trap_leases(argc - 1, argv + 1);
	else
		return 2;
	return 0;
}
