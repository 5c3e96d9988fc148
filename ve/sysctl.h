/* SPDX-License-Identifier: GPL-2.0-only */
/* The table of sysctls: see sysctl.c. */
#ifndef _VE_SYSCTL_H
#define _VE_SYSCTL_H

#include <linux/array_size.h>
#include <linux/types.h>

struct ctl_table;
struct ctl_table_header;

/* The longest path of a file; one that is longer is in no table. */
#define VE_SYSCTL_PATH	128

/* Values from @min, which may be less than 0, to @max. */
struct ve_range {
	s64	min;
	u64	max;
};

/**
 * struct ve_sysctl - a file that may be written
 * @path: below /proc/sys; "*" is any one component
 * @text: not numbers but a text of at most so many bytes, 0 for numbers
 * @nr: how many numbers it takes at most
 * @ranges: of each of them
 */
struct ve_sysctl {
	const char		*path;
	unsigned int		text;
	unsigned int		nr;
	const struct ve_range	*ranges;
};

#define VE_RANGES(...)		((const struct ve_range[]){ __VA_ARGS__ })
#define VE_NUMBERS(file, ...)	{ .path = file, .nr = ARRAY_SIZE(VE_RANGES(__VA_ARGS__)), \
				  .ranges = VE_RANGES(__VA_ARGS__) }

const char *ve_sysctl_path(const struct ctl_table_header *head, const struct ctl_table *table,
			   char *buf, size_t size);
const struct ve_sysctl *ve_sysctl_find(const char *path);
int ve_sysctl_check(const struct ve_sysctl *row, const char *text, size_t len);

#endif /* _VE_SYSCTL_H */
