// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Project quota of a file system, through descriptors. No state.
 *
 * Linux has one grace period for all projects of a file system, and a time of its
 * own at which each project's is over. QUOTATIME sets that time; vzeventd does it
 * when the VE passes its soft limit. With QUOTATIME=0 the soft limit is the hard one.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/dqblk_xfs.h>
#include <linux/fs.h>
#include <linux/quota.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include "libvz/cleanup.h"
#include "libvz/conf.h"
#include "libvz/err.h"
#include "libvz/quota.h"

/* The kernel counts bytes in 63 bits; more blocks than this are no limit. */
#define BLOCKS_MAX	(1L << 52)

static int quota_call(int fd, unsigned int cmd, unsigned int project, void *arg)
{
	return syscall(SYS_quotactl_fd, fd, QCMD(cmd, PRJQUOTA), project, arg) ? -errno : 0;
}

unsigned int vz_quota_project(unsigned int ctid)
{
	return VZ_PROJECT_BASE + ctid;
}

bool vz_quota_wanted(const struct vz_conf *c)
{
	return !c->disk_quota || (strcmp(c->disk_quota, "no") && strcmp(c->disk_quota, "off"));
}

static bool is_limit(const struct vz_limit *l)
{
	return l->set && (l->barrier != VZ_UNLIMITED || l->limit != VZ_UNLIMITED);
}

bool vz_quota_has_limits(const struct vz_conf *c)
{
	return vz_quota_wanted(c) && (is_limit(&c->diskspace) || is_limit(&c->diskinodes));
}

/* ---- what the file system can do ---- */

int vz_quota_check(int fd, struct vz_err *e)
{
	struct fs_quota_stat st = { .qs_version = FS_QSTAT_VERSION };
	int ret = quota_call(fd, Q_XGETQSTAT, 0, &st);

	if (!ret && !(st.qs_flags & FS_QUOTA_PDQ_ACCT))
		ret = -EOPNOTSUPP;
	if (!ret && !(st.qs_flags & FS_QUOTA_PDQ_ENFD))
		ret = quota_call(fd, Q_QUOTAON, 0, NULL);
	if (!ret)
		return 0;
	return vz_error(e, VZ_QUOTA, -EOPNOTSUPP,
			"the file system has no project quota. On ext4: unmount it, tune2fs -O "
			"project,quota -Q prjquota DEVICE, mount it with the option prjquota. On "
			"XFS: mount it with prjquota. Or go without limits: DISK_QUOTA=no in "
			"/etc/vz/vz.conf");
}

/* The nearest folder above a path that is there already. */
static int open_above(const char *path)
{
	char buf[PATH_MAX];
	char *slash;
	int fd;

	snprintf(buf, sizeof(buf), "%s", path);
	while ((slash = strrchr(buf, '/'))) {
		slash[slash == buf] = '\0';
		fd = open(buf, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (fd >= 0 || errno != ENOENT || slash == buf)
			return fd < 0 ? -errno : fd;
		*slash = '\0';
	}
	return -EINVAL;
}

int vz_quota_check_place(const struct vz_conf *c, struct vz_err *e)
{
	cleanup_close int fd = c->private ? open_above(c->private) : -EINVAL;
	int ret;

	if (fd < 0)
		return vz_error_sys(e, VZ_QUOTA, fd, "The place of the private area");
	ret = vz_quota_check(fd, e);
	return ret ? vz_error_context(e, "Disk space below %s cannot be limited", c->private) : 0;
}

/* ---- ids ---- */

bool vz_quota_marked(int fd, unsigned int project)
{
	struct fsxattr x;
	struct stat st;

	if (ioctl(fd, FS_IOC_FSGETXATTR, &x) || x.fsx_projid != project || fstat(fd, &st))
		return false;
	return !S_ISDIR(st.st_mode) || x.fsx_xflags & FS_XFLAG_PROJINHERIT;
}

unsigned int vz_quota_owner(int fd)
{
	struct fsxattr x;

	return !ioctl(fd, FS_IOC_FSGETXATTR, &x) && x.fsx_projid > VZ_PROJECT_BASE ?
	       x.fsx_projid - VZ_PROJECT_BASE : 0;
}

/* What may not be changed cannot be given an id either. */
static int set_id(int fd, struct fsxattr *x)
{
	const unsigned int fixed = x->fsx_xflags & (FS_XFLAG_IMMUTABLE | FS_XFLAG_APPEND);
	int ret = 0;

	if (!fixed)
		return ioctl(fd, FS_IOC_FSSETXATTR, x) ? -errno : 0;
	x->fsx_xflags &= ~fixed;
	if (ioctl(fd, FS_IOC_FSSETXATTR, x))
		ret = -errno;
	x->fsx_xflags |= fixed;
	return !ret && ioctl(fd, FS_IOC_FSSETXATTR, x) ? -errno : ret;
}

int vz_quota_mark(int fd, unsigned int project)
{
	struct fsxattr x;
	struct stat st;

	if (fstat(fd, &st) || ioctl(fd, FS_IOC_FSGETXATTR, &x))
		return -errno;
	x.fsx_projid = project;
	if (S_ISDIR(st.st_mode))
		x.fsx_xflags |= FS_XFLAG_PROJINHERIT;
	return set_id(fd, &x);
}

int vz_quota_unmark(int fd)
{
	struct fsxattr x;

	if (ioctl(fd, FS_IOC_FSGETXATTR, &x))
		return -errno;
	if (!x.fsx_projid && !(x.fsx_xflags & FS_XFLAG_PROJINHERIT))
		return 0;
	x.fsx_projid = 0;
	x.fsx_xflags &= ~FS_XFLAG_PROJINHERIT;
	return set_id(fd, &x);
}

/* ---- limits ---- */

/* 0 is no limit to the kernel; to a configuration it is nothing at all. */
static uint64_t to_kernel(const struct vz_limit *l, long v)
{
	if (!l->set || v >= BLOCKS_MAX)
		return 0;
	return v ? v : 1;
}

static void from_kernel(struct vz_limit *l, uint64_t soft, uint64_t hard)
{
	l->set = soft || hard;
	l->barrier = soft ? soft : VZ_UNLIMITED;
	l->limit = hard ? hard : VZ_UNLIMITED;
}

/* Seconds; -1 when it is not for the configuration to say. */
static long quota_time(const struct vz_conf *c)
{
	const char *text = vz_conf_get(c, "QUOTATIME");
	long seconds;

	if (!text || vz_parse_number(text, VZ_UNIT_COUNT, &seconds) || seconds > INT_MAX)
		return -1;
	return seconds;
}

/*
 * When the time of one that is above a soft limit is over. To set limits must not
 * begin it anew, or a VE that is started now and then would never be at its end:
 * anew says that it is to begin now. To one that is not above, it means nothing.
 */
static uint64_t deadline(uint64_t was, long seconds, bool anew)
{
	const uint64_t mine = seconds > 0 ? time(NULL) + (uint64_t)seconds : 0;

	if (!mine || (was && was < mine && !anew))
		return was;
	return mine;
}

static void set_deadlines(struct if_dqblk *q, const struct if_dqblk *was, long seconds,
			  unsigned int anew)
{
	q->dqb_btime = deadline(was->dqb_btime, seconds, anew & VZ_QUOTA_SPACE);
	q->dqb_itime = deadline(was->dqb_itime, seconds, anew & VZ_QUOTA_FILES);
	/* 0 leaves it to the kernel. */
	q->dqb_valid |= (q->dqb_btime ? QIF_BTIME : 0) | (q->dqb_itime ? QIF_ITIME : 0);
}

int vz_quota_limit(const struct vz_conf *c, int fd, unsigned int anew, struct vz_err *e)
{
	static const struct vz_limit none;
	const unsigned int project = vz_quota_project(c->id);
	const bool wanted = vz_quota_wanted(c);
	const long seconds = quota_time(c);
	const struct vz_limit *b = wanted ? &c->diskspace : &none;
	const struct vz_limit *i = wanted ? &c->diskinodes : &none;
	struct if_dqblk was = { 0 }, q = {
		.dqb_bsoftlimit = to_kernel(b, b->barrier),
		.dqb_bhardlimit = to_kernel(b, seconds ? b->limit : b->barrier),
		.dqb_isoftlimit = to_kernel(i, i->barrier),
		.dqb_ihardlimit = to_kernel(i, seconds ? i->limit : i->barrier),
		.dqb_valid = QIF_LIMITS,
	};
	int ret = quota_call(fd, Q_GETQUOTA, project, &was);

	if (!ret || ret == -ENOENT) {
		set_deadlines(&q, &was, seconds, anew);
		ret = quota_call(fd, Q_SETQUOTA, project, &q);
	}
	return ret ? vz_error_sys(e, VZ_QUOTA, ret, "Cannot limit the CT's disk space") : 0;
}

int vz_quota_grace(const struct vz_conf *c, int fd, unsigned int anew, struct vz_err *e)
{
	const long seconds = quota_time(c);
	struct if_dqblk none = { 0 }, q = { 0 };
	int ret;

	if (seconds <= 0)
		return 0;
	set_deadlines(&q, &none, seconds, anew);
	q.dqb_valid &= (anew & VZ_QUOTA_SPACE ? QIF_BTIME : 0) |
		       (anew & VZ_QUOTA_FILES ? QIF_ITIME : 0);
	ret = quota_call(fd, Q_SETQUOTA, vz_quota_project(c->id), &q);
	return ret ? vz_error_sys(e, VZ_QUOTA, ret, "Cannot grant the CT QUOTATIME") : 0;
}

void vz_quota_forget(const struct vz_conf *c)
{
	cleanup_close int fd = c->private ? open_above(c->private) : -EINVAL;
	struct if_dqblk q = { .dqb_valid = QIF_LIMITS };

	if (fd >= 0)
		quota_call(fd, Q_SETQUOTA, vz_quota_project(c->id), &q);
}

int vz_quota_read(int fd, unsigned int ctid, struct vz_quota *q)
{
	struct if_dqblk k = { 0 };
	int ret = quota_call(fd, Q_GETQUOTA, vz_quota_project(ctid), &k);

	if (ret)
		return ret;
	q->blocks = (k.dqb_curspace + 1023) / 1024;
	q->inodes = k.dqb_curinodes;
	from_kernel(&q->space, k.dqb_bsoftlimit, k.dqb_bhardlimit);
	from_kernel(&q->files, k.dqb_isoftlimit, k.dqb_ihardlimit);
	return 0;
}
