/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Warnings about the lines of a configuration. A command reads the same file several times, and
 * the daemon for months: of each file it is told once, and again when the file has changed. What
 * was told of is kept by this process for as long as the file is there and has something wrong.
 */
#ifndef LIBVZ_CONF_WARN_H
#define LIBVZ_CONF_WARN_H

#include <stdbool.h>
#include <stddef.h>

/**
 * struct vz_conf_warn - while a file is read; { .path = ... } to begin with
 * @path: the file
 * @n: how many lines were wrong so far
 * @odd: of these, those that are no assignments; a few are told, the rest counted
 * @mute: all was told before
 */
struct vz_conf_warn {
	const char *path;
	size_t n, odd;
	bool mute;
};

void vz_conf_warn_line(struct vz_conf_warn *w, size_t line, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* One that is no assignment: why, and its text. */
void vz_conf_warn_odd(struct vz_conf_warn *w, size_t line, const char *why, const char *text);
/* The file was read. */
void vz_conf_warn_end(struct vz_conf_warn *w);
/* How many files this process would not tell of again; for tests. */
size_t vz_conf_warn_kept(void);

#endif /* LIBVZ_CONF_WARN_H */
