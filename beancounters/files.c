// SPDX-License-Identifier: GPL-2.0-only
/*
 * ve.ub.resources, ve.ub.restore, ve.ub.events.
 *
 * Owns no object. A kernfs operation pins the css while it runs. Writers of
 * bounds are not serialised against each other: the last one wins, row by row.
 */
#include <linux/cgroup.h>
#include <linux/seq_file.h>
#include <linux/string.h>
#include "counters.h"
#include "files.h"
#include "list.h"
#include "names.h"
#include "read.h"
#include "value.h"

/* Split "NAME A B": row of NAME and both numbers, or -EINVAL. */
static int ub_parse_row(char *buf, unsigned long *a, unsigned long *b)
{
	char *name, *first, *second;

	buf = strstrip(buf);
	name = strsep(&buf, " \t");
	buf = buf ? skip_spaces(buf) : NULL;
	first = strsep(&buf, " \t");
	second = buf ? skip_spaces(buf) : NULL;
	if (!first || !second ||
	    ub_parse_value(first, a) || ub_parse_value(second, b))
		return -EINVAL;
	return ub_find_name(name);
}

static int ub_resources_show(struct seq_file *m, void *v)
{
	struct ub_row rows[UB_NR_RESOURCES], *row;
	struct ve *ve = css_ve(seq_css(m));
	int res;

	if (!ub_counters(ve))
		return 0;
	ub_gather(ve, rows);
	for (res = 0; res < UB_NR_RESOURCES; res++) {
		if (ub_is_dummy(res))
			continue;
		row = &rows[res];
		seq_puts(m, ub_names[res]);
		ub_put_value(m, row->held, 0);
		ub_put_value(m, row->maxheld, 0);
		ub_put_value(m, row->barrier, 0);
		ub_put_value(m, row->limit, 0);
		ub_put_value(m, row->failcnt, 0);
		seq_putc(m, '\n');
	}
	return 0;
}

static ssize_t ub_resources_write(struct kernfs_open_file *of, char *buf,
				  size_t nbytes, loff_t off)
{
	struct ve *ve = css_ve(of_css(of));
	struct ub_counters *cs = ub_counters(ve);
	unsigned long barrier, limit;
	int res, err;

	if (!ve_host_writer(of))
		return -EPERM;
	res = ub_parse_row(buf, &barrier, &limit);
	if (res < 0)
		return res;
	if (!cs || barrier > limit)
		return -EINVAL;
	if (ub_rows[res]->set_limit) {
		err = ub_rows[res]->set_limit(ve, limit);
		if (err)
			return err;
	}
	ub_counter_bounds(&cs->res[res], barrier, limit);
	return nbytes;
}

static ssize_t ub_restore_write(struct kernfs_open_file *of, char *buf,
				size_t nbytes, loff_t off)
{
	struct ve *ve = css_ve(of_css(of));
	struct ub_counters *cs = ub_counters(ve);
	unsigned long maxheld, failcnt;
	int res;

	if (!ve_host_writer(of))
		return -EPERM;
	res = ub_parse_row(buf, &maxheld, &failcnt);
	if (res < 0)
		return res;
	if (!cs || READ_ONCE(ve->state) != VE_RESTORING)
		return -EBUSY;
	ub_counter_restore(&cs->res[res], maxheld, failcnt);
	return nbytes;
}

static int ub_events_show(struct seq_file *m, void *v)
{
	struct ve *ve = css_ve(seq_css(m));
	struct ub_row rows[UB_NR_RESOURCES];
	int res;

	if (!ub_counters(ve))
		return 0;
	ub_gather(ve, rows);
	for (res = 0; res < UB_NR_RESOURCES; res++)
		if (!ub_is_dummy(res) && rows[res].failcnt)
			seq_printf(m, "%s %lu\n", ub_names[res], rows[res].failcnt);
	return 0;
}

struct cftype ub_row_files[] = {
	{
		.name = "ub.resources",
		.flags = CFTYPE_NOT_ON_ROOT,
		.seq_show = ub_resources_show,
		.write = ub_resources_write,
	},
	{
		.name = "ub.restore",
		.flags = CFTYPE_NOT_ON_ROOT,
		.write = ub_restore_write,
	},
	{
		.name = "ub.events",
		.flags = CFTYPE_NOT_ON_ROOT,
		.file_offset = offsetof(struct ve, ub.events_file),
		.seq_show = ub_events_show,
	},
	{ }
};
