/* SPDX-License-Identifier: GPL-2.0-only */
/* For whom the host's network works: see forward.c. Private to beancounters/. */
#ifndef _VZ_UB_FORWARD_PRIVATE_H
#define _VZ_UB_FORWARD_PRIVATE_H

#include <vz/object.h>

bool ub_serving(void);
struct ve *ub_served(void);
struct ve *ub_get_served(void);
int ub_forward_arm(struct ve *ve, u32 id);
void ub_forward_offline(struct ve *ve);

/* Its cgroup was removed: what the host still keeps for it can go. */
static inline bool ub_is_gone(const struct ve *ve)
{
	return css_is_dying((struct cgroup_subsys_state *)&ve->css);
}

#endif /* _VZ_UB_FORWARD_PRIVATE_H */
