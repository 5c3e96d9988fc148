/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Messages to the terminal and the log file; progress of long work. */
#ifndef LIBVZ_LOG_H
#define LIBVZ_LOG_H

#include <stdbool.h>
#include <stdint.h>

/* Options of the process; file may be NULL. quiet: nothing on the terminal. */
void vz_log_setup(const char *file, int level, int verbose, bool quiet);

/* Lines of the file from now on say which VE they are about; 0: none. */
void vz_log_ct(unsigned int id);

/* For helpers whose root is no longer the host's: nothing goes to the file any more. */
void vz_log_no_file(void);

/* What the user asked to see: stdout and the log file. */
void vz_say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* Warnings and errors: stderr and the log file. */
void vz_warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* Shown with --verbose only; always in the log file. */
void vz_debug(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/*
 * Progress of long work, with rate and ETA: at most a line a second on a
 * terminal, one in half a minute elsewhere. total 0: unknown.
 */
struct vz_progress {
	const char *what;
	uint64_t total, done;
	uint64_t start_us, last_us, every_us;
};
void vz_progress_start(struct vz_progress *p, const char *what, uint64_t total);
void vz_progress_add(struct vz_progress *p, uint64_t n);
void vz_progress_end(struct vz_progress *p);

#endif /* LIBVZ_LOG_H */
