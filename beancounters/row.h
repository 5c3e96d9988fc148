/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a row is made of: one const table of operations in the row's own file,
 *
 *	UB_ROW(NUMPTY) = { };
 *
 * that list.c finds by the row's symbol in <vz/abi.h>. All operations may be
 * missing: a row then holds what was charged, each charge takes the counter's
 * lock, and the host shows 0. Private to beancounters/.
 */
#ifndef _VZ_UB_ROW_H
#define _VZ_UB_ROW_H

#include <linux/types.h>
#include <vz/abi.h>

struct ub_counters;
struct ub_row;
struct ve;

/* What a number of a row means. */
enum ub_unit {
	UB_COUNT,
	UB_PAGES,
	UB_BYTES,
};

/**
 * struct ub_ops - a row
 * @unit: of its numbers
 * @batch: size of a CPU's credit, in pages for a row of bytes; 0: no credits
 * @dummy: a line of the classic table that means nothing, can be set and has no effect
 * @oom: what is held counts as used memory of the VE in a global OOM
 * @arm: a VE is being bound: set other bounds than "unlimited", allocate. May sleep and fail
 * @disarm: undoes @arm; also after an @arm of this or of another row that failed
 * @read: correct a row by what is counted elsewhere. Any context but hard interrupts
 * @set_limit: the limit is about to be set. May sleep and fail
 * @host: what the host's row shows as held
 */
struct ub_ops {
	enum ub_unit	unit;
	unsigned int	batch;
	bool		dummy;
	bool		oom;
	int		(*arm)(struct ub_counters *cs);
	void		(*disarm)(struct ub_counters *cs);
	void		(*read)(struct ve *ve, struct ub_row *row);
	int		(*set_limit)(struct ve *ve, unsigned long limit);
	unsigned long	(*host)(void);
};

#define UB_ROW(sym)	const struct ub_ops ub_row_##sym

/* Every row has a table: a name in the ABI without one does not link. */
#define UB_ROW_EXTERN(sym, name)	extern UB_ROW(sym);
UB_RESOURCES(UB_ROW_EXTERN)
#undef UB_ROW_EXTERN

/**
 * struct ub_part - what is kept with a VE's counters and is no row
 * @arm: as that of a row, before the rows'
 * @disarm: the same, after the rows'
 */
struct ub_part {
	int	(*arm)(struct ub_counters *cs);
	void	(*disarm)(struct ub_counters *cs);
};

#endif /* _VZ_UB_ROW_H */
