// SPDX-License-Identifier: GPL-2.0-or-later
/* Where the time of a migration goes. */
#include "libvz/clock.h"
#include "vzmigrate/source_state.h"

void src_phase(struct mig_src *s, enum mig_phase phase)
{
	uint64_t now = vz_now_us();

	s->phase_us[s->phase] += now - s->phase_start;
	s->phase = phase;
	s->phase_start = now;
	if (s->on_phase)
		s->on_phase(s);
}
