// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * kexec: load the new kernel early, jump late. File systems are synced and
 * frozen for the jump, so the next kernel finds clean journals although
 * nothing is shut down; frozen VEs keep their files open meanwhile.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/kexec.h>
#include <linux/reboot.h>
#include <mntent.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "libvz/cleanup.h"
#include "libvz/log.h"
#include "vzmigrate/reboot.h"

#define MAX_MOUNTS	64

int reboot_kexec_load(const struct reboot_plan *p, struct vz_err *e)
{
	cleanup_close int kernel = open(p->kernel, O_RDONLY | O_CLOEXEC);
	cleanup_close int initrd = -1;
	unsigned long flags = KEXEC_FILE_NO_INITRAMFS;

	if (kernel < 0)
		return vz_error_sys(e, VZ_BADVALUE, -errno, "kernel %s", p->kernel);
	if (p->initrd) {
		initrd = open(p->initrd, O_RDONLY | O_CLOEXEC);
		if (initrd < 0)
			return vz_error_sys(e, VZ_BADVALUE, -errno, "initrd %s", p->initrd);
		flags = 0;
	}
	if (syscall(SYS_kexec_file_load, kernel, initrd, strlen(p->cmdline) + 1, p->cmdline, flags))
		return vz_error_sys(e, VZ_SYSTEM, -errno, "load %s for kexec", p->kernel);
	return 0;
}

void reboot_kexec_unload(void)
{
	syscall(SYS_kexec_file_load, -1, -1, 0, NULL, KEXEC_FILE_UNLOAD);
}

struct frozen {
	int fd[MAX_MOUNTS];
	dev_t dev[MAX_MOUNTS];
	int n;
};

static void thaw_all(struct frozen *f)
{
	while (f->n) {
		int fd = f->fd[--f->n];

		if (ioctl(fd, FITHAW, 0))
			vz_warn("thaw of a file system: %s", strerror(errno));
		close(fd);
	}
}

/* The writable file systems on disks; a bind mount is met once. */
static int freeze_all(struct frozen *f, struct vz_err *e)
{
	cleanup_file FILE *mounts = setmntent("/proc/self/mounts", "re");
	struct mntent *m;

	if (!mounts)
		return vz_error_sys(e, VZ_SYSTEM, -errno, "read /proc/self/mounts");
	while ((m = getmntent(mounts)) && f->n < MAX_MOUNTS) {
		bool seen = false;
		struct stat st;
		int fd;

		if ((strcmp(m->mnt_type, "ext4") && strcmp(m->mnt_type, "xfs")) || !hasmntopt(m, "rw"))
			continue;
		fd = open(m->mnt_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (fd < 0)
			continue;
		if (fstat(fd, &st)) {
			close(fd);
			continue;
		}
		for (int i = 0; i < f->n; i++)
			seen |= f->dev[i] == st.st_dev;
		if (seen || ioctl(fd, FIFREEZE, 0)) {
			close(fd);
			continue;
		}
		f->fd[f->n] = fd;
		f->dev[f->n++] = st.st_dev;
	}
	return 0;
}

int reboot_kexec_jump(struct vz_err *e)
{
	struct frozen f = { .n = 0 };
	int err;

	sync();
	/* Nothing may be written from here on, our own log included. */
	err = freeze_all(&f, e);
	if (!err) {
		reboot(LINUX_REBOOT_CMD_KEXEC);
		err = -errno;
	}
	thaw_all(&f);
	return e->err ? e->err : vz_error_sys(e, VZ_SYSTEM, err, "kexec");
}
