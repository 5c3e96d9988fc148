/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Dump of a running VE, and what becomes of one that is left frozen. */
#ifndef CHECKPOINT_DUMP_H
#define CHECKPOINT_DUMP_H

#include <stdbool.h>
#include <stdint.h>

struct ckpt_gate;
struct ckpt_job;
struct ckpt_stats;
struct vz_conf;
struct vz_err;

/*
 * Dump the running VE into dir (made 0700; must be empty or absent), with the
 * VE state image ve.img. VZ_CHKPNT with CRIU's last error line on failure, and
 * the VE runs on; one that was frozen before stays so. On success the VE is STOPPED and its address
 * hold is on until ckpt_discard()/ckpt_restore().
 */
int ckpt_dump(const struct vz_conf *c, const char *dir, const struct ckpt_gate *gate,
	      struct ckpt_stats *st, struct vz_err *e);

/*
 * End what CKPT_LEAVE_FROZEN, leave_frozen or a crash left frozen. _resume: the
 * VE goes on here, its network with it, and its images are removed. _discard: the tree is killed
 * without a packet leaving, the VE is STOPPED and the hold discards; vz_ve_cleanup() does the rest.
 * Both return -ESRCH, VZ_NOTRUNNING, when there is no such tree.
 */
int ckpt_resume(const struct vz_conf *c, struct vz_err *e);
int ckpt_discard(const struct vz_conf *c, struct vz_err *e);

/* dir holds a complete dump of VE id (complete marker and id checked). */
bool ckpt_complete(const char *dir, unsigned int id);
/* Size of its files; 0 when there are none. */
uint64_t ckpt_bytes(const char *dir);
/* Remove the images. */
int ckpt_remove(const char *dir, struct vz_err *e);
/* Before the stopped VE starts without them: what the dump has left in its files goes, too. */
int ckpt_abandon(const struct vz_conf *c, const char *dir, struct vz_err *e);

/*
 * What ckpt_resume() needs of a frozen VE when this process is gone, in
 * the working directory. They go when the VE does: limits change later.
 */
int ckpt_leave_notes(const struct ckpt_job *j, struct vz_err *e);
void ckpt_drop_notes(const struct ckpt_job *j);

#endif /* CHECKPOINT_DUMP_H */
