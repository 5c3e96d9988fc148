// SPDX-License-Identifier: GPL-2.0-only
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "types.h"
#include "filesystems.h"
#include "log.h"
#include "mount.h"
#include "mount-parts.h"
#include "util.h"
#include "xmalloc.h"

/* Minor numbers of devices without a disk are given out from below. */
#define LAST_MINOR 0xfffff

static bool is_whole(const struct mount_info *m)
{
	return !strcmp(m->root, "/");
}

/* Parts are told by the device of the kernel, which does not change here. */
static bool is_part(const struct mount_info *all, const struct mount_info *m)
{
	if (!m->fstype || m->fstype->code != FSTYPE__TMPFS || is_whole(m) || m->deleted)
		return false;
	for (; all; all = all->next)
		if (all->s_dev_rt == m->s_dev_rt && is_whole(all) && !all->part_of)
			return false;
	return true;
}

/* Is folder the same as above, or below it? */
static bool is_within(const char *folder, const char *above)
{
	const size_t len = strlen(above);

	return !strncmp(folder, above, len) && (!folder[len] || folder[len] == '/');
}

/* The mount whose root all of m's is below, or is the same; the first one of such. */
static struct mount_info *widest(struct mount_info *all, struct mount_info *m)
{
	struct mount_info *top = m;

	for (; all; all = all->next)
		if (all->s_dev_rt == m->s_dev_rt && is_within(m->root, all->root) &&
		    strlen(all->root) < strlen(top->root))
			top = all;
	return top;
}

static unsigned int free_device(const struct mount_info *all)
{
	static unsigned int minor = LAST_MINOR;
	const struct mount_info *m;

	do {
		for (m = all; m && m->s_dev != MKKDEV(0, minor); m = m->next)
			;
		minor--;
	} while (m);
	return MKKDEV(0, minor + 1);
}

static bool hands_on(const struct mount_info *m, const struct mount_info *to)
{
	return (m->shared_id && (to->shared_id == m->shared_id || to->master_id == m->shared_id)) ||
	       (m->master_id && to->master_id == m->master_id);
}

/* One group hands mounts on to all of its members, which then must be of one file system. */
static int check_group(const struct mount_info *all, const struct mount_info *m)
{
	for (; all; all = all->next) {
		if (all->s_dev_rt != m->s_dev_rt || all->s_dev == m->s_dev)
			continue;
		if (hands_on(m, all)) {
			pr_err("Mounts %d and %d are of one group, and their tmpfs is not mounted\n",
			       m->mnt_id, all->mnt_id);
			return -1;
		}
	}
	return 0;
}

/* Roots of all of its mounts are changed at once: until then they are compared. */
static int make_own(struct mount_info *all, struct mount_info *top)
{
	const size_t cut = strlen(top->root);
	const unsigned int device = free_device(all);
	char name[PATH_MAX];

	snprintf(name, sizeof(name), "%s", top->root);
	for (struct mount_info *m = all; m; m = m->next) {
		char *root;

		if (m->s_dev_rt != top->s_dev_rt || m->part_of || !is_within(m->root, name))
			continue;
		root = xstrdup(m->root[cut] ? m->root + cut : "/");
		if (!root)
			return -1;
		pr_info("Mount %d: %s of tmpfs %#x becomes %s of %#x\n", m->mnt_id, m->root,
			m->s_dev_rt, root, device);
		xfree(m->root);
		m->root = root;
		m->part_of = m->s_dev_rt;
		m->s_dev = device;
	}
	return 0;
}

int mount_parts_own(struct mount_info *all)
{
	for (struct mount_info *m = all; m; m = m->next)
		if (!m->part_of && is_part(all, m) && make_own(all, widest(all, m)))
			return -1;
	for (const struct mount_info *m = all; m; m = m->next)
		if (m->part_of && check_group(all, m))
			return -1;
	return 0;
}

bool mount_is_on(const struct mount_info *m, unsigned int s_dev)
{
	return m->s_dev == s_dev || (m->part_of && m->part_of == s_dev);
}
