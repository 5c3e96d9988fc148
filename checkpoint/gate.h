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
#ifndef CHECKPOINT_GATE_H
#define CHECKPOINT_GATE_H

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>

struct vz_err;

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
 * @prepare: called before each try to dump, while the VE runs, with the folder of images
 *	(a descriptor), which is empty. What it puts there is removed with the images; a table
 *	of known pages (PAGE_KNOWN_FILE) already before they are complete. Negative: no dump.
 *	NULL: 0.
 * @dumped: called once all images are on disk and the tree is frozen (CRIU's
 *	post-dump, network held). 0: the tree is killed, the VE is gone from this
 *	host. CKPT_LEAVE_FROZEN: see there. Any other negative: the VE goes on here
 *	as if nothing had happened. NULL: 0.
 * @restored: called once everything is rebuilt and nothing has run yet (CRIU's
 *	post-restore). 0: run. Negative: the tree is killed, images stay. NULL: 0.
 * @arg: passed to both
 * @keep_hold: restore: leave the network held and the host's side of it down;
 *	the caller ends that with vz_ve_net_up() and ckpt_release_hold()
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
	int (*prepare)(void *arg, int images, struct vz_err *e);
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

#endif /* CHECKPOINT_GATE_H */
