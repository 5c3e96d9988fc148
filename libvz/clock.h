/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The clock of the tools, for durations and for the end of a wait. It also runs
 * while the machine sleeps, and nobody sets it. Not for a date, nor to be left
 * in a file: each boot begins it anew.
 */
#ifndef LIBVZ_CLOCK_H
#define LIBVZ_CLOCK_H

#include <stdint.h>

/* Microseconds of CLOCK_BOOTTIME. */
uint64_t vz_now_us(void);

/* Milliseconds of the same, signed, so that an end less now is what is left: for poll(). */
int64_t vz_now_ms(void);

#endif /* LIBVZ_CLOCK_H */
