/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Checkpoint and restore of a running VE through CRIU.
 *
 * Each call runs CRIU in a helper process of its own, in the leaf <id>/criu
 * and in a private mount namespace where the VE's root is mounted id-mapped
 * and without nosuid/nodev. The tree is frozen by us before CRIU sees it and
 * stays frozen when CRIU or the helper dies, until ckpt_resume() or
 * ckpt_discard().
 */
#ifndef CHECKPOINT_H
#define CHECKPOINT_H

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include "libvz/conf.h"
#include "libvz/err.h"

/* Times in microseconds, for reports. */
struct ckpt_stats {
	uint64_t freeze_us;	/* until all tasks stood still */
	uint64_t dump_us;	/* CRIU's dump */
	uint64_t frozen_us;	/* from freeze to thaw or hand-over */
	uint64_t restore_us;	/* until every task was rebuilt */
	uint64_t image_bytes;
};

/**
 * struct ckpt_gate - the point where ownership is decided
 * @dumped: called once all images are on disk and the tree is frozen (CRIU's
 *	post-dump, network held). 0: the tree is killed, the VE is gone from this
 *	host. CKPT_LEAVE_FROZEN: see there. Any other negative: the VE goes on here
 *	as if nothing had happened. NULL: 0.
 * @restored: called once everything is rebuilt and nothing has run yet (CRIU's
 *	post-restore). 0: run. Negative: the tree is killed, images stay. NULL: 0.
 * @arg: passed to both
 * @keep_hold: restore: leave the network held and the host's side of it down;
 *	the caller ends that with vz_ve_net_up() and ve.hold
 * @any_cpu: restore: also where the processor lacks what it had, or the CPUs are
 *	fewer than the VE is pinned to
 * @leave_frozen: restore: leave the VE frozen and its network held, and the images
 *	as they are; ckpt_resume() lets it go on, ckpt_discard() ends it
 *
 * Both are called in the process that called ckpt_dump()/ckpt_restore(), not in
 * the helper, and may take minutes. If that process dies inside a gate, the
 * tree stays as it is: frozen on the dumping side, killed on the restoring one.
 */
struct ckpt_gate {
	int (*dumped)(void *arg, struct vz_err *e);
	int (*restored)(void *arg, struct vz_err *e);
	void *arg;
	bool keep_hold;
	bool any_cpu;
	bool leave_frozen;
};

/*
 * From gate.dumped: nobody here knows who owns the VE. The tree is neither
 * killed nor thawed: it stays frozen with its network held, also after this
 * process and CRIU are gone, and ckpt_dump() returns this value. ckpt_resume()
 * or ckpt_discard() ends it, from any process.
 */
#define CKPT_LEAVE_FROZEN	(-EHOSTDOWN)

/*
 * Dump the running VE into dir (made 0700; must be empty or absent), with the
 * VE state image ve.img. Exit 16 with CRIU's last error line on failure, and
 * the VE runs on; one that was frozen before stays so. On success the VE is STOPPED and its address hold is on
 * until ckpt_discard()/ckpt_restore().
 */
int ckpt_dump(const struct vz_conf *c, const char *dir, const struct ckpt_gate *gate,
	      struct ckpt_stats *st, struct vz_err *e);

/*
 * Restore from dir: cgroup subtree, limits, addresses, counters, tasks.
 * The VE's cgroup and network are made by this call. Exit 17 on failure, and
 * then nothing of the VE is left but the images.
 */
int ckpt_restore(const struct vz_conf *c, const char *dir, const struct ckpt_gate *gate,
		 struct ckpt_stats *st, struct vz_err *e);

/*
 * End what CKPT_LEAVE_FROZEN, leave_frozen or a crash left frozen. _resume: the
 * VE goes on here, its network with it, and its images are removed. _discard: the tree is killed without a packet
 * leaving, the VE is STOPPED and the hold discards; vz_ve_cleanup() does the rest.
 * Both return -ESRCH, exit 31, when there is no such tree.
 */
int ckpt_resume(const struct vz_conf *c, struct vz_err *e);
int ckpt_discard(const struct vz_conf *c, struct vz_err *e);

/* dir holds a complete dump of VE id (complete marker and id checked). */
bool ckpt_complete(const char *dir, unsigned int id);
/* Size of its files; 0 when there are none. */
uint64_t ckpt_bytes(const char *dir);
/* Remove the images. */
int ckpt_remove(const char *dir, struct vz_err *e);

/*
 * Names, as in /proc/cpuinfo, of what programs may use of this host's processor,
 * with blanks between; malloc'ed, NULL without memory. _of: of the host that
 * made a dump, NULL when it does not tell.
 */
char *ckpt_cpu_features(void);
char *ckpt_cpu_of(const char *dir);
/* What is in want and not in have, with ", " between; malloc'ed, NULL without memory. */
char *ckpt_cpu_missing(const char *want, const char *have);
/* All of want is here. -EOPNOTSUPP, exit 17, with what is not. */
int ckpt_cpu_check(const char *want, struct vz_err *e);

/* Is criu there, new enough and able to work on this kernel? Exit 16 if not. */
int ckpt_check(struct vz_err *e);

#endif /* CHECKPOINT_H */
