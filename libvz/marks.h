/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What this process was doing, and when: for reports on where time goes. A mark
 * says that something begins; it lasts until the next one. Kept in a fixed
 * table of the process, for its life or until vz_marks_begin(); no lock, marks
 * are set by one thread.
 */
#ifndef LIBVZ_MARKS_H
#define LIBVZ_MARKS_H

#include <stddef.h>
#include <stdint.h>

#define VZ_MARKS_MAX	128

/* @what: a literal; @at_us: vz_now_us() */
struct vz_mark {
	const char *what;
	uint64_t at_us;
};

/* Forget all marks: what is measured begins. */
void vz_marks_begin(void);
/* When the first one was set; now, when none was. */
uint64_t vz_marks_start(void);
/* From now on it is this. Above VZ_MARKS_MAX the last one goes on. */
void vz_mark(const char *what);
/* The marks so far, oldest first. */
const struct vz_mark *vz_marks(size_t *n);

#endif /* LIBVZ_MARKS_H */
