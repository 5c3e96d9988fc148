/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the files of checkpoint/ share.
 *
 * A job is one run of CRIU. The helper process runs libcriu; each of CRIU's
 * notifications is passed to the caller's process over a socket, which does
 * the step and answers. So gates run where the caller's own state lives, and
 * either side learns of the other's death by end of file.
 */
#ifndef CHECKPOINT_JOB_H
#define CHECKPOINT_JOB_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include "checkpoint/ve_state.pb-c.h"
#include "libvz/err.h"

struct ckpt_gate;
struct ckpt_stats;
struct vz_conf;

/* Oldest CRIU that the design was tried with. */
#define CKPT_CRIU_MIN		40101
#define CKPT_FREEZE_MS		30000
#define CKPT_TIMEOUT_S		180

struct ckpt_job {
	const struct vz_conf *c;
	const char *dir;
	const struct ckpt_gate *gate;
	struct ckpt_stats *st;
	bool restore;
	pid_t root;		/* VE's init to dump; the restored one afterwards */
	int images;		/* descriptor of dir */
	int work;		/* of CRIU's working directory, for the log */
	char workdir[64];
	int criu;		/* its version */
	char *fresh;		/* sysctls of a new net namespace, for a dump */
	bool answered;		/* CRIU itself said how its run ended */
	bool still;		/* frozen by us, for this dump */
	bool granted;		/* the gate said yes: no way back */
	bool undecided;		/* the gate said CKPT_LEAVE_FROZEN */
	bool was_frozen;	/* by somebody else, before the dump: it stays so */
	bool gate_failed;	/* the error is the gate's, with its own cause */
	uint64_t start_us;
	VeState *state;
	/* One of CRIU's notifications; negative aborts where CRIU can still abort. */
	int (*event)(struct ckpt_job *j, const char *name, struct vz_err *e);
	/* After the answer to it, while CRIU goes on; NULL: nothing. */
	void (*meanwhile)(struct ckpt_job *j, const char *name);
	int late;		/* what came of it, told in the next notification */
	struct vz_err late_e;
};

#endif /* CHECKPOINT_JOB_H */
