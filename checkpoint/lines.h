/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Texts of cgroup files that are longer than one write: see lines.c. */
#ifndef CHECKPOINT_LINES_H
#define CHECKPOINT_LINES_H

#include <stdbool.h>

struct vz_err;

bool ckpt_lines_sane(const char *text);
int ckpt_lines_write(unsigned int id, const char *file, const char *text, bool repeat,
		     struct vz_err *e);

#endif /* CHECKPOINT_LINES_H */
