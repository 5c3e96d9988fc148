/* SPDX-License-Identifier: GPL-2.0-only */
/* Small files of cgroupfs, /proc and /sys. */
#ifndef _VZ_SELFTESTS_FILE_H
#define _VZ_SELFTESTS_FILE_H

#include <stddef.h>

/* Write @text to file @name in folder @dir. Return: 0 or the errno. */
int write_at(const char *dir, const char *name, const char *text);

/* First line of file @name in folder @dir, without its end. */
const char *read_at(const char *dir, const char *name, char *buf, size_t size);

__attribute__((format(printf, 2, 3)))
int write_file(const char *path, const char *fmt, ...);

/* Whole file, without the last newline, in a static buffer; "" on failure. */
char *read_file(const char *path);

/* Number behind @key in a file of "key value" lines; -1 when it is not there. */
long file_value(const char *file, const char *key);

#endif /* _VZ_SELFTESTS_FILE_H */
