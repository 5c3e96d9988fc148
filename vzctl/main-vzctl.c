// SPDX-License-Identifier: GPL-2.0-or-later
/* vzctl: global flags, the command table, exit codes. The only place of vzctl that prints errors. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "libvz/cleanup.h"
#include "libvz/lock.h"
#include "libvz/log.h"
#include "libvz/report.h"
#include "libvz/spawn.h"
#include "libvz/ve.h"
#include "vzctl/vzctl.h"

enum {
	LOCK = 1,	/* takes the VE's lock */
	CONF = 2,	/* <id>.conf must exist */
	KERNEL = 4,	/* our kernel must run */
	SEAL = 8,	/* makes processes inside a VE */
	HOST_OK = 16,	/* id 0 is allowed */
	IDS = 32,	/* takes any number of ids itself */
};

static const struct cmd {
	const char *name;
	cmd_fn *fn;
	unsigned int flags;
	const char *usage;
} cmds[] = {
	{ "create", cmd_create, LOCK | KERNEL,
	  "[--ostemplate <name>] [--config <name>] [--layout dir|simfs]\n"
	  "\t[--hostname <name>] [--name <name>] [--ipadd <addr>] [--description <text>]\n"
	  "\t[--private <path>] [--root <path>] [--local_uid <uid>]" },
	{ "destroy", cmd_destroy, LOCK | CONF | KERNEL, "" },
	{ "delete", cmd_destroy, LOCK | CONF | KERNEL, NULL },
	{ "mount", cmd_mount, LOCK | CONF | KERNEL, "" },
	{ "umount", cmd_umount, LOCK | CONF | KERNEL, "" },
	{ "start", cmd_start, LOCK | CONF | KERNEL | SEAL, "[--force] [--wait] [--skip_arpdetect]" },
	{ "stop", cmd_stop, LOCK | CONF | KERNEL | SEAL, "[--fast] [--skip-umount]" },
	{ "restart", cmd_restart, LOCK | CONF | KERNEL | SEAL, "[--force] [--wait] [--fast] [--skip_arpdetect]" },
	{ "status", cmd_status, 0, "" },
	{ "set", cmd_set, LOCK | SEAL | HOST_OK,
	  "[--save] [--force] [--setmode restart|ignore]\n"
	  "\t[--ram <bytes>] [--swap <bytes>] [--<beancounter> <bar>[:<lim>]] [--reset_ub]\n"
	  "\t[--cpuunits <N>] [--cpulimit <N>[%]] [--cpus <N>]\n"
	  "\t[--cpumask <list>|auto|all] [--nodemask <list>|all]\n"
	  "\t[--iolimit <N>[B|K|M|G]] [--iopslimit <N>] [--ioprio 0..7]\n"
	  "\t[--ipadd <addr>] [--ipdel <addr>|all] [--skip_arpdetect] [--hostname <name>]\n"
	  "\t[--nameserver <addr>] [--searchdomain <name>] [--userpasswd <user>:<pw>|-]\n"
	  "\t[--onboot yes|no] [--disabled yes|no] [--name <name>] [--description <text>]\n"
	  "\t[--features <name>:on|off] [--stop-timeout <sec>] [--ostemplate <name>]\n"
	  "\t[--root <path>] [--private <path>] [--applyconfig <name>] [--applyconfig_map name]" },
	{ "ubc", cmd_ubc, KERNEL | HOST_OK | IDS, "[<ctid> ...] [--relative] [--failed] [--raw] [--peek] [--check]\n"
	  "\t[--format table|json]" },
	{ "explain", cmd_explain, CONF | KERNEL, "[--format table|json]" },
	{ "enter", cmd_enter, CONF | KERNEL | SEAL, "[--exec <command> [arg ...]]" },
	{ "exec", cmd_exec, CONF | KERNEL | SEAL, "<command> [arg ...] | -" },
	{ "exec2", cmd_exec2, CONF | KERNEL | SEAL, "<command> [arg ...] | -" },
	{ "exec3", cmd_exec3, CONF | KERNEL | SEAL, NULL },
	{ "suspend", cmd_chkpnt, LOCK | CONF | KERNEL | SEAL,
	  "[--dumpfile <dir>] [--suspend|--resume|--kill]" },
	{ "chkpnt", cmd_chkpnt, LOCK | CONF | KERNEL | SEAL, NULL },
	{ "resume", cmd_restore, LOCK | CONF | KERNEL | SEAL,
	  "[--dumpfile <dir>] [--resume|--kill] [--skip_arpdetect]" },
	{ "restore", cmd_restore, LOCK | CONF | KERNEL | SEAL, NULL },
};

static void usage(FILE *out)
{
	size_t i;

	fprintf(out, "vzctl version " VZCTL_VERSION "\n"
		"This program is free software, GNU GPL version 2 or later.\n\n"
		"Usage: vzctl [--quiet] [--verbose] [--skiplock] <command> <ctid>|<name> [parameters]\n"
		"       vzctl --help | --version\n\n");
	for (i = 0; i < sizeof(cmds) / sizeof(cmds[0]); i++)
		if (cmds[i].usage)
			fprintf(out, "vzctl %s %s%s\n", cmds[i].name, cmds[i].flags & IDS ? "" : "<ctid> ",
				cmds[i].usage);
}

static const struct cmd *find(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(cmds) / sizeof(cmds[0]); i++)
		if (!strcmp(cmds[i].name, name))
			return &cmds[i];
	return NULL;
}

/* --force in a set call: the running kernel is not asked for. */
static bool wants_kernel(const struct cmd *cmd, int argc, char **argv)
{
	int i;

	if (cmd->fn != cmd_set)
		return cmd->flags & KERNEL;
	for (i = 1; i < argc; i++)
		if (!strcmp(argv[i], "--force"))
			return false;
	return true;
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
	if (x->id == 0 && !(cmd->flags & HOST_OK))
		return vz_error(e, VZ_BADVALUE, -EINVAL, "Only the set command works on CT 0");
	if (wants_kernel(cmd, argc, argv)) {
		ret = vz_kernel_check(e);
		if (ret)
			return ret;
	}
	return cmd->flags & CONF ? vz_conf_load(x->id, &x->c, e) : 0;
}

static int run(struct ctx *x, const struct cmd *cmd, int argc, char **argv, bool quiet,
	       struct vz_err *e)
{
	cleanup_conf struct vz_conf *locked = NULL;
	bool lock = (cmd->flags & LOCK) && !x->skiplock && x->id;
	int ret = prepare(x, cmd, argc, argv, quiet, e);

	if (ret)
		return ret;
	if (lock) {
		ret = vz_conf_new(x->id, &locked, e);
		if (!ret)
			ret = vz_lock(locked, cmd->name, e);
		if (ret)
			return ret;
	}
	/* exec and enter just end; what takes the lock undoes its steps. */
	if (cmd->flags & LOCK)
		vz_catch_signals();
	optind = 1;
	ret = cmd->fn(x, argc, argv, e);
	if (lock)
		vz_unlock(locked);
	return ret;
}

/* The command's words behind the id, with the command's name as argv[0]. */
static int dispatch(struct ctx *x, int argc, char **argv, bool quiet, char **all, struct vz_err *e)
{
	const struct cmd *cmd = find(argv[0]);
	char *name = argv[0];
	int ret;

	if (!cmd)
		return vz_error(e, VZ_BADSYNTAX, -EINVAL, "Bad command: %s", name);
	if (cmd->flags & IDS)
		return run(x, cmd, argc, argv, quiet, e);
	if (argc < 2)
		return vz_error(e, VZ_BADVALUE, -EINVAL, "CT ID is not given");
	ret = vz_conf_resolve(argv[1], &x->id, e);
	if (ret)
		return ret;
	if ((cmd->flags & SEAL) && !geteuid()) {
		ret = vz_seal_self(all, e);
		if (ret)
			return ret;
	}
	argv[1] = name;
	return run(x, cmd, argc - 1, argv + 1, quiet, e);
}

int main(int argc, char **argv)
{
	static const struct option opts[] = {
		{ "quiet", no_argument, NULL, 'q' }, { "verbose", no_argument, NULL, 'v' },
		{ "skiplock", no_argument, NULL, 's' }, { "version", no_argument, NULL, 'V' },
		{ "help", no_argument, NULL, 'h' }, { NULL, 0, NULL, 0 },
	};
	struct ctx x = { 0 };
	struct vz_err e = { 0 };
	bool quiet = false;
	int c, ret;

	signal(SIGPIPE, SIG_IGN);
	while ((c = next_option(argc, argv, opts, VZ_BADSYNTAX, &e)) != -1) {
		switch (c) {
		case 'q': quiet = true; break;
		case 'v': x.verbose++; break;
		case 's': x.skiplock = true; break;
		case 'V': printf("vzctl version " VZCTL_VERSION "\n"); return 0;
		case 'h': usage(stdout); return 0;
		default: fprintf(stderr, "%s\n", e.msg); return VZ_BADSYNTAX;
		}
	}
	if (optind == argc) {
		usage(stderr);
		return VZ_BADSYNTAX;
	}
	ret = dispatch(&x, argc - optind, argv + optind, quiet, argv, &e);
	if (ret)
		vz_warn("%s", e.msg ? e.msg : strerror(-ret));
	vz_conf_free(x.c);
	c = ret ? (e.exit ? e.exit : VZ_SYSTEM) : x.code;
	vz_error_free(&e);
	return c;
}
