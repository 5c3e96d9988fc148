/* SPDX-License-Identifier: GPL-2.0-only */
/* What packets may still make the kernel keep. Private to beancounters/. */
#ifndef _VZ_UB_SCOPE_PRIVATE_H
#define _VZ_UB_SCOPE_PRIVATE_H

#include <linux/types.h>

struct mem_cgroup;
struct ve;

bool ub_is_overdrawn(struct ve *ve, struct mem_cgroup *memcg);

#endif /* _VZ_UB_SCOPE_PRIVATE_H */
