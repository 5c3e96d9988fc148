// SPDX-License-Identifier: GPL-2.0-or-later
/* Setting a mark costs one look at the clock, so it may lie in what is measured. */
#include "libvz/clock.h"
#include "libvz/marks.h"

static struct vz_mark marks[VZ_MARKS_MAX];
static size_t used;

void vz_marks_begin(void)
{
	used = 0;
}

uint64_t vz_marks_start(void)
{
	return used ? marks[0].at_us : vz_now_us();
}

void vz_mark(const char *what)
{
	if (used < VZ_MARKS_MAX)
		marks[used++] = (struct vz_mark){ .what = what, .at_us = vz_now_us() };
}

const struct vz_mark *vz_marks(size_t *n)
{
	*n = used;
	return marks;
}
