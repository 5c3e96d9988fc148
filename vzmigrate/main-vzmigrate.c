// SPDX-License-Identifier: GPL-2.0-or-later
/* vzmigrate: options of the classic tool, exit code. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "libvz/child.h"
#include "libvz/cleanup.h"
#include "libvz/conf.h"
#include "libvz/conf_list.h"
#include "libvz/err.h"
#include "libvz/log.h"
#include "libvz/value.h"
#include "vzmigrate/evacuate.h"
#include "vzmigrate/evacuate_back.h"
#include "vzmigrate/evacuate_plan.h"
#include "vzmigrate/exit.h"
#include "vzmigrate/mode.h"
#include "vzmigrate/receive.h"
#include "vzmigrate/resolve.h"
#include "vzmigrate/source.h"

enum { OPT_ONLINE = 256, OPT_KEEP_DST, OPT_DRY_RUN, OPT_SSH, OPT_RECEIVE, OPT_STATUS, OPT_RESOLVE,
       OPT_ABORT, OPT_RESUME, OPT_IGNORED, OPT_MAX_FREEZE, OPT_FORCE, OPT_PROGRESS,
       OPT_REPORT, OPT_EVACUATE, OPT_RETURN, OPT_TO, OPT_JOBS, OPT_AS };

/* In place of a VE's number: not all of many could be moved. */
#define NOT_ALL		21
#define FREEZE_MAX_MS	3600000

static void usage(FILE *f)
{
	fputs("usage: vzmigrate [options] [USER@]HOST ID|NAME\n"
	      "  --online, --live           move the VE while it runs\n"
	      "  -r, --remove-area yes|no   remove it here afterwards (yes), or keep it as .migrated\n"
	      "      --max-freeze MS        go on here if it would stand still for longer\n"
	      "      --force                move it even then\n"
	      "      --progress json        lines of JSON on stdout, text on stderr\n"
	      "      --report FILE.html     a page on the move: phases, rounds, bytes, freeze\n"
	      "      --keep-dst             after a failure keep what was copied, for the next try\n"
	      "      --dry-run, --check-only\n"
	      "      --ssh=\"OPTIONS\"        more options for ssh\n"
	      "  -f, --nodeps[=cpu,space]   leave checks out\n"
	      "  -t, --times                times of the phases\n"
	      "  -v, --verbose; -h, --help\n"
	      "Empty this host, and fill it again:\n"
	      "  vzmigrate --evacuate [--to HOST[,HOST...]] [--jobs N] [options] [ID|NAME...]\n"
	      "  vzmigrate --return [--as NAME] [--to HOST[,HOST...]] [--jobs N] [options] [ID|NAME...]\n"
	      "Of a migration that is under way or was broken off, on either host:\n"
	      "  vzmigrate --status [ID]\n"
	      "  vzmigrate --abort ID    before the hand-over: the VE stays where it was\n"
	      "  vzmigrate --resume ID   after it: ask the peer now and bring it to its end\n"
	      "When the peer will never return:\n"
	      "  vzmigrate --resolve dst-runs|take-back ID    on the source\n"
	      "  vzmigrate --resolve keep|discard ID          on the destination\n", f);
}

/* Words that are no call: what is wrong with them, and the code to return. */
#define refuse(fmt, ...)	\
	(vz_warn("vzmigrate: " fmt " (see vzmigrate --help)", ##__VA_ARGS__),	\
	 mig_exit_code(VZ_BADSYNTAX))

static int nodeps(const char *list, unsigned int *skip)
{
	char copy[128], *save = NULL, *w;

	if (!list || !strcmp(list, "all")) {
		*skip = MIG_SKIP_CPU | MIG_SKIP_SPACE;
		return 0;
	}
	snprintf(copy, sizeof(copy), "%s", list);
	for (w = strtok_r(copy, ",", &save); w; w = strtok_r(NULL, ",", &save)) {
		if (!strcmp(w, "cpu"))
			*skip |= MIG_SKIP_CPU;
		else if (!strcmp(w, "space"))
			*skip |= MIG_SKIP_SPACE;
		else if (strcmp(w, "ipv6"))
			return -EINVAL;
	}
	return 0;
}

static int jobs(const char *word, unsigned int *n)
{
	char *end;
	unsigned long v = strtoul(word, &end, 10);

	if (*end || word[0] < '1' || word[0] > '9' || v > EVAC_JOBS_MAX)
		return -EINVAL;
	*n = v;
	return 0;
}

static int milliseconds(const char *word, unsigned int *ms)
{
	char *end;
	unsigned long n;

	errno = 0;
	n = strtoul(word, &end, 10);
	if (errno || *end || !n || n > FREEZE_MAX_MS || word[0] < '0' || word[0] > '9')
		return -EINVAL;
	*ms = n;
	return 0;
}

/* JSON has stdout for itself; what is said to people goes to stderr then. */
static FILE *json_stream(void)
{
	int fd = fcntl(1, F_DUPFD_CLOEXEC, 3);
	FILE *f = fd < 0 ? NULL : fdopen(fd, "w");

	return f && dup2(2, 1) == 1 ? f : NULL;
}

static int done(int err, struct vz_err *e)
{
	int code = 0;

	if (err) {
		code = mig_exit_code(e->cause);
		vz_warn("vzmigrate: %s", e->msg ? e->msg : strerror(-err));
	}
	vz_error_free(e);
	return code;
}

static void set_up_log(int verbose)
{
	struct vz_conf *c = NULL;
	struct vz_err e = { 0 };

	if (vz_conf_global(&c, &e))
		vz_log_setup(NULL, 0, verbose, false);
	else
		vz_log_setup(c->logging ? c->logfile : NULL, c->log_level, verbose, false);
	vz_error_free(&e);
	vz_conf_free(c);
}

static int operator_command(int argc, char **argv, bool status, const char *resolve)
{
	struct vz_err e = { 0 };
	unsigned int id = 0;
	int err;

	if (resolve && argc != 1)
		return refuse("--abort, --resume and --resolve want one VE");
	if (argc > 1)
		return refuse("--status takes one VE, or none for all");
	err = argc ? vz_conf_resolve(argv[0], &id, &e) : 0;
	if (err)
		e.cause = VZ_NOVECONFIG;
	else
		err = status		     ? mig_status(id, &e)
		      : !strcmp(resolve, "abort") ? mig_abort(id, &e)
						  : mig_resolve(resolve, id, &e);
	return done(err, &e);
}

/* ids: malloc'ed. A VE that has left is known by its number only. */
static int all_ids(int argc, char **argv, bool here, unsigned int **ids, struct vz_err *e)
{
	*ids = calloc(argc + 1, sizeof(**ids));
	if (!*ids)
		return vz_error(e, VZ_NOMEM, -ENOMEM, "out of memory");
	for (int i = 0; i < argc; i++) {
		int ret = here	 ? vz_conf_resolve(argv[i], &(*ids)[i], e)
			  : vz_parse_id(argv[i], &(*ids)[i]);

		if (!ret && (*ids)[i])
			continue;
		if (!here || !ret)
			vz_error(e, VZ_NOVECONFIG, -EINVAL, "%s is no number of a VE", argv[i]);
		e->cause = VZ_NOVECONFIG;
		return e->err;
	}
	return 0;
}

static int evacuate(int argc, char **argv, const struct evac_opts *o, bool back)
{
	cleanup_free unsigned int *ids = NULL;
	struct vz_err e = { 0 };
	unsigned int left = 0;
	int err = all_ids(argc, argv, !back, &ids, &e);

	if (!err)
		err = (back ? evac_back : evac_away)(o, ids, argc, &left, &e);
	return err ? done(err, &e) : left ? NOT_ALL : 0;
}

static int migrate(int argc, char **argv, struct mig_opts *o)
{
	struct vz_err e = { 0 };
	int err;

	if (argc != 2)
		return refuse("wanted are a host and a VE, not %d words", argc);
	o->host = argv[0];
	err = vz_conf_resolve(argv[1], &o->id, &e);
	if (!err && !o->id)
		err = vz_error(&e, VZ_NOVECONFIG, -EINVAL, "VE 0 is the host");
	if (err)
		e.cause = VZ_NOVECONFIG;
	else
		err = mig_source(o, &e);
	return done(err, &e);
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "online", no_argument, NULL, OPT_ONLINE },
		{ "live", no_argument, NULL, OPT_ONLINE },
		{ "remove-area", required_argument, NULL, 'r' },
		{ "keep-dst", no_argument, NULL, OPT_KEEP_DST },
		{ "max-freeze", required_argument, NULL, OPT_MAX_FREEZE },
		{ "force", no_argument, NULL, OPT_FORCE },
		{ "progress", required_argument, NULL, OPT_PROGRESS },
		{ "report", required_argument, NULL, OPT_REPORT },
		{ "dry-run", no_argument, NULL, OPT_DRY_RUN },
		{ "check-only", no_argument, NULL, OPT_DRY_RUN },
		{ "ssh", required_argument, NULL, OPT_SSH },
		{ "ssh-mux", no_argument, NULL, OPT_IGNORED },
		{ "rsync", required_argument, NULL, OPT_IGNORED },
		{ "compact", no_argument, NULL, 'c' },
		{ "snapshot", no_argument, NULL, 's' },
		{ "nodeps", optional_argument, NULL, 'f' },
		{ "times", no_argument, NULL, 't' },
		{ "verbose", no_argument, NULL, 'v' },
		{ "help", no_argument, NULL, 'h' },
		{ "usage", no_argument, NULL, 'h' },
		{ "receive", no_argument, NULL, OPT_RECEIVE },
		{ "status", no_argument, NULL, OPT_STATUS },
		{ "resolve", required_argument, NULL, OPT_RESOLVE },
		{ "abort", no_argument, NULL, OPT_ABORT },
		{ "resume", no_argument, NULL, OPT_RESUME },
		{ "evacuate", no_argument, NULL, OPT_EVACUATE },
		{ "return", no_argument, NULL, OPT_RETURN },
		{ "to", required_argument, NULL, OPT_TO },
		{ "jobs", required_argument, NULL, OPT_JOBS },
		{ "as", required_argument, NULL, OPT_AS },
		{ NULL },
	};
	struct evac_opts many = { .jobs = EVAC_JOBS };
	int many_what = 0;
	struct mig_opts o = { .remove = true };
	const char *resolve = NULL;
	bool receive = false, status = false;
	int opt;

	vz_tool_prepare();
	while ((opt = getopt_long(argc, argv, "r:csftvh", options, NULL)) != -1) {
		switch (opt) {
		case OPT_ONLINE:
			o.online = true;
			break;
		case 'r':
			if (strcmp(optarg, "yes") && strcmp(optarg, "no"))
				return refuse("-r, --remove-area wants yes or no, not %s", optarg);
			o.remove = !strcmp(optarg, "yes");
			break;
		case OPT_KEEP_DST:
			o.keep_dst = true;
			break;
		case OPT_MAX_FREEZE:
			if (milliseconds(optarg, &o.max_freeze_ms))
				return refuse("--max-freeze wants milliseconds, 1 to %d, not %s",
					      FREEZE_MAX_MS, optarg);
			many.max_freeze = optarg;
			break;
		case OPT_EVACUATE:
		case OPT_RETURN:
			many_what = opt;
			break;
		case OPT_TO:
			many.to = optarg;
			break;
		case OPT_AS:
			many.as = optarg;
			break;
		case OPT_JOBS:
			if (jobs(optarg, &many.jobs))
				return refuse("--jobs wants a number from 1 to %d, not %s",
					      EVAC_JOBS_MAX, optarg);
			break;
		case OPT_PROGRESS:
			if (strcmp(optarg, "json"))
				return refuse("--progress knows json only, not %s", optarg);
			o.json = json_stream();
			if (!o.json)
				return mig_exit_code(VZ_SYSTEM);
			break;
		case OPT_REPORT:
			o.report = optarg;
			break;
		case OPT_FORCE:
			o.force = true;
			break;
		case OPT_DRY_RUN:
			o.dry_run = true;
			break;
		case OPT_SSH:
			o.ssh = optarg;
			break;
		case 'f':
			if (nodeps(optarg, &o.skip))
				return refuse("-f, --nodeps knows cpu, space and ipv6, not %s",
					      optarg);
			many.nodeps = optarg ? optarg : "cpu,space";
			break;
		case 't':
			o.times = true;
			break;
		case 'v':
			o.verbose++;
			break;
		case 'c':	/* of the image layouts only, as in the classic tool */
		case 's':
		case OPT_IGNORED:
			break;
		case OPT_RECEIVE:
			receive = true;
			break;
		case OPT_STATUS:
			status = true;
			break;
		case OPT_RESOLVE:
			resolve = optarg;
			break;
		case OPT_ABORT:
			resolve = "abort";
			break;
		case OPT_RESUME:
			resolve = "resume";
			break;
		case 'h':
			usage(stdout);
			return 0;
		default:
			/* getopt has said which word. */
			return refuse("not a call of vzmigrate");
		}
	}
	set_up_log(o.verbose);
	if (receive)
		return mig_receive();
	if (status || o.dry_run)
		vz_tool_tells(mig_exit_code(VZ_SYSTEM));
	if (status || resolve)
		return operator_command(argc - optind, argv + optind, status, resolve);
	if (many_what) {
		many.ssh = o.ssh;
		many.force = o.force;
		many.dry_run = o.dry_run;
		many.json = o.json;
		return evacuate(argc - optind, argv + optind, &many, many_what == OPT_RETURN);
	}
	return migrate(argc - optind, argv + optind, &o);
}
