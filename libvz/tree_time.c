// SPDX-License-Identifier: GPL-2.0-or-later
/* Times of files are as coarse as a clock tick. */
#include "libvz/tree_time.h"

#define SECOND_NS	1000000000L
/* A tick of any kernel, and then some. */
#define MARGIN_NS	50000000L

struct timespec vz_tree_time_limit(const struct timespec *start_of_pass)
{
	struct timespec t = *start_of_pass;

	t.tv_nsec -= MARGIN_NS;
	if (t.tv_nsec < 0) {
		t.tv_nsec += SECOND_NS;
		t.tv_sec--;
	}
	return t;
}

bool vz_tree_time_same(const struct timespec *was, const struct timespec *now,
		       const struct timespec *limit)
{
	if (was->tv_sec != now->tv_sec || was->tv_nsec != now->tv_nsec)
		return false;
	return was->tv_sec < limit->tv_sec ||
	       (was->tv_sec == limit->tv_sec && was->tv_nsec < limit->tv_nsec);
}
