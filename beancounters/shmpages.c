// SPDX-License-Identifier: GPL-2.0-only
/*
 * shmpages: shared memory. SysV segments and shared anonymous mappings count
 * with their size, files of a tmpfs and memfds with the blocks they have,
 * in memory or in swap. All of it counts in privvmpages as well.
 *
 * The owner is kept in the inode with a reference from its creation to its
 * eviction: the VE of the file system's user namespace, so that a host task
 * that writes into the tmpfs of a VE does so on the VE's account; on the
 * kernel's own mount, the VE of the task that makes the object.
 *
 * Blocks are charged and given back where the kernel counts them, under no lock
 * of ours. The size that was charged is kept in the inode; it changes under
 * i_rwsem only.
 */
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/shmem_fs.h>
#include <linux/vmstat.h>
#include <vz/ub-mm.h>
#include "charge.h"
#include "row.h"

static const enum ub_resource ub_shm_rows[] = { UB_SHMPAGES, UB_PRIVVMPAGES };

static int ub_charge_shm(struct ve *ve, unsigned long pages, unsigned int severity)
{
	if (ub_quick_charge(ve, UB_SHMPAGES, pages, severity))
		return -ENOMEM;
	if (ub_quick_charge(ve, UB_PRIVVMPAGES, pages, severity)) {
		ub_quick_uncharge(ve, UB_SHMPAGES, pages);
		return -ENOMEM;
	}
	return 0;
}

static void ub_uncharge_shm(struct ve *ve, unsigned long pages)
{
	ub_quick_uncharge(ve, UB_SHMPAGES, pages);
	ub_quick_uncharge(ve, UB_PRIVVMPAGES, pages);
}

static bool ub_exceeds(struct ve *ve, enum ub_resource res, unsigned long pages)
{
	return ub_held(ve, res) + pages > READ_ONCE(ub_counter(ve, res)->barrier);
}

/* The VE that pays for the blocks of @inode, NULL when its size is paid or it is the host's. */
static struct ve *ub_blocks_owner(struct inode *inode)
{
	struct shmem_inode_info *info = SHMEM_I(inode);

	return info->flags & VM_NORESERVE ? info->ve : NULL;
}

void __ub_own_shmem(struct inode *inode)
{
	struct ve *ve = user_ns_ve(inode->i_sb->s_user_ns) ?: current_ve();

	if (ve)
		ve_get(ve);
	SHMEM_I(inode)->ve = ve;
}

void __ub_disown_shmem(struct inode *inode)
{
	struct shmem_inode_info *info = SHMEM_I(inode);

	if (!info->ve)
		return;
	if (info->ve_pages)
		ub_uncharge_shm(info->ve, info->ve_pages);
	ve_put(info->ve);
}

int __ub_resize_shmem(struct inode *inode, loff_t size)
{
	struct shmem_inode_info *info = SHMEM_I(inode);
	unsigned long pages = PAGE_ALIGN(size) >> PAGE_SHIFT;

	if (!info->ve || (info->flags & VM_NORESERVE))
		return 0;
	if (pages < info->ve_pages)
		ub_uncharge_shm(info->ve, info->ve_pages - pages);
	else if (pages > info->ve_pages &&
		 ub_charge_shm(info->ve, pages - info->ve_pages, UB_HARD))
		return -ENOMEM;
	info->ve_pages = pages;
	return 0;
}

/*
 * Refused to kernel threads as well: khugepaged would fill the holes of sparse
 * files.
 */
int __ub_charge_blocks(struct inode *inode, long pages)
{
	struct ve *ve = ub_blocks_owner(inode);

	if (!ve)
		return 0;
	return ub_charge_shm(ve, pages, UB_HARD | UB_TEST) ? -ENOSPC : 0;
}

void __ub_uncharge_blocks(struct inode *inode, long pages)
{
	struct ve *ve = ub_blocks_owner(inode);

	if (ve)
		ub_uncharge_shm(ve, pages);
}

/*
 * The kernel has given up. Count a failure for the row that stands in the way,
 * if one does: the file system may be full as well. A huge page that was
 * refused is tried again as a small one.
 */
void __ub_refused_blocks(struct inode *inode, long pages)
{
	struct ve *ve = ub_blocks_owner(inode);
	int i;

	if (!ve || pages > 1)
		return;
	for (i = 0; i < ARRAY_SIZE(ub_shm_rows); i++) {
		if (!ub_exceeds(ve, ub_shm_rows[i], pages))
			continue;
		if (!ub_try_charge(ve, ub_shm_rows[i], pages, UB_HARD))
			ub_uncharge(ve, ub_shm_rows[i], pages);
		return;
	}
}

static unsigned long ub_host_shmem(void)
{
	return global_node_page_state(NR_SHMEM);
}

UB_ROW(SHMPAGES) = { .unit = UB_PAGES, .batch = 64, .host = ub_host_shmem };
