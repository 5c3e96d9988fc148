/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a migration tells of itself: lines of JSON while it works, a page at its end. */
#ifndef VZMIGRATE_SOURCE_REPORT_H
#define VZMIGRATE_SOURCE_REPORT_H

struct mig_src;
struct vz_err;

/* --progress json: a line on stdout when a phase begins, and one at the end; err 0 is success. */
void report_phase(const struct mig_src *s);
void report_end(const struct mig_src *s, int err);
/* --report: one page that needs nothing else, whether it moved or not. */
int report_page(const struct mig_src *s, const char *path, int err, const char *why,
		struct vz_err *e);
const char *report_phase_name(int phase);

#endif /* VZMIGRATE_SOURCE_REPORT_H */
