/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What state a VE is in, seen from the host. Reading needs no lock; whoever changes it holds
 * the VE's lock (lock.h).
 */
#ifndef LIBVZ_STATE_H
#define LIBVZ_STATE_H

#include <stdbool.h>
#include <sys/types.h>
#include "include/vz/abi.h"

struct vz_conf;
struct vz_err;

/* ve.exit: how the last run ended, "none" when unknown; buf of 16. */
char *vz_ve_exit_word(unsigned int id, char *buf);

/* VE_STOPPED also when the cgroup does not exist. */
enum ve_state vz_ve_state(unsigned int id);
/*
 * Two questions are asked about a VE, and they differ while it is started, restored or ends.
 * answers: it runs, so what is run in it, told to it or shown of it is the VE's own; this is
 * what people are told as "running". occupied: the kernel holds something of it, so its files
 * and its number are in use.
 */
bool vz_ve_answers(unsigned int id);
bool vz_ve_occupied(unsigned int id);
/* Host pid of the VE's init, 0 when there is none. */
pid_t vz_ve_init(unsigned int id);

/* Where the dump of a suspended VE is; buf has PATH_MAX bytes and is returned. */
char *vz_dump_path(char *buf, const struct vz_conf *c);
/* A complete dump is there. */
bool vz_ve_suspended(const struct vz_conf *c);

int vz_ve_set_state(unsigned int id, enum ve_state state, struct vz_err *e);
/* Wait until the state is `state`; timeout in ms, -1 for ever; -ETIMEDOUT. */
int vz_ve_wait_state(unsigned int id, enum ve_state state, int timeout_ms, struct vz_err *e);

/* cgroup.freeze of <id>/payload and wait for "frozen"; timeout in ms. */
int vz_ve_freeze(unsigned int id, int timeout_ms, struct vz_err *e);
int vz_ve_thaw(unsigned int id, struct vz_err *e);
/* Somebody has frozen it: vzctl chkpnt --suspend, or a migration nobody knows the end of. */
bool vz_ve_frozen(unsigned int id);
/* cgroup.kill of <id> and wait until no task is left. */
int vz_ve_kill(unsigned int id, struct vz_err *e);

#endif /* LIBVZ_STATE_H */
