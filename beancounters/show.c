// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tables of rows in OpenVZ's format to the byte: those of
 * /proc/user_beancounters and /proc/bc. Owns nothing.
 *
 * UB 0 is the host. It is not charged; its rows show the kernel's own counters.
 */
#include <linux/kernel.h>
#include <linux/seq_file.h>
#include <linux/string.h>
#include <vz/object.h>
#include "names.h"
#include "read.h"
#include "show.h"
#include "value.h"

#define UB_VERSION	"Version: 2.5\n"
#define UB_HEAD		"%10s  %-12s %20s %20s %20s %20s %20s\n"
/* Widths in it. */
#define UB_UID		10
#define UB_NAME		12
#define UB_VALUE	20

void ub_print_head(struct seq_file *m)
{
	seq_puts(m, UB_VERSION);
	seq_printf(m, UB_HEAD, "uid", "resource", "held", "maxheld", "barrier",
		   "limit", "failcnt");
}

/*
 * @uid is "<id>:" or empty. By hand: reading all counters of all VEs is nearly
 * all formatting, and a format string takes three times as long.
 */
void ub_print_row(struct seq_file *m, const char *uid, const char *name,
		  const struct ub_row *row)
{
	const unsigned long values[] = {
		row->held, row->maxheld, row->barrier, row->limit, row->failcnt,
	};
	size_t uid_len = strlen(uid), name_len = strlen(name);
	size_t i, at = max_t(size_t, uid_len, UB_UID) + 2;
	char head[2 * UB_UID + 2 * UB_NAME];

	memset(head, ' ', sizeof(head));
	memcpy(head + at - 2 - uid_len, uid, uid_len);
	memcpy(head + at, name, name_len);
	seq_write(m, head, at + max_t(size_t, name_len, UB_NAME));
	for (i = 0; i < ARRAY_SIZE(values); i++)
		ub_put_value(m, values[i], UB_VALUE);
	seq_putc(m, '\n');
}

void ub_show_rows(struct seq_file *m, struct ve *ve, enum ub_rows rows)
{
	int res, nr = rows == UB_ROWS_CLASSIC ? UB_NR_CLASSIC : UB_NR_RESOURCES;
	struct ub_row all[UB_NR_RESOURCES];
	char uid[16] = "";

	if (ve)
		ub_gather(ve, all);
	if (rows != UB_ROWS_BARE)
		snprintf(uid, sizeof(uid), "%u:", ve ? ve->id : 0);
	for (res = 0; res < nr; res++) {
		if (rows != UB_ROWS_CLASSIC && ub_is_dummy(res))
			continue;
		if (!ve)
			ub_read_host(res, &all[res]);
		ub_print_row(m, uid, ub_names[res], &all[res]);
		*uid = '\0';
	}
}
