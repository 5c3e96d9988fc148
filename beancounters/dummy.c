// SPDX-License-Identifier: GPL-2.0-only
/* The lines of the classic table that mean nothing any more. */
#include "row.h"

UB_ROW(DUMMY0) = { .dummy = true };
UB_ROW(DUMMY1) = { .dummy = true };
UB_ROW(DUMMY2) = { .dummy = true };
UB_ROW(DUMMY3) = { .dummy = true };
