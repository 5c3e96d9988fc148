// SPDX-License-Identifier: GPL-2.0-only
/* What ve/ is told of beancounters. Constant. */
#include <vz/part.h>
#include "files.h"
#include "forward.h"
#include "io_pace.h"
#include "refusals.h"
#include "set.h"

static struct cftype *const ub_files[] = {
	ub_row_files,
	ub_refusals_files,
	ub_io_files,
	NULL,
};

const struct ve_part ub_part = {
	.arm		= ub_arm,
	.offline	= ub_forward_offline,
	.free		= ub_free,
	.files		= ub_files,
};
