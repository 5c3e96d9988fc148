/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How beancounters are shown: what /proc/user_beancounters and /proc/bc are made
 * of. Only our own files include this.
 */
#ifndef _VZ_UB_SHOW_H
#define _VZ_UB_SHOW_H

#include <linux/types.h>
#include <vz/abi.h>

struct seq_file;
struct ve;

/**
 * struct ub_row - a resource as it is shown
 */
struct ub_row {
	unsigned long held;
	unsigned long maxheld;
	unsigned long barrier;
	unsigned long limit;
	unsigned long failcnt;
};

/* Which rows of a UB, and whether it is named. */
enum ub_rows {
	UB_ROWS_CLASSIC,	/* 24 with the dummies, named */
	UB_ROWS_NAMED,		/* no dummies, all others, named */
	UB_ROWS_BARE,		/* the same without a name */
};

void ub_print_head(struct seq_file *m);

/* @ve is armed; NULL for the host. Context: any but hard interrupts; does not sleep. */
void ub_show_rows(struct seq_file *m, struct ve *ve, enum ub_rows rows);

/* Bytes that the tasks of an armed VE have read from disks, and written. Context: any. */
void ub_io_bytes(struct ve *ve, u64 *read, u64 *written);

/**
 * struct ub_proc_file - a file of /proc/bc/<id>
 * @name: its name
 * @show: prints it; the VE is NULL for the host. May sleep
 */
struct ub_proc_file {
	const char	*name;
	int		(*show)(struct seq_file *m, struct ve *ve);
};

/* Ends with an empty one. */
extern const struct ub_proc_file ub_proc_files[];

#endif /* _VZ_UB_SHOW_H */
