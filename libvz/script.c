// SPDX-License-Identifier: GPL-2.0-or-later
/* Action scripts of the host. They get a clean environment, no descriptors and no shell of ours. */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "libvz/conf.h"
#include "libvz/err.h"
#include "libvz/paths.h"
#include "libvz/script.h"

static int run(const struct vz_conf *c, const char *path, struct vz_err *e)
{
	char veid[32], conf[PATH_MAX + 16], file[PATH_MAX];
	char *const env[] = {
		veid, conf, "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
		"HOME=/", "TERM=linux", NULL,
	};
	char *const argv[] = { (char *)path, NULL };
	int status;
	pid_t pid;

	snprintf(veid, sizeof(veid), "VEID=%u", c->id);
	snprintf(conf, sizeof(conf), "VE_CONFFILE=%s", vz_conf_path(file, c->id));
	pid = fork();
	if (pid < 0)
		return vz_error_sys(e, VZ_RESOURCES, -errno, "fork");
	if (!pid) {
		close_range(3, ~0U, 0);
		signal(SIGPIPE, SIG_DFL);
		execve(path, argv, env);
		_exit(127);
	}
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return vz_error_sys(e, VZ_SYSTEM, -errno, "waitpid");
	if (WIFEXITED(status) && !WEXITSTATUS(status))
		return 0;
	if (WIFEXITED(status))
		return vz_error(e, VZ_ACTIONSCRIPT, -ECANCELED, "Error executing action script %s: "
				"it returned %d", path, WEXITSTATUS(status));
	return vz_error(e, VZ_ACTIONSCRIPT, -ECANCELED, "Action script %s was ended by signal %d",
			path, WTERMSIG(status));
}

int vz_action_script(const struct vz_conf *c, const char *what, struct vz_err *e)
{
	char path[2][PATH_MAX];
	/* Going down, the VE's own script comes first. */
	bool own_first = strstr(what, "umount");
	int i, ret;

	snprintf(path[own_first], PATH_MAX, VZ_CONFDIR "/vps.%s", what);
	snprintf(path[!own_first], PATH_MAX, VZ_CONFDIR "/%u.%s", c->id, what);
	for (i = 0; i < 2; i++) {
		if (access(path[i], X_OK))
			continue;
		ret = run(c, path[i], e);
		if (ret)
			return ret;
	}
	return 0;
}
