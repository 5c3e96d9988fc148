// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Messages and progress. Owns the process-wide logging options; set once at
 * the start, so nothing here is locked. The log file is opened for each line:
 * lines are rare, and a rotated file is picked up.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "libvz/cleanup.h"
#include "libvz/clock.h"
#include "libvz/log.h"
#include "libvz/plain.h"

static struct {
	char *file;
	int level;
	int verbose;
	bool quiet;
	unsigned int ct;
} opt;

void vz_log_setup(const char *file, int level, int verbose, bool quiet)
{
	free(opt.file);
	opt.file = file ? strdup(file) : NULL;
	opt.level = level;
	opt.verbose = verbose;
	opt.quiet = quiet;
}

void vz_log_ct(unsigned int id)
{
	opt.ct = id;
}

void vz_log_no_file(void)
{
	free(opt.file);
	opt.file = NULL;
}

static void to_file(const char *text)
{
	/* A FIFO that nobody reads is no reason to wait. */
	const int flags = O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK | O_NOCTTY | O_CLOEXEC |
			  O_NOFOLLOW;
	cleanup_close int fd = -1;
	time_t now = time(NULL);
	char stamp[40], ct[24] = "";
	struct tm tm;

	if (!opt.file)
		return;
	fd = open(opt.file, flags, 0640);
	if (fd < 0)
		return;
	strftime(stamp, sizeof(stamp), "%Y-%m-%dT%H:%M:%S%z", localtime_r(&now, &tm));
	/* Some say it themselves. */
	if (opt.ct && strncmp(text, "CT ", 3))
		snprintf(ct, sizeof(ct), "CT %u : ", opt.ct);
	dprintf(fd, "%s %s : %s%s\n", stamp, program_invocation_short_name, ct, text);
}

static void emit(FILE *out, const char *fmt, va_list ap)
{
	cleanup_free char *text = vz_plain_format(fmt, ap);

	if (!text)
		return;
	if (out && !opt.quiet) {
		fprintf(out, "%s\n", text);
		fflush(out);
	}
	to_file(text);
}

void vz_say(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	emit(stdout, fmt, ap);
	va_end(ap);
}

void vz_warn(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	emit(stderr, fmt, ap);
	va_end(ap);
}

void vz_debug(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	emit(opt.verbose > 0 ? stdout : NULL, fmt, ap);
	va_end(ap);
}

static void show(struct vz_progress *p, uint64_t now)
{
	double secs = (now - p->start_us) / 1e6;
	double rate = secs > 0 ? p->done / secs / 1048576 : 0;

	if (p->total) {
		uint64_t done = p->done < p->total ? p->done : p->total;
		double left = p->done ? secs * (p->total - done) / p->done : 0;

		vz_say("%s: %3.0f%% of %.0f MB, %.1f MB/s, %.0f s left", p->what,
		       100.0 * done / p->total, p->total / 1048576.0, rate, left);
	} else {
		vz_say("%s: %.0f MB, %.1f MB/s", p->what, p->done / 1048576.0, rate);
	}
	p->last_us = now;
}

void vz_progress_start(struct vz_progress *p, const char *what, uint64_t total)
{
	p->what = what;
	p->total = total;
	p->done = 0;
	p->start_us = p->last_us = vz_now_us();
	p->every_us = (isatty(STDOUT_FILENO) ? 1 : 30) * 1000000;
}

void vz_progress_add(struct vz_progress *p, uint64_t n)
{
	uint64_t now = vz_now_us();

	p->done += n;
	if (now - p->last_us >= p->every_us)
		show(p, now);
}

/* Short work leaves no line at all. */
void vz_progress_end(struct vz_progress *p)
{
	uint64_t now = vz_now_us();

	if (p->last_us != p->start_us)
		show(p, now);
}
