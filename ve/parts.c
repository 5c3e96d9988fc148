// SPDX-License-Identifier: GPL-2.0-only
/*
 * The parts of a VE: who keeps something for it, in the order in which they are
 * told that it comes; in the opposite one that it goes.
 *
 * The list is constant once the kernel has booted: ve/ and what is below it are
 * named here, what is above registers in an initcall. So there is no lock.
 */
#include <linux/array_size.h>
#include <linux/cgroup.h>
#include <linux/init.h>
#include <vz/controller.h>
#include "boot_id.h"
#include "cpus.h"
#include "cputime.h"
#include "devices.h"
#include "loadavg.h"
#include "log.h"
#include "netfilter.h"
#include "parts.h"
#include "proc_bc.h"
#include "starts.h"
#include "sysctl_own.h"
#include "tasks.h"

static const struct ve_part *ve_parts[16] __ro_after_init = {
	&ve_tasks_part,
	&ve_time_part,
	&ve_boot_id_part,
	&ve_cpus_part,
	&ve_devices_part,
	&ve_log_part,
	&ve_starts_part,
	&ve_sysctl_part,
	&ve_netfilter_part,
	&ub_part,
	&ve_bc_part,
	&ve_load_part,
};

static unsigned int ve_nr_parts __ro_after_init;
static struct cgroup_subsys *ve_parts_subsys __ro_after_init;

/* Parts before @end are told that the VE goes, the last one first. */
static void ve_parts_go_offline(struct ve *ve, unsigned int end)
{
	while (end-- > 0)
		if (ve_parts[end]->offline)
			ve_parts[end]->offline(ve);
}

static void ve_parts_go(struct ve *ve, unsigned int end)
{
	while (end-- > 0)
		if (ve_parts[end]->free)
			ve_parts[end]->free(ve);
}

/**
 * ve_parts_arm - the VE is being bound
 * @ve: not bound yet
 * @id: what it will be
 *
 * Context: cgroup_mutex. Return: 0, or what a part returned; nothing is armed then.
 */
int ve_parts_arm(struct ve *ve, u32 id)
{
	unsigned int i;
	int err;

	for (i = 0; i < ve_nr_parts; i++) {
		err = ve_parts[i]->arm ? ve_parts[i]->arm(ve, id) : 0;
		if (err) {
			ve_parts_go_offline(ve, i);
			ve_parts_go(ve, i);
			return err;
		}
	}
	return 0;
}

void ve_parts_online(struct ve *ve)
{
	unsigned int i;

	for (i = 0; i < ve_nr_parts; i++)
		if (ve_parts[i]->online)
			ve_parts[i]->online(ve);
}

void ve_parts_offline(struct ve *ve)
{
	ve_parts_go_offline(ve, ve_nr_parts);
}

void ve_parts_free(struct ve *ve)
{
	ve_parts_go(ve, ve_nr_parts);
}

void ve_parts_show(struct seq_file *m, struct ve *ve)
{
	unsigned int i;

	for (i = 0; i < ve_nr_parts; i++)
		if (ve_parts[i]->show)
			ve_parts[i]->show(m, ve);
}

/* The VE is started or restored. */
void ve_parts_start(struct ve *ve)
{
	unsigned int i;

	for (i = 0; i < ve_nr_parts; i++)
		if (ve_parts[i]->start)
			ve_parts[i]->start(ve);
}

static int __init ve_part_add_files(const struct ve_part *part)
{
	struct cftype *const *files;
	int err;

	for (files = part->files; files && *files; files++) {
		err = cgroup_add_dfl_cftypes(ve_parts_subsys, *files);
		if (err)
			return err;
	}
	return 0;
}

int __init ve_part_register(const struct ve_part *part)
{
	if (ve_nr_parts == ARRAY_SIZE(ve_parts))
		return -ENOSPC;
	ve_parts[ve_nr_parts++] = part;
	return ve_part_add_files(part);
}

/* @ss gets the files of all parts. Context: an initcall before those that register. */
int __init ve_parts_init(struct cgroup_subsys *ss)
{
	int err = 0;

	ve_parts_subsys = ss;
	for (; !err && ve_nr_parts < ARRAY_SIZE(ve_parts) && ve_parts[ve_nr_parts]; ve_nr_parts++)
		err = ve_part_add_files(ve_parts[ve_nr_parts]);
	return err;
}
