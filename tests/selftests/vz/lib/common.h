/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * All that most selftests need: make a VE out of a cgroup, run a function as its
 * init, read and set its beancounters. Run as root on a kernel with CONFIG_VE;
 * needs nothing but libc and a mounted cgroup2.
 *
 *	int main(void)
 *	{
 *		struct ve ve;
 *
 *		ve_setup(&ve, 101);
 *		ve_spawn(&ve, body);		body(&ve) is init of the VE
 *		ve_teardown(&ve);
 *		return test_end();
 *	}
 *
 * Test results are TAP on stdout. Processes of the VE use ok() as well: the
 * counts are in shared memory. What a test cannot do without ends it (need()).
 */
#ifndef _VZ_SELFTESTS_COMMON_H
#define _VZ_SELFTESTS_COMMON_H

#include "file.h"
#include "freed.h"
#include "tap.h"
#include "ve.h"
#include "wait.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#endif /* _VZ_SELFTESTS_COMMON_H */
