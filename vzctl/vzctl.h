/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What main hands to a command. */
#ifndef VZCTL_H
#define VZCTL_H

#include <getopt.h>
#include <stdbool.h>
#include "libvz/conf.h"
#include "libvz/err.h"

#define VZCTL_VERSION	"5.0"

/**
 * struct ctx - one call of vzctl
 * @id: the VE
 * @c: its configuration; NULL for commands that do without
 * @code: exit status of a command that ran in the VE (exec2)
 * @verbose, @skiplock: global flags
 */
struct ctx {
	unsigned int id;
	struct vz_conf *c;
	int code;
	int verbose;
	bool skiplock;
};

/*
 * A command gets its own words: argv[0] is its name, the id is taken out.
 * Returns 0 or a negative errno with e filled.
 */
typedef int cmd_fn(struct ctx *x, int argc, char **argv, struct vz_err *e);

cmd_fn cmd_create, cmd_destroy, cmd_start, cmd_stop, cmd_restart, cmd_status, cmd_set, cmd_exec,
       cmd_exec2, cmd_exec3, cmd_enter, cmd_mount, cmd_umount, cmd_chkpnt, cmd_restore, cmd_ubc,
       cmd_explain;

/* getopt_long() for one command; -1 at the end, '?' with e filled (exit for unknown options). */
int next_option(int argc, char **argv, const struct option *opts, int exit, struct vz_err *e);
/* The same with one-letter options; letters as for getopt_long(). */
int next_letter_option(int argc, char **argv, const char *letters, const struct option *opts,
		       int exit, struct vz_err *e);
/* Stray words behind the options: exit 20. */
int no_more_words(int argc, char **argv, struct vz_err *e);

/* Start, with a restore first when a dump exists. */
int start_ve(struct ctx *x, struct vz_err *e);
int stop_ve(struct ctx *x, bool fast, bool keep_mounted, struct vz_err *e);
/* DUMPDIR/Dump.<id> */
char *dump_dir(const struct vz_conf *c, char *buf);

/* Name of a VE: link in /etc/vz/names; NULL removes. Exit 131. */
int set_name(struct vz_conf *c, const char *name, struct vz_err *e);

/* Layout word: "dir" or "simfs"; others are exit 21. */
int check_layout(const char *layout, struct vz_err *e);

/* Add to and take from c->ip_address in memory; 71 bad address. "all" takes all. */
int ip_list_add(struct vz_conf *c, const char *arg, struct vz_err *e);
int ip_list_del(struct vz_conf *c, const char *arg, struct vz_err *e);

/* Relay between our terminal or files and a process of a VE; returns its wait status. */
int relay_pipes(int child, int in, int out, int err);
int relay_tty(int child, int master);

#endif /* VZCTL_H */
