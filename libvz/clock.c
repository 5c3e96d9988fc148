// SPDX-License-Identifier: GPL-2.0-or-later
/* The one place where the tools read the clock that durations are taken from. */
#include <time.h>
#include "libvz/clock.h"

uint64_t vz_now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_BOOTTIME, &t);
	return t.tv_sec * 1000000ULL + t.tv_nsec / 1000;
}

int64_t vz_now_ms(void)
{
	return vz_now_us() / 1000;
}
