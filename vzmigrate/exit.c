// SPDX-License-Identifier: GPL-2.0-or-later
/* Causes to numbers of the classic vzmigrate. Scripts compare them. */
#include "vzmigrate/exit.h"

#define COPY_FAILED	6

static const unsigned char codes[VZ_NR_CAUSES] = {
	[VZ_BADSYNTAX] = 1,
	[VZ_NOTRUNNING] = 2,		/* but --online was asked for */
	[VZ_CONNECT] = 4,
	[VZ_RESTORE] = 7,		/* at the destination */
	[VZ_MOUNT] = 7,
	[VZ_CHKPNT] = 8,		/* at the source */
	[VZ_STOPFAIL] = 8,
	[VZ_FROZEN] = 8,
	[VZ_VEEXISTS] = 9,		/* at the destination */
	[VZ_NOVECONFIG] = 10,
	[VZ_NOCONFIG] = 10,
	[VZ_IPUSED] = 12,		/* at the destination */
	[VZ_BADKERNEL] = 14,
	[VZ_BADCONF] = 15,
	[VZ_NOCRIU] = 17,
	[VZ_CPU] = 18,
	[VZ_HOSTCONF] = 19,		/* of the destination */
	[VZ_LOCKED] = 20,
};

int mig_exit_code(enum vz_cause cause)
{
	return cause < VZ_NR_CAUSES && codes[cause] ? codes[cause] : COPY_FAILED;
}
