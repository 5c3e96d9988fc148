/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef __CR_CG_OPTIONS_H__
#define __CR_CG_OPTIONS_H__

/*
 * Options that this machine's cgroup2 is mounted with, separated by commas; "" when it is not.
 * Who mounts it once more in the first cgroup namespace sets them for all its mounts.
 */
const char *cg2_options(void);

/* The same for a new mount, a descriptor of fsopen(2). 0, or -1 with a line in the log. */
int cg2_set_options(int fsfd);

#endif
