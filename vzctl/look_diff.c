// SPDX-License-Identifier: GPL-2.0-or-later
/* Two looks at all VEs, side by side. */
#include "vzctl/look_diff.h"

typedef void tell_fn(void *arg, unsigned int id, const char *event, const char *exit);

static const char *state_event(enum ve_state s)
{
	switch (s) {
	case VE_STARTING:
		return "starting";
	case VE_RUNNING:
		return "running";
	case VE_STOPPED:
		return "stopped";
	default:
		return "stopping";
	}
}

static void one(const struct seen *was, const struct seen *is, tell_fn *tell, void *arg)
{
	if (!was->conf && is->conf)
		tell(arg, is->id, "created", NULL);
	if (was->conf && is->conf &&
	    (was->inode != is->inode || was->changed.tv_sec != is->changed.tv_sec ||
	     was->changed.tv_nsec != is->changed.tv_nsec))
		tell(arg, is->id, "changed", NULL);
	if (was->state != is->state)
		tell(arg, is->id, state_event(is->state),
		     is->state == VE_STOPPED && *is->exit ? is->exit : NULL);
	if (was->frozen != is->frozen && is->state == VE_RUNNING)
		tell(arg, is->id, is->frozen ? "frozen" : "thawed", NULL);
	if (was->conf && !is->conf)
		tell(arg, is->id, "destroyed", NULL);
}

void look_diff(const struct seen *before, size_t nr_before, const struct seen *now, size_t nr_now,
	       tell_fn *tell, void *arg)
{
	size_t i = 0, k = 0;

	while (i < nr_before || k < nr_now) {
		struct seen none = { .state = VE_STOPPED };

		if (k == nr_now || (i < nr_before && before[i].id < now[k].id)) {
			none.id = before[i].id;
			one(&before[i++], &none, tell, arg);
		} else if (i == nr_before || now[k].id < before[i].id) {
			none.id = now[k].id;
			one(&none, &now[k++], tell, arg);
		} else {
			one(&before[i++], &now[k++], tell, arg);
		}
	}
}
