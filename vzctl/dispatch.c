// SPDX-License-Identifier: GPL-2.0-or-later
/* One call of vzctl. The only place of vzctl that prints errors. */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "libvz/audit.h"
#include "libvz/child.h"
#include "libvz/clock.h"
#include "libvz/conf.h"
#include "libvz/conf_list.h"
#include "libvz/conf_room.h"
#include "libvz/err.h"
#include "libvz/exit.h"
#include "libvz/kernel.h"
#include "libvz/lock.h"
#include "libvz/log.h"
#include "libvz/report.h"
#include "libvz/seal.h"
#include "vzctl/ctx.h"
#include "vzctl/dispatch.h"
#include "vzctl/guess.h"
#include "vzctl/options.h"

static const struct cmd *cmds;
static size_t nr_cmds;
static void (*more_help)(FILE *out);
static int (*settle)(unsigned int id, const struct vz_conf *usual, struct vz_err *e);

#define LOCK_STEP_MS	100

static void usage_of(const struct cmd *cmd, FILE *out)
{
	fprintf(out, "vzctl %s %s%s\n", cmd->name, cmd->flags & CMD_IDS ? "" : "<ctid> ",
		cmd->usage);
}

static void usage(FILE *out)
{
	size_t i;

	fprintf(out, "vzctl version " VZCTL_VERSION "\n"
		"This program is free software, GNU GPL version 2 or later.\n\n"
		"Usage: vzctl [--quiet] [--verbose] [--skiplock] [--lock-wait <seconds>] [--dry-run]\n"
		"             <command> <ctid>|<name> [parameters]\n"
		"       vzctl --help | --version\n\n");
	for (i = 0; i < nr_cmds; i++)
		if (cmds[i].usage)
			usage_of(&cmds[i], out);
	if (more_help)
		more_help(out);
}

static const struct cmd *find(const char *name)
{
	size_t i;

	for (i = 0; i < nr_cmds; i++)
		if (!strcmp(cmds[i].name, name))
			return &cmds[i];
	return NULL;
}

static bool wants_kernel(const struct cmd *cmd, int argc, char **argv)
{
	int i;

	for (i = 1; (cmd->flags & CMD_FORCE) && i < argc; i++)
		if (!strcmp(argv[i], "--force"))
			return false;
	return cmd->flags & CMD_KERNEL;
}

static int prepare(struct ctx *x, const struct cmd *cmd, int argc, char **argv, bool quiet,
		   struct vz_err *e)
{
	cleanup_conf struct vz_conf *global = NULL;
	int ret;

	if (geteuid())
		return vz_error(e, VZ_PERM, -EPERM, "vzctl needs the rights of root");
	ret = vz_conf_global(&global, e);
	if (ret)
		return ret;
	vz_log_setup(global->logging ? global->logfile : NULL, global->log_level,
		     x->verbose + global->verbose, quiet);
	if (x->id == 0 && !(cmd->flags & CMD_HOST_OK))
		return vz_error(e, VZ_BADVALUE, -EINVAL, "Only the set command works on CT 0");
	if (wants_kernel(cmd, argc, argv)) {
		ret = vz_kernel_check(e);
		if (ret)
			return ret;
	}
	return 0;
}

/* Of a command and its other names; those of set are behind it. */
static int help_of(const struct cmd *cmd)
{
	vz_tool_tells(vz_exit_code(VZ_SYSTEM));
	for (size_t i = 0; i < nr_cmds; i++)
		if (cmds[i].fn == cmd->fn && cmds[i].usage)
			usage_of(&cmds[i], stdout);
	if (more_help && !strcmp(cmd->name, "set"))
		more_help(stdout);
	return 0;
}

static int no_such_command(const char *name, const char *next, struct vz_err *e)
{
	struct guess g = { .word = name };
	size_t i;

	if (next && find(next))
		return vz_error(e, VZ_BADSYNTAX, -EINVAL, "Bad command: %s (did you mean vzctl %s "
				"%s?)", name, next, name);

	for (i = 0; i < nr_cmds; i++)
		guess_try(&g, cmds[i].name);
	return g.best ? vz_error(e, VZ_BADSYNTAX, -EINVAL, "Bad command: %s (did you mean %s?)",
				 name, g.best)
		      : vz_error(e, VZ_BADSYNTAX, -EINVAL, "Bad command: %s (see vzctl --help)",
				 name);
}

/* Its owner may be through in time. */
static int lock_within(struct ctx *x, const struct vz_conf *c, const char *name, struct vz_err *e)
{
	int64_t end = vz_now_ms() + x->lock_wait * 1000LL;
	int ret;

	while ((ret = vz_lock(c, name, e)) == -EBUSY && vz_now_ms() < end && !vz_interrupted())
		usleep(LOCK_STEP_MS * 1000);
	/* Of an earlier try. */
	if (!ret)
		vz_error_free(e);
	return ret;
}

static int read_conf(struct ctx *x, const struct cmd *cmd, struct vz_err *e)
{
	return cmd->flags & CMD_CONF ? vz_conf_load(x->id, &x->c, e) : 0;
}

/* Before anything is done that could not be ended. */
static int check_room(const struct ctx *x, const struct cmd *cmd, struct vz_err *e)
{
	if (x->dry_run)
		return 0;
	if (cmd->flags & CMD_FREES)
		return vz_conf_can_change(e);
	return cmd->flags & CMD_SAVES ? vz_conf_has_room(x->id, e) : 0;
}

static int run_locked(struct ctx *x, const struct cmd *cmd, int argc, char **argv, struct vz_err *e)
{
	cleanup_conf struct vz_conf *usual = NULL;
	int ret = vz_conf_new(x->id, &usual, e);

	if (ret)
		return ret;
	ret = lock_within(x, usual, cmd->name, e);
	if (ret)
		return ret;
	if (settle && !x->dry_run)
		ret = settle(x->id, usual, e);
	if (!ret)
		ret = read_conf(x, cmd, e);
	if (!ret)
		ret = check_room(x, cmd, e);
	if (!ret)
		ret = cmd->fn(x, argc, argv, e);
	vz_unlock(usual);
	return ret;
}

static int run(struct ctx *x, const struct cmd *cmd, int argc, char **argv, bool quiet,
	       struct vz_err *e)
{
	int ret = prepare(x, cmd, argc, argv, quiet, e);

	if (ret)
		return ret;
	if (!(cmd->flags & CMD_LOCK))
		vz_tool_tells(vz_exit_code(VZ_SYSTEM));
	/* exec and enter just end; what takes the lock undoes its steps, the lock first of all. */
	if (cmd->flags & CMD_LOCK)
		vz_catch_signals();
	/* From the beginning, whatever was read of the words before the command. */
	optind = 0;
	if ((cmd->flags & CMD_LOCK) && !x->skiplock && x->id)
		return run_locked(x, cmd, argc, argv, e);
	ret = read_conf(x, cmd, e);
	if (!ret)
		ret = check_room(x, cmd, e);
	return ret ? ret : cmd->fn(x, argc, argv, e);
}

/* Commands that change a VE leave a word in the host's journal. */
static int run_told(struct ctx *x, const struct cmd *cmd, int argc, char **argv, bool quiet,
		    struct vz_err *e)
{
	int ret = run(x, cmd, argc, argv, quiet, e);

	if ((cmd->flags & CMD_LOCK) && !geteuid())
		vz_audit(x->id, cmd->name, ret ? vz_exit_code(e->cause) : x->code,
			 ret ? e->msg : NULL);
	return ret;
}

/* "NAME --all" where the words say so. */
static const struct cmd *of_all(const struct cmd *cmd, int argc, char **argv)
{
	char name[64];

	if (!cmd || !(cmd->flags & CMD_ALL))
		return cmd;
	snprintf(name, sizeof(name), "%s --all", cmd->name);
	for (int i = 1; i < argc; i++)
		if (!strcmp(argv[i], "--all"))
			return find(name);
	return cmd;
}

static int seal(const struct cmd *cmd, char **all, struct vz_err *e)
{
	return (cmd->flags & CMD_SEAL) && !geteuid() ? vz_seal_self(all, e) : 0;
}

/* The command's words behind the id, with the command's name as argv[0]. */
static int dispatch(struct ctx *x, int argc, char **argv, bool quiet, char **all, struct vz_err *e)
{
	const struct cmd *cmd = of_all(find(argv[0]), argc, argv);
	char *name = argv[0];
	int ret;

	if (!cmd)
		return no_such_command(name, argv[1], e);
	if (argc == 2 && !strcmp(argv[1], "--help"))
		return help_of(cmd);
	if (x->dry_run && !(cmd->flags & CMD_DRY))
		return vz_error(e, VZ_BADSYNTAX, -EINVAL, "vzctl %s has no --dry-run", name);
	if (cmd->flags & CMD_IDS) {
		ret = seal(cmd, all, e);
		return ret ? ret : run(x, cmd, argc, argv, quiet, e);
	}
	if (argc < 2)
		return vz_error(e, VZ_BADVALUE, -EINVAL, "CT ID is not given");
	if (*argv[1] == '-')
		return vz_error(e, VZ_BADVALUE, -EINVAL, "CT ID is not given: it goes before %s "
				"(vzctl %s <ctid> %s ...)", argv[1], name, argv[1]);
	ret = vz_conf_resolve(argv[1], &x->id, e);
	if (ret)
		return ret;
	vz_log_ct(x->id);
	ret = seal(cmd, all, e);
	if (ret)
		return ret;
	argv[1] = name;
	return run_told(x, cmd, argc - 1, argv + 1, quiet, e);
}

int dispatch_command(const struct dispatch *d, int argc, char **argv)
{
	static const struct option opts[] = {
		{ "quiet", no_argument, NULL, 'q' }, { "verbose", no_argument, NULL, 'v' },
		{ "skiplock", no_argument, NULL, 's' }, { "version", no_argument, NULL, 'V' },
		{ "help", no_argument, NULL, 'h' }, { "lock-wait", required_argument, NULL, 'w' },
		{ "dry-run", no_argument, NULL, 'd' }, { NULL, 0, NULL, 0 },
	};
	struct ctx x = { 0 };
	struct vz_err e = { 0 };
	bool quiet = false;
	int c, ret;

	cmds = d->cmds;
	nr_cmds = d->n;
	more_help = d->help;
	settle = d->settle;
	vz_tool_prepare();
	/* Options may stand anywhere, whatever the caller is used to. */
	unsetenv("POSIXLY_CORRECT");
	signal(SIGPIPE, SIG_IGN);
	while ((c = next_leading_option(argc, argv, opts, VZ_BADSYNTAX, &e)) != -1) {
		switch (c) {
		case 'q': quiet = true; break;
		case 'v': x.verbose++; break;
		case 's': x.skiplock = true; break;
		case 'd': x.dry_run = true; break;
		case 'w':
			if (!take_number(optarg, "lock-wait", 0, INT_MAX, &x.lock_wait, &e))
				break;
			fprintf(stderr, "%s\n", e.msg);
			return vz_exit_code(VZ_BADSYNTAX);
		case 'V':
		case 'h':
			vz_tool_tells(vz_exit_code(VZ_SYSTEM));
			if (c == 'h')
				usage(stdout);
			else
				printf("vzctl version " VZCTL_VERSION "\n");
			return 0;
		default: fprintf(stderr, "%s\n", e.msg); return vz_exit_code(VZ_BADSYNTAX);
		}
	}
	if (optind == argc) {
		usage(stderr);
		return vz_exit_code(VZ_BADSYNTAX);
	}
	ret = dispatch(&x, argc - optind, argv + optind, quiet, argv, &e);
	if (ret)
		vz_warn("%s", e.msg ? e.msg : strerror(-ret));
	vz_conf_free(x.c);
	c = ret ? vz_exit_code(e.cause) : x.code;
	vz_error_free(&e);
	return c;
}
