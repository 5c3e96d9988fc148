/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Disk space and inodes of a VE: project quota of the file system that has its
 * private area. Each folder of the area carries the VE's project id and hands it
 * on to what is made in it, so the kernel counts what the VE writes, and nobody
 * inside can take the id off. What no lock is named for here needs none.
 */
#ifndef LIBVZ_QUOTA_H
#define LIBVZ_QUOTA_H

#include <stdbool.h>
#include <stdint.h>
#include "libvz/value.h"

struct vz_conf;
struct vz_err;

/* Project ids of VEs: the upper half of all, in the order of their numbers. */
#define VZ_PROJECT_BASE	0x80000000U

/**
 * struct vz_quota - what the kernel knows of one project
 * @blocks, @inodes: in use; blocks of 1 KiB
 * @space, @files: soft and hard limit; unset when there is none of them
 */
struct vz_quota {
	uint64_t blocks, inodes;
	struct vz_limit space, files;
};

unsigned int vz_quota_project(unsigned int ctid);
/* The VE's configuration wants it to be limited: not DISK_QUOTA=no. */
bool vz_quota_wanted(const struct vz_conf *c);
bool vz_quota_has_limits(const struct vz_conf *c);

/*
 * 0 when the file system of fd counts projects and keeps to limits, which is
 * switched on where it only counts. Else -EOPNOTSUPP with what to do about it.
 */
int vz_quota_check(int fd, struct vz_err *e);
/* The same for the place where the private area is or is to be made. */
int vz_quota_check_place(const struct vz_conf *c, struct vz_err *e);

/* Whether a file or folder has the id; a folder must also hand it on. */
bool vz_quota_marked(int fd, unsigned int project);
/* The VE that it is counted for; 0 when it is none's. */
unsigned int vz_quota_owner(int fd);
/* Give it the id. A regular file or folder, not /proc/self/fd's O_PATH. 0 or negative errno. */
int vz_quota_mark(int fd, unsigned int project);
/* Take off the id that a folder has; what is in it keeps its own. 0 or negative errno. */
int vz_quota_unmark(int fd);

/* What a VE may be above the soft limit of. */
enum { VZ_QUOTA_SPACE = 1, VZ_QUOTA_FILES = 2 };

/*
 * The limits that a configuration names, as the file system of fd has them. anew,
 * VZ_QUOTA_*: of what the time that QUOTATIME grants begins now.
 */
int vz_quota_limit(const struct vz_conf *c, int fd, unsigned int anew, struct vz_err *e);
/* The same for the time alone: the limits may be others than the configuration's. */
int vz_quota_grace(const struct vz_conf *c, int fd, unsigned int anew, struct vz_err *e);
/* No limits: nothing of the project is left behind when nothing is in use. */
void vz_quota_forget(const struct vz_conf *c);
/* 0, or negative errno when nobody counts. */
int vz_quota_read(int fd, unsigned int ctid, struct vz_quota *q);

#endif /* LIBVZ_QUOTA_H */
