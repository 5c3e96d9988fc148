// SPDX-License-Identifier: GPL-2.0-or-later
/* count COMMAND [ARG...]: how many system calls the program makes, on stderr. Its stdout is ours.
 */
#include <signal.h>
#include <stdio.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	unsigned long stops = 0;
	int status;
	pid_t pid;

	if (argc < 2)
		return 2;
	pid = fork();
	if (pid < 0)
		return 1;
	if (!pid) {
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		execvp(argv[1], argv + 1);
		_exit(127);
	}
	if (waitpid(pid, &status, 0) != pid || !WIFSTOPPED(status))
		return 1;
	ptrace(PTRACE_SETOPTIONS, pid, NULL, (long)PTRACE_O_TRACESYSGOOD);
	do {
		if (ptrace(PTRACE_SYSCALL, pid, NULL, NULL) || waitpid(pid, &status, 0) != pid)
			return 1;
		stops += WIFSTOPPED(status) && WSTOPSIG(status) == (SIGTRAP | 0x80);
	} while (WIFSTOPPED(status));
	/* Two stops a call, but for exit_group(). */
	fprintf(stderr, "%lu\n", (stops + 1) / 2);
	return !WIFEXITED(status) || WEXITSTATUS(status);
}
