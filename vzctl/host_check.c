// SPDX-License-Identifier: GPL-2.0-or-later
/* What the checks of a host have in common: their findings, and programs that they run. */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "vzctl/host_check.h"

static void finding(struct host_finding *f, bool ok, const char *todo, const char *what,
		    va_list args)
{
	f->ok = ok;
	f->todo = todo ? strdup(todo) : NULL;
	if (vasprintf(&f->what, what, args) < 0)
		f->what = NULL;
}

void host_ok(struct host_finding *f, const char *what, ...)
{
	va_list args;

	va_start(args, what);
	finding(f, true, NULL, what, args);
	va_end(args);
}

void host_lacks(struct host_finding *f, const char *todo, const char *what, ...)
{
	va_list args;

	va_start(args, what);
	finding(f, false, todo, what, args);
	va_end(args);
}

void host_finding_free(struct host_finding *f)
{
	free(f->what);
	free(f->todo);
	memset(f, 0, sizeof(*f));
}

int host_run(char *const argv[])
{
	pid_t pid = fork();
	int status;

	if (pid < 0)
		return -errno;
	if (!pid) {
		int null = open("/dev/null", O_RDWR | O_CLOEXEC);

		dup2(null, 0);
		dup2(null, 1);
		dup2(null, 2);
		execvp(argv[0], argv);
		_exit(127);
	}
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}
