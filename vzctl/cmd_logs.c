// SPDX-License-Identifier: GPL-2.0-or-later
/* vzctl logs: what the log of the tools says about one VE. Takes no lock. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "libvz/cleanup.h"
#include "libvz/conf.h"
#include "libvz/err.h"
#include "libvz/file.h"
#include "libvz/report.h"
#include "vzctl/cmd_logs.h"
#include "vzctl/ctx.h"
#include "vzctl/log_line.h"
#include "vzctl/options.h"

#define STEP_MS	300

/**
 * struct tail - the last lines of one VE
 * @line: ring of n lines, malloc'ed
 * @seen: how many there were
 */
struct tail {
	char **line;
	size_t n, seen;
};

static void keep(struct tail *t, char *line)
{
	char **place = &t->line[t->seen++ % t->n];

	free(*place);
	*place = line;
}

static void put_tail(struct tail *t)
{
	size_t first = t->seen > t->n ? t->seen - t->n : 0;

	for (size_t i = first; i < t->seen; i++)
		fputs(t->line[i % t->n], stdout);
	fflush(stdout);
	for (size_t i = 0; i < t->n; i++)
		free(t->line[i]);
	free(t->line);
}

static int read_tail(FILE *f, unsigned int id, long n, struct vz_err *e)
{
	struct tail t = { .n = n };
	cleanup_free char *line = NULL;
	size_t room = 0;

	if (!n) {
		fseek(f, 0, SEEK_END);
		return 0;
	}
	t.line = calloc(n, sizeof(*t.line));
	if (!t.line)
		return vz_error_sys(e, VZ_NOMEM, -ENOMEM, "vzctl logs");
	while (getline(&line, &room, f) > 0) {
		if (!log_line_of(line, id))
			continue;
		keep(&t, line);
		line = NULL;
		room = 0;
	}
	put_tail(&t);
	return 0;
}

/* It was rotated: another file has its name, or it was cut. */
static bool is_another(FILE *f, const char *path)
{
	struct stat ours, now;

	return !fstat(fileno(f), &ours) && !stat(path, &now) &&
	       (ours.st_ino != now.st_ino || ours.st_dev != now.st_dev ||
		now.st_size < ftello(f));
}

/* Until a signal, or nobody reads any more. A line comes in one write. */
static void follow(FILE *f, const char *path, unsigned int id)
{
	cleanup_free char *line = NULL;
	size_t room = 0;

	while (!vz_interrupted() && !ferror(stdout)) {
		while (getline(&line, &room, f) > 0)
			if (log_line_of(line, id))
				fputs(line, stdout);
		fflush(stdout);
		clearerr(f);
		if (is_another(f, path) && !freopen(path, "re", f))
			return;
		usleep(STEP_MS * 1000);
	}
}

int cmd_logs(struct ctx *x, int argc, char **argv, struct vz_err *e)
{
	static const struct option options[] = {
		{ "lines", required_argument, NULL, 'n' }, { "follow", no_argument, NULL, 'f' },
		{ NULL, 0, NULL, 0 },
	};
	cleanup_conf struct vz_conf *c = NULL;
	cleanup_file FILE *f = NULL;
	bool on = false;
	long n = 100;
	int o, ret = 0;

	while (!ret && (o = next_letter_option(argc, argv, "n:f", options, VZ_BADSYNTAX, e)) !=
	       -1) {
		switch (o) {
		case 'n': ret = take_number(optarg, "lines", 0, 1000000, &n, e); break;
		case 'f': on = true; break;
		default: return e->err;
		}
	}
	if (ret)
		return ret;
	ret = no_more_words(argc, argv, e);
	if (ret)
		return ret;
	ret = vz_conf_global(&c, e);
	if (ret)
		return ret;
	if (!c->logging || !c->logfile)
		return vz_error(e, VZ_HOSTCONF, -ENOENT, "There is no log: LOGGING or LOGFILE in "
				"/etc/vz/vz.conf says so");
	f = vz_fopen_file(c->logfile);
	if (!f && (errno != ENOENT || on))
		return vz_error_sys(e, VZ_SYSTEM, -errno, "Cannot read the log %s", c->logfile);
	ret = f ? read_tail(f, x->id, n, e) : 0;
	if (!ret && on) {
		vz_catch_signals();
		follow(f, c->logfile, x->id);
	}
	return ret;
}
