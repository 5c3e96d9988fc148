// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ssh in batch mode: it never asks, so keys must be there. It runs in a
 * session of its own, so that Ctrl-C reaches us and not the connection; it
 * ends when our end of its stdin does.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "libvz/cleanup.h"
#include "libvz/err.h"
#include "vzmigrate/ssh.h"

#define RECEIVER	"/usr/sbin/vzmigrate --receive"

static void child(int in, int out, char **argv)
{
	int null = open("/dev/null", O_RDWR);

	setsid();
	/* Our own stdin must not be eaten. */
	dup2(in, 0);
	dup2(out, 1);
	if (null > 2)
		close(null);
	execvp("ssh", argv);
	_exit(127);
}

int ssh_words(char *argv[SSH_WORDS], char *words, const char *host, struct vz_err *e)
{
	static char batch[] = "-oBatchMode=yes", alive[] = "-oServerAliveInterval=10",
		    count[] = "-oServerAliveCountMax=6", timeout[] = "-oConnectTimeout=30",
		    notty[] = "-T", end[] = "--", name[] = "ssh";
	char *save = NULL, *w;
	int n = 0;

	if (*host == '-' || !*host)
		return vz_error(e, VZ_BADSYNTAX, -EINVAL, "bad host name: %s", host);
	argv[n++] = name;
	for (w = strtok_r(words, " \t", &save); w; w = strtok_r(NULL, " \t", &save)) {
		if (n > SSH_WORDS - 16)
			return vz_error(e, VZ_BADSYNTAX, -E2BIG, "too many ssh options");
		argv[n++] = w;
	}
	argv[n++] = batch;
	argv[n++] = alive;
	argv[n++] = count;
	argv[n++] = timeout;
	argv[n++] = notty;
	argv[n++] = end;
	argv[n++] = (char *)host;
	return n;
}

int ssh_open(struct ssh *s, const char *host, const char *opts, struct vz_err *e)
{
	static char cmd[] = RECEIVER;
	cleanup_free char *words = strdup(opts ? opts : "");
	char *argv[SSH_WORDS];
	int to[2], from[2];
	int n = words ? ssh_words(argv, words, host, e)
		      : vz_error(e, VZ_NOMEM, -ENOMEM, "out of memory");

	if (n < 0)
		return n;
	argv[n++] = cmd;
	argv[n] = NULL;
	if (pipe2(to, O_CLOEXEC))
		return vz_error_sys(e, VZ_SYSTEM, -errno, "pipe");
	if (pipe2(from, O_CLOEXEC)) {
		close(to[0]);
		close(to[1]);
		return vz_error_sys(e, VZ_SYSTEM, -errno, "pipe");
	}
	s->pid = fork();
	if (!s->pid)
		child(to[0], from[1], argv);
	close(to[0]);
	close(from[1]);
	s->out = to[1];
	s->in = from[0];
	if (s->pid < 0)
		return vz_error_sys(e, VZ_SYSTEM, -errno, "fork");
	return 0;
}

static int ssh_wait(struct ssh *s)
{
	int status = 0;

	if (s->out >= 0)
		close(s->out);
	if (s->in >= 0)
		close(s->in);
	s->in = s->out = -1;
	if (s->pid <= 0)
		return 0;
	while (waitpid(s->pid, &status, 0) < 0 && errno == EINTR)
		;
	s->pid = 0;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 255;
}

void ssh_close(struct ssh *s)
{
	ssh_wait(s);
}

int ssh_explain(struct ssh *s, const char *host, int err, struct vz_err *e)
{
	if (err != -ECONNRESET && err != -EPIPE)
		return err;
	switch (ssh_wait(s)) {
	case 255:
		return vz_error(e, VZ_CONNECT, -EHOSTUNREACH,
				"cannot reach %s: ssh failed (see above; a key without passphrase is needed)",
				host);
	case 127:
		return vz_error(e, VZ_BADKERNEL, -ENOENT,
				"%s has no " RECEIVER ": is it an OpenVE host?", host);
	default:
		return vz_error(e, VZ_CONNECT, -ECONNRESET, "%s ended the connection at once",
				host);
	}
}
