// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Run a program in one of three places:
 *
 *	host	a cgroup with the memory controller and a memory limit, as any
 *		service of a Debian host
 *	box	the same in namespaces of its own: what the kernel itself takes
 *		for a container
 *	ve	a VE in state RUNNING, with a limit in every row that is live
 *
 * usage: place host|box|ve PROGRAM [ARG...]
 */
#include "../selftests/vz/common.h"

#define PAGES	(1L << 18)	/* limit of memory, 1 GiB */

static char **program;

static int start(const struct ve *ve)
{
	(void)ve;
	execv(program[0], program);
	perror(program[0]);
	return 127;
}

static int in_ve(void)
{
	/* no limit of these is met: what is measured is that there is one */
	static const char *const bytes[] = { "kmemsize", "dcachesize", "tcpsndbuf", "tcprcvbuf",
					     "othersockbuf", "dgramrcvbuf" };
	static const char *const counts[] = {
		"lockedpages", "privvmpages", "shmpages", "numproc", "physpages", "vmguarpages",
		"oomguarpages", "numtcpsock", "numflock", "numpty", "numsiginfo", "numothersock",
		"numfile", "numiptent",
	};
	unsigned int i, limited = 0;
	struct ve ve;
	int status;

	ve_setup(&ve, 150);
	for (i = 0; i < sizeof(bytes) / sizeof(bytes[0]); i++)
		limited += !ve_set_ub(&ve, bytes[i], 1L << 30, 1L << 30);
	for (i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
		limited += !ve_set_ub(&ve, counts[i], PAGES, PAGES);
	printf("bench ve limited %u %u\n", limited, limited);
	ve_start(&ve, start, "RUNNING");
	status = ve_wait(&ve);
	ve_teardown(&ve);
	return status;
}

static int in_cgroup(bool namespaces)
{
	const char *dir = CGROUP_ROOT "/bench";
	char text[32];
	int status;
	pid_t pid;

	errno = write_at(CGROUP_ROOT, "cgroup.subtree_control", "+memory");
	need(!errno);
	need(!mkdir(dir, 0755) || errno == EEXIST);
	need(!mkdir(CGROUP_ROOT "/bench/payload", 0755) || errno == EEXIST);
	snprintf(text, sizeof(text), "%ld", PAGES * 4096);
	errno = write_at(dir, "memory.max", text);
	need(!errno);
	errno = write_at(CGROUP_ROOT "/bench/payload", "cgroup.procs", "0");
	need(!errno);
	if (!namespaces)
		return start(NULL);

	int go[2];

	need(!pipe2(go, O_CLOEXEC));
	pid = syscall(SYS_clone, CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWNET |
		      CLONE_NEWIPC | CLONE_NEWUTS | SIGCHLD, 0, 0, 0, 0);
	need(pid >= 0);
	if (!pid) {
		char c;

		need(read(go[0], &c, 1) == 1);
		need(!setresgid(0, 0, 0) && !setresuid(0, 0, 0));
		_exit(start(NULL));
	}
	ve_write_map(pid, "uid_map", 151);
	ve_write_map(pid, "gid_map", 151);
	need(write(go[1], "", 1) == 1);
	need(waitpid(pid, &status, 0) == pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

int main(int argc, char **argv)
{
	if (argc < 3)
		return 2;
	program = argv + 2;
	if (!strcmp(argv[1], "ve"))
		return in_ve();
	return in_cgroup(!strcmp(argv[1], "box"));
}
