// SPDX-License-Identifier: GPL-2.0-only
/* Modes of threads in images. Nothing is owned here. */
#include <string.h>

#include "thread-modes.h"
#include "xmalloc.h"

int dump_thread_modes(const int *modes, ThreadCoreEntry *tc)
{
	tc->modes = xmalloc(THREAD_MODES * sizeof(*modes));
	if (!tc->modes)
		return -1;
	memcpy(tc->modes, modes, THREAD_MODES * sizeof(*modes));
	tc->n_modes = THREAD_MODES;
	return 0;
}

/* An image may have fewer: older ones, and those of stock CRIU. */
void read_thread_modes(int *modes, const ThreadCoreEntry *tc)
{
	for (size_t i = 0; i < THREAD_MODES; i++)
		modes[i] = i < tc->n_modes ? tc->modes[i] : -1;
}
