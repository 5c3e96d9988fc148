// SPDX-License-Identifier: GPL-2.0-or-later
/* The guard waits for the end of a pipe that only its maker holds. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#include "libvz/err.h"
#include "vzctl/guard.h"

int guard_make(struct guard *g, const struct vz_conf *c,
	       int (*go_on)(const struct vz_conf *c, struct vz_err *e), struct vz_err *e)
{
	struct vz_err mine = { 0 };
	int p[2];
	char done;

	if (pipe2(p, O_CLOEXEC))
		return vz_error_sys(e, VZ_SYSTEM, -errno, "pipe");
	fflush(NULL);
	g->pid = fork();
	if (g->pid < 0) {
		close(p[0]);
		close(p[1]);
		return vz_error_sys(e, VZ_RESOURCES, -errno, "fork");
	}
	if (!g->pid) {
		setsid();
		close(p[1]);
		while (read(p[0], &done, 1) < 0 && errno == EINTR)
			;
		go_on(c, &mine);
		_exit(0);
	}
	close(p[0]);
	g->fd = p[1];
	return 0;
}

void guard_end(struct guard *g)
{
	if (g->fd < 0)
		return;
	close(g->fd);
	g->fd = -1;
	while (waitpid(g->pid, NULL, 0) < 0 && errno == EINTR)
		;
}
