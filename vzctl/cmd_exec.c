// SPDX-License-Identifier: GPL-2.0-or-later
/* vzctl exec, exec2, exec3, enter, console. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "libvz/cleanup.h"
#include "libvz/err.h"
#include "libvz/exit.h"
#include "libvz/log.h"
#include "libvz/spawn.h"
#include "vzctl/cmd_exec.h"
#include "vzctl/ctx.h"
#include "vzctl/options.h"
#include "vzctl/relay.h"

static int exit_code(int status)
{
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* The words with blanks between, as a shell reads them. */
static char *join(int argc, char **argv)
{
	char *text = NULL;
	size_t n;
	FILE *out = open_memstream(&text, &n);
	int i;

	if (!out)
		return NULL;
	for (i = 0; i < argc; i++)
		fprintf(out, "%s%s", i ? " " : "", argv[i]);
	fclose(out);
	return text;
}

static int run(struct ctx *x, struct vz_spawn *s, int *code, struct vz_err *e)
{
	int p[3][2] = { { -1, -1 }, { -1, -1 }, { -1, -1 } }, i, ret = 0;
	pid_t pid;

	for (i = 0; i < 3; i++)
		if (pipe2(p[i], O_CLOEXEC))
			return vz_error_sys(e, VZ_RESOURCES, -errno, "pipe");
	s->fd[0] = p[0][0];
	s->fd[1] = p[1][1];
	s->fd[2] = p[2][1];
	ret = vz_ve_spawn(x->id, s, &pid, e);
	close(p[0][0]);
	close(p[1][1]);
	close(p[2][1]);
	if (!ret)
		*code = exit_code(relay_pipes(pid, p[0][1], p[1][0], p[2][0]));
	return ret;
}

/* Words for the VE's shell, or a script on stdin. */
static int in_shell(struct ctx *x, int argc, char **argv, int *code, struct vz_err *e)
{
	cleanup_free char *text = NULL;
	bool script = argc == 2 && !strcmp(argv[1], "-");
	char *bash[] = { "/bin/bash", "-c", NULL, NULL };
	char *sh[] = { "/bin/sh", "-c", NULL, NULL };
	struct vz_spawn s = { .argv = { bash, sh }, .env = vz_ve_env };

	if (argc < 2)
		return vz_error(e, VZ_BADSYNTAX, -EINVAL, "No command line given for exec");
	if (script) {
		bash[1] = sh[1] = "-s";
	} else {
		text = join(argc - 1, argv + 1);
		if (!text)
			return vz_error_sys(e, VZ_NOMEM, -ENOMEM, "exec");
		bash[2] = sh[2] = text;
	}
	return run(x, &s, code, e);
}

int cmd_exec(struct ctx *x, int argc, char **argv, struct vz_err *e)
{
	int ret = in_shell(x, argc, argv, &x->code, e);

	if (!ret && x->code)
		x->code = vz_exit_code(VZ_COMMAND);
	return ret;
}

int cmd_exec2(struct ctx *x, int argc, char **argv, struct vz_err *e)
{
	return in_shell(x, argc, argv, &x->code, e);
}

/* No shell: the first word is the program, looked for where programs are. */
int cmd_exec3(struct ctx *x, int argc, char **argv, struct vz_err *e)
{
	static const char *const dirs[] = { "/usr/sbin", "/usr/bin", "/sbin", "/bin" };
	char path[4][512];
	char **copy[4] = { NULL };
	struct vz_spawn s = { .env = vz_ve_env };
	int i, ret;

	if (argc < 2)
		return vz_error(e, VZ_BADSYNTAX, -EINVAL, "No command line given for exec");
	if (strchr(argv[1], '/')) {
		s.argv[0] = argv + 1;
		return run(x, &s, &x->code, e);
	}
	for (i = 0; i < 4; i++) {
		copy[i] = calloc(argc, sizeof(char *));
		if (!copy[i])
			return vz_error_sys(e, VZ_NOMEM, -ENOMEM, "exec");
		memcpy(copy[i], argv + 1, argc * sizeof(char *) - sizeof(char *));
		snprintf(path[i], sizeof(path[i]), "%s/%s", dirs[i], argv[1]);
		copy[i][0] = path[i];
		s.argv[i] = copy[i];
	}
	ret = run(x, &s, &x->code, e);
	for (i = 0; i < 4; i++)
		free(copy[i]);
	return ret;
}

static char *term(char *buf, size_t size)
{
	const char *t = getenv("TERM");

	if (!t || !*t || strlen(t) > 32 || t[strspn(t, "abcdefghijklmnopqrstuvwxyz"
				 "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-+.")])
		t = "linux";
	snprintf(buf, size, "TERM=%s", t);
	return buf;
}

int cmd_enter(struct ctx *x, int argc, char **argv, struct vz_err *e)
{
	static const struct option opts[] = {
		{ "exec", required_argument, NULL, 1 }, { NULL, 0, NULL, 0 },
	};
	char termbuf[48];
	char *const env[] = { vz_ve_env[0], vz_ve_env[1], term(termbuf, sizeof(termbuf)),
			      vz_ve_env[3], NULL };
	cleanup_free char *text = NULL;
	char *bash[] = { "/bin/bash", "-l", NULL, NULL, NULL };
	char *sh[] = { "/bin/sh", "-l", NULL, NULL, NULL };
	struct vz_spawn s = { .argv = { bash, sh }, .env = env, .tty = true };
	pid_t pid;
	int c, ret;

	while ((c = next_leading_option(argc, argv, opts, VZ_BADSYNTAX, e)) != -1) {
		if (c == '?')
			return e->err;
		/* All that follows belongs to the command. */
		text = join(argc - optind + 1, argv + optind - 1);
		if (!text)
			return vz_error_sys(e, VZ_NOMEM, -ENOMEM, "enter");
		bash[2] = sh[2] = "-c";
		bash[3] = sh[3] = text;
		optind = argc;
		break;
	}
	ret = no_more_words(argc, argv, e);
	if (ret)
		return ret;
	ret = vz_ve_spawn(x->id, &s, &pid, e);
	if (ret)
		return ret;
	if (s.master < 0)
		return vz_error(e, VZ_SYSTEM, -EIO, "Got no terminal of the CT");
	vz_say("entered into CT %u", x->id);
	c = relay_tty(pid, s.master);
	vz_say("exited from CT %u", x->id);
	x->code = text ? exit_code(c) : 0;
	return 0;
}

/*
 * No VE has a terminal that is there while nobody looks: its console is a new
 * one each time, with the program on it that asks who logs in.
 */
int cmd_console(struct ctx *x, int argc, char **argv, struct vz_err *e)
{
	static char *const agetty[] = { "/sbin/agetty", "--noclear", "-", NULL };
	static char *const agetty2[] = { "/usr/sbin/agetty", "--noclear", "-", NULL };
	static char *const getty[] = { "/sbin/getty", "0", "-", NULL };
	static char *const login[] = { "/bin/login", NULL };
	char termbuf[48];
	char *const env[] = { vz_ve_env[0], vz_ve_env[1], term(termbuf, sizeof(termbuf)),
			      vz_ve_env[3], NULL };
	struct vz_spawn s = { .argv = { agetty, agetty2, getty, login }, .env = env, .tty = true };
	long tty = 1;
	pid_t pid;
	int ret = 0;

	if (argc > 1)
		ret = take_number(argv[1], "console", 1, 63, &tty, e);
	if (!ret && argc > 2)
		ret = vz_error(e, VZ_BADSYNTAX, -EINVAL, "Invalid parameter: %s", argv[2]);
	if (ret)
		return ret;
	ret = vz_ve_spawn(x->id, &s, &pid, e);
	if (ret)
		return ret;
	if (s.master < 0)
		return vz_error(e, VZ_SYSTEM, -EIO, "Got no terminal of the CT");
	vz_say("Attached to CT %u (ESC . to detach)", x->id);
	relay_console(pid, s.master);
	vz_say("Detached from CT %u", x->id);
	return 0;
}
