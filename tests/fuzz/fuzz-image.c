// SPDX-License-Identifier: GPL-2.0-or-later
/* ve.img: whatever it has, it is refused or stays within the VE. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "checkpoint/state_check.h"
#include "checkpoint/ve_state.pb-c.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	VeState *s = ve_state__unpack(NULL, size, data);
	size_t i;

	if (!s)
		return 0;
	if (!ckpt_state_check(s))
		for (i = 0; i < s->n_cgroup; i++)
			if (strstr(s->cgroup[i]->path, "..") == s->cgroup[i]->path ||
			    strstr(s->cgroup[i]->path, "/../") || s->cgroup[i]->path[0] == '/')
				abort();
	ve_state__free_unpacked(s, NULL);
	return 0;
}
