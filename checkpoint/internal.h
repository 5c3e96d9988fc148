/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the files of checkpoint/ share.
 *
 * A job is one run of CRIU. The helper process runs libcriu; each of CRIU's
 * notifications is passed to the caller's process over a socket, which does
 * the step and answers. So gates run where the caller's own state lives, and
 * either side learns of the other's death by end of file.
 */
#ifndef CHECKPOINT_INTERNAL_H
#define CHECKPOINT_INTERNAL_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include "checkpoint/checkpoint.h"
#include "checkpoint/ve_state.pb-c.h"

#define CKPT_STATE_VERSION	1
#define CKPT_STATE_FILE		"ve.img"
#define CKPT_MARKER_FILE	"ve.complete"
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
	bool granted;		/* the gate said yes: no way back */
	bool undecided;		/* the gate said CKPT_LEAVE_FROZEN */
	bool was_frozen;	/* by somebody else, before the dump: it stays so */
	bool gate_failed;	/* the error is the gate's, with its own exit code */
	uint64_t start_us;
	VeState *state;
	/* One of CRIU's notifications; negative aborts where CRIU can still abort. */
	int (*event)(struct ckpt_job *j, const char *name, struct vz_err *e);
};

/* criu.c: run the job in a helper process; events arrive in this process. */
int ckpt_run(struct ckpt_job *j, struct vz_err *e);

/* check.c: version of the installed CRIU (40101 for 4.1.1), or negative when missing or too old. */
int ckpt_criu_version(struct vz_err *e);

/* log.c: the first and the last error of CRIU's log in one line, malloc'ed; NULL when there is none. */
char *ckpt_log_error(int workfd, const char *name);
/* Open (and make) the working directory of a job; the log of the last run is kept there. */
int ckpt_workdir(struct ckpt_job *j, struct vz_err *e);

/* state.c: the VE state image. */
int ckpt_state_collect(const struct vz_conf *c, int criu, VeState **s, struct vz_err *e);
int ckpt_state_save(const VeState *s, int dirfd, struct vz_err *e);
int ckpt_state_load(int dirfd, VeState **s, struct vz_err *e);
void ckpt_state_free(VeState *s);
/* The marker that makes a dump complete: written last, removed first. */
int ckpt_marker_write(const VeState *s, int dirfd, struct vz_err *e);
int ckpt_marker_remove(int dirfd);
bool ckpt_marker_valid(int dirfd, unsigned int id);

/* ub.c: beancounter rows. */
int ckpt_ub_collect(unsigned int id, VeState *s, struct vz_err *e);
/*
 * Lift all limits while CRIU works inside a running VE; ckpt_ub_limits() puts
 * them back. memory: the rows that belong to the memory controller.
 */
int ckpt_ub_lift(unsigned int id, const VeState *s, struct vz_err *e);
int ckpt_ub_limits(unsigned int id, const VeState *s, bool memory, struct vz_err *e);
/* Peaks and failure counts; only in RESTORING. */
int ckpt_ub_counts(unsigned int id, const VeState *s, struct vz_err *e);

/* rates.c: limits of CPU time and IO, in all cgroups of the VE; as above. */
bool ckpt_is_rate(const char *knob);
int ckpt_rates_lift(unsigned int id, const VeState *s, struct vz_err *e);
int ckpt_rates_limit(unsigned int id, const VeState *s, struct vz_err *e);

/* cgtree.c: the VE's cgroup subtree. */
int ckpt_cg_collect(unsigned int id, VeState *s, struct vz_err *e);
/* Remove payload of the last run: its controllers are on, which shuts CRIU out. */
int ckpt_cg_clear(unsigned int id, struct vz_err *e);
int ckpt_cg_make(unsigned int id, const VeState *s, struct vz_err *e);
int ckpt_cg_subtree_control(unsigned int id, const VeState *s, struct vz_err *e);
/*
 * Settings of <id> and of the VE's own tree. pressing: those that would slow
 * CRIU down, and nothing else.
 */
int ckpt_cg_knobs(unsigned int id, const VeState *s, bool pressing, struct vz_err *e);
/* Value of a setting of <id>, malloc'ed; NULL when it has none. */
char *ckpt_cg_value(const VeState *s, const char *name);
/* A task in payload that is not the VE's own (entered from the host) is an error. */
int ckpt_cg_check_tasks(unsigned int id, pid_t init, struct vz_err *e);
/*
 * -EINPROGRESS: a task of the frozen VE waits in vfork() for its child, which is frozen
 * before exec. The kernel takes such a task for frozen, but ptrace cannot stop it.
 */
int ckpt_cg_check_frozen(unsigned int id, struct vz_err *e);

/*
 * dump.c: what ckpt_resume() needs of a frozen VE when this process is gone, in
 * the working directory. They go when the VE does: limits change later.
 */
int ckpt_leave_notes(const struct ckpt_job *j, struct vz_err *e);
void ckpt_drop_notes(const struct ckpt_job *j);

/* util.c */
/* All tasks of the VE stand still. _wait: -ETIMEDOUT; thaws nothing. */
bool ckpt_frozen(unsigned int id);
int ckpt_wait_frozen(unsigned int id, int timeout_ms, struct vz_err *e);
/* Signals that would end the tool in the middle are kept waiting. */
void ckpt_signals_hold(sigset_t *old);
void ckpt_signals_release(const sigset_t *old);
uint64_t ckpt_dir_bytes(int dirfd);

#endif /* CHECKPOINT_INTERNAL_H */
