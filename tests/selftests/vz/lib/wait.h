/* SPDX-License-Identifier: GPL-2.0-only */
/* Time, and waiting for what the kernel does later. */
#ifndef _VZ_SELFTESTS_WAIT_H
#define _VZ_SELFTESTS_WAIT_H

#include <stdbool.h>

void ve_sleep_ms(long ms);

/* Seconds that something may take which the kernel does later, on the busiest machine. */
#define PATIENCE	60

double test_clock(void);

/*
 * Wait until @cond holds: what RCU, a worker, an interrupt or another process
 * still has to do. Value: whether it held, when the time was up at the latest.
 */
#define wait_until(cond) ({							\
	double end_ = test_clock() + PATIENCE;					\
	bool last_, good_;							\
										\
	for (;;) {								\
		last_ = test_clock() > end_;					\
		good_ = (cond);							\
		if (good_ || last_)						\
			break;							\
		ve_sleep_ms(10);						\
	}									\
	good_;									\
})

#endif /* _VZ_SELFTESTS_WAIT_H */
