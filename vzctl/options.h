/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Options of one command. */
#ifndef VZCTL_OPTIONS_H
#define VZCTL_OPTIONS_H

#include <getopt.h>

struct vz_err;

/*
 * getopt_long() for one command; -1 at the end, '?' with e filled (exit for unknown options).
 * Options and words may stand in any order.
 */
int next_option(int argc, char **argv, const struct option *opts, enum vz_cause cause,
		struct vz_err *e);
/* The same, and the first word ends the options: what is behind it is somebody else's. */
int next_leading_option(int argc, char **argv, const struct option *opts, enum vz_cause cause,
			struct vz_err *e);
/* The same with one-letter options; letters as for getopt_long(). */
int next_letter_option(int argc, char **argv, const char *letters, const struct option *opts,
		       enum vz_cause cause, struct vz_err *e);
/* --format. CSV: a line of names, then the values; what has commas or quotes is quoted. */
enum format { FORMAT_TABLE, FORMAT_JSON, FORMAT_CSV };
int take_format(const char *word, enum format *f, struct vz_err *e);
/* The number that --name was given: all digits, min to max. */
int take_number(const char *word, const char *name, long min, long max, long *out,
		struct vz_err *e);
/* ret of what took the value of an option: an error names the option. */
int of_option(int ret, const char *name, struct vz_err *e);
/* Stray words behind the options: VZ_BADSYNTAX. */
int no_more_words(int argc, char **argv, struct vz_err *e);

#endif /* VZCTL_OPTIONS_H */
