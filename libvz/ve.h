/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One VE from the host's side: configuration, cgroup, state, root, network,
 * life. vzctl, checkpoint/ and vzmigrate/ use nothing else of each other.
 *
 * Locking: callers hold the VE's lock (lock.h) for all but the reading calls.
 */
#ifndef LIBVZ_VE_H
#define LIBVZ_VE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include "include/vz/abi.h"
#include "libvz/conf.h"
#include "libvz/err.h"

/* ---- kernel ---------------------------------------------------------- */

/* 0 when this kernel is ours and the ve controller is usable; else -ENOSYS, exit 5, with the reason. */
int vz_kernel_check(struct vz_err *e);

/* Folder of all VEs' cgroups, "/sys/fs/cgroup/vz.slice/vz.service". */
const char *vz_cgroup_base(void);
/* Path of a VE's cgroup file into buf (PATH_MAX), name may be "payload/cgroup.procs". Returns buf. */
char *vz_cgroup_path(char *buf, unsigned int id, const char *name);
int vz_cgroup_write(unsigned int id, const char *file, const char *value, struct vz_err *e);
/* Reads a whole file into a malloc'ed string without the last newline. */
int vz_cgroup_read(unsigned int id, const char *file, char **value, struct vz_err *e);
/* Of a file that kernels of ours before it lack: 0 then, with nothing written, or *value as it was. */
int vz_cgroup_write_if_any(unsigned int id, const char *file, const char *value, struct vz_err *e);
int vz_cgroup_read_if_any(unsigned int id, const char *file, char **value, struct vz_err *e);
/* Puts the calling thread group (pid 0) or pid into <id>/<leaf>. */
int vz_cgroup_attach(unsigned int id, const char *leaf, pid_t pid, struct vz_err *e);

/* ---- state (no lock needed) ------------------------------------------ */

/* VE_STOPPED also when the cgroup does not exist. */
enum ve_state vz_ve_state(unsigned int id);
/* Host pid of the VE's init, 0 when there is none. */
pid_t vz_ve_init(unsigned int id);
/* /vz/root/<id> is a mount point. */
bool vz_ve_mounted(const struct vz_conf *c);
/* Where the dump of a suspended VE is; buf has PATH_MAX bytes and is returned. */
char *vz_dump_path(char *buf, const struct vz_conf *c);
/* A complete dump is there. */
bool vz_ve_suspended(const struct vz_conf *c);

int vz_ve_set_state(unsigned int id, enum ve_state state, struct vz_err *e);
/* Wait until the state is `state`; timeout in ms, -1 for ever; -ETIMEDOUT. */
int vz_ve_wait_state(unsigned int id, enum ve_state state, int timeout_ms, struct vz_err *e);

/* ---- the pieces of a start, each undone by its opposite --------------- */

/*
 * Make the cgroup: <id>, payload, criu; limits of the configuration, ve.id,
 * ve.features, ve.ip; payload owned by the VE's root. A VE already bound
 * and STOPPED is met again (its cgroup is reused, limits set anew).
 * -EADDRINUSE (exit 78) when an address belongs to another VE.
 */
int vz_ve_cgroup_create(const struct vz_conf *c, struct vz_err *e);
/* Kill what is left, remove all directories below, then <id> itself. */
int vz_ve_cgroup_remove(unsigned int id, struct vz_err *e);
/* Write the limits of the configuration (start, set, restore). */
int vz_ve_apply_limits(const struct vz_conf *c, struct vz_err *e);

/* cgroup.freeze of <id>/payload and wait for "frozen"; timeout in ms. */
int vz_ve_freeze(unsigned int id, int timeout_ms, struct vz_err *e);
int vz_ve_thaw(unsigned int id, struct vz_err *e);
/* Somebody has frozen it: vzctl chkpnt --suspend, or a migration nobody knows the end of. */
bool vz_ve_frozen(unsigned int id);
/* cgroup.kill of <id> and wait until no task is left. */
int vz_ve_kill(unsigned int id, struct vz_err *e);

/* The host's id-mapped, nosuid, nodev mount on VE_ROOT; runs action scripts. 0 when mounted already. */
int vz_ve_mount(const struct vz_conf *c, struct vz_err *e);
int vz_ve_umount(const struct vz_conf *c, struct vz_err *e);
/*
 * Id-mapped mount of the private area without nosuid and nodev, as a
 * detached mount descriptor (open_tree), for the mount namespace of a helper
 * that starts or restores the VE. Flags say whether to attach it at VE_ROOT
 * of the calling mount namespace (which must not be the host's).
 */
int vz_ve_open_root(const struct vz_conf *c, int *fd, struct vz_err *e);

/*
 * Host side of the network: venet0 up, route and proxy neighbour entry for
 * each address of the configuration, announcement (gratuitous ARP, NA) when
 * announce. Idempotent. _down removes routes and neighbour entries.
 */
int vz_ve_net_up(const struct vz_conf *c, bool announce, struct vz_err *e);
int vz_ve_net_down(const struct vz_conf *c, struct vz_err *e);

/* ---- life --------------------------------------------------------------- */

/* Cold start of a stopped VE: everything above, in order, undone on failure. */
int vz_ve_start(const struct vz_conf *c, struct vz_err *e);
/*
 * Ask init to halt, wait stop_timeout seconds, then kill; unmounts. fast: kill
 * at once. A frozen VE is killed and never thawed: it may run elsewhere.
 */
int vz_ve_stop(const struct vz_conf *c, bool fast, struct vz_err *e);
/* What is to be done once a VE has ended, by itself or not: network down, umount, cgroup removed. */
int vz_ve_cleanup(const struct vz_conf *c, struct vz_err *e);

/* ---- disk ---------------------------------------------------------------- */

/*
 * Unpack TEMPLATE/cache/<ostemplate>.tar.* into VE_PRIVATE (through
 * <private>.tmp, renamed at the end). Errors: 91 no template, 46 no space,
 * 48 unpack, 44 exists. Prints progress through log.h.
 */
int vz_private_create(const struct vz_conf *c, const char *ostemplate, struct vz_err *e);
/* Remove a private area: one file system, never following links. */
int vz_private_remove(const struct vz_conf *c, struct vz_err *e);

#endif /* LIBVZ_VE_H */
