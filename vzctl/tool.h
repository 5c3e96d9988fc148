/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Words of the small tools: one-letter options, --help, and 1 for every error. */
#ifndef VZCTL_TOOL_H
#define VZCTL_TOOL_H

/* "NAME: text" on stderr. Returns 1. */
int tool_fail(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* As getopt(), and --help is -h. '?': what is wrong was said. */
int tool_letter(int argc, char **argv, const char *letters);

#endif /* VZCTL_TOOL_H */
