// SPDX-License-Identifier: GPL-2.0-or-later
/* Waiting for a boot, by a shell in the VE: it knows its init best. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>
#include "libvz/cleanup.h"
#include "libvz/clock.h"
#include "libvz/err.h"
#include "libvz/report.h"
#include "libvz/spawn.h"
#include "libvz/state.h"
#include "vzctl/boot_wait.h"

#define STEP_MS	100

/*
 * Scripts of a boot are children of init: rc of System V and BSD, openrc, rcS of
 * busybox. Between two of them there are moments without one: asked three times.
 */
static char script[] =
	"exec </dev/null >/dev/null 2>&1\n"
	"boots() {\n"
	"	for p in /proc/[0-9]*; do\n"
	"		read -r pid comm state parent rest <$p/stat || continue\n"
	"		[ \"$parent\" = 1 ] || continue\n"
	"		tr '\\000' '\\n' <$p/cmdline | grep -Eq '(^|/)(rc|rcS|rc[.]sysinit|openrc)$' &&\n"
	"			return 0\n"
	"	done\n"
	"	return 1\n"
	"}\n"
	"quiet=0\n"
	"while [ $quiet -lt 3 ]; do\n"
	"	if [ -d /run/systemd/system ]; then\n"
	"		case $(systemctl is-system-running --wait) in\n"
	"		running | degraded) exit 0 ;;\n"
	"		stopping | maintenance) exit 1 ;;\n"
	"		esac\n"
	"	elif boots; then\n"
	"		quiet=0\n"
	"	else\n"
	"		quiet=$((quiet + 1))\n"
	"	fi\n"
	"	sleep 1\n"
	"done\n";

static int ask(unsigned int id, pid_t *pid, struct vz_err *e)
{
	static char *const sh[] = { "/bin/sh", "-c", script, NULL };
	struct vz_spawn s = { .argv = { sh }, .env = vz_ve_env };
	cleanup_close int r = -1, w = -1;
	int p[2];

	/* Ends of a pipe that nobody uses: it gets no file of the host. */
	if (pipe2(p, O_CLOEXEC))
		return vz_error_sys(e, VZ_RESOURCES, -errno, "pipe");
	r = p[0];
	w = p[1];
	s.fd[0] = r;
	s.fd[1] = s.fd[2] = w;
	return vz_ve_spawn(id, &s, pid, e);
}

int boot_wait(unsigned int id, int64_t since_ms, long timeout_s, struct vz_err *e)
{
	int64_t end = since_ms + timeout_s * 1000LL;
	int ret, status = 0;
	pid_t pid;

	ret = ask(id, &pid, e);
	if (ret)
		return ret;
	while (!waitpid(pid, &status, WNOHANG)) {
		if (vz_now_ms() < end && !vz_interrupted()) {
			usleep(STEP_MS * 1000);
			continue;
		}
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		return vz_error(e, VZ_WAIT, -ETIMEDOUT,
				"CT %u runs, but has not come up within %ld s", id, timeout_s);
	}
	if (WIFEXITED(status) && !WEXITSTATUS(status))
		return 0;
	return vz_error(e, VZ_WAIT, -ECANCELED, vz_ve_answers(id) ?
			"CT %u runs, but nothing in it tells whether it has come up" :
			"CT %u has ended before it was up", id);
}
