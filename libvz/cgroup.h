/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The cgroup tree: its base, files of a VE's cgroup, who is below it. */
#ifndef LIBVZ_CGROUP_H
#define LIBVZ_CGROUP_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct vz_err;
struct vz_ip;

#define VZ_CGROUP_ROOT	"/sys/fs/cgroup"

/*
 * The delegated base exists and has the controllers ve, memory, cpu, io and
 * pids switched on from the root down. A process that lies in the base itself
 * (our daemon) must be in base/daemon before.
 */
int vz_cgroup_prepare(struct vz_err *e);
/* Is anything left below <id>? */
bool vz_cgroup_populated(unsigned int id);
/* Cgroup of a process, relative to the root of the hierarchy, "/..." (PATH_MAX buffer). */
int vz_cgroup_of(pid_t pid, char *buf, struct vz_err *e);

/* Does a VE other than id own the address? */
bool vz_ip_is_foreign(unsigned int id, const struct vz_ip *ip);
/* Ids of all cgroups below the base; malloc'ed. */
size_t vz_cgroup_ids(unsigned int **ids);

/* Folder of all VEs' cgroups, "/sys/fs/cgroup/vz.slice/vz.service". */
const char *vz_cgroup_base(void);
/* Path of a VE's cgroup file into buf (PATH_MAX), name may be "payload/cgroup.procs". Returns buf.
 */
char *vz_cgroup_path(char *buf, unsigned int id, const char *name);
int vz_cgroup_write(unsigned int id, const char *file, const char *value, struct vz_err *e);
/* Reads a whole file into a malloc'ed string without the last newline. */
int vz_cgroup_read(unsigned int id, const char *file, char **value, struct vz_err *e);
/* Of a file that kernels of ours before it lack: 0 then, with nothing written, or *value as it was.
 */
int vz_cgroup_write_if_any(unsigned int id, const char *file, const char *value, struct vz_err *e);
int vz_cgroup_read_if_any(unsigned int id, const char *file, char **value, struct vz_err *e);
/* Puts the calling thread group (pid 0) or pid into <id>/<leaf>. */
/*
 * Give somebody the files of a cgroup that its owner may write, as far as they are there: those
 * that the kernel names for it, and without which systemd, LXC and others in it take it for
 * one that was not given. fd: its folder. Return: 0 or -errno.
 */
int vz_cgroup_give_files(int fd, uid_t uid, gid_t gid);
int vz_cgroup_attach(unsigned int id, const char *leaf, pid_t pid, struct vz_err *e);

#endif /* LIBVZ_CGROUP_H */
