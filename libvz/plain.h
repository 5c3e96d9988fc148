/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text that is said to people, whatever a user, a file, a VE or another host has put into it. */
#ifndef LIBVZ_PLAIN_H
#define LIBVZ_PLAIN_H

#include <stdarg.h>
#include <stdbool.h>

/* At most so many bytes of a text are shown: of a longer one the middle is left out. */
#define VZ_PLAIN_MAX	960

/**
 * vz_plain() - the same text, fit for a terminal and a log
 * @text: malloc'ed, or NULL; it is freed
 *
 * What moves a cursor, changes the reading direction or is no UTF-8 becomes \ooo. Lines behind
 * the first begin with two blanks, so none can be taken for a line of its own. What is plain
 * already stays as it is.
 *
 * Return: malloc'ed; NULL when there is no memory, or no text
 */
char *vz_plain(char *text);

/* The same of a text that stays: what a table shows of it. Malloc'ed, NULL without memory. */
char *vz_plain_copy(const char *text);

/* The same of what vprintf() would print. */
char *vz_plain_format(const char *fmt, va_list ap) __attribute__((format(printf, 1, 0)));

/* One line of text that is plain: what is kept and shown in a table. */
bool vz_plain_line(const char *text);

#endif /* LIBVZ_PLAIN_H */
