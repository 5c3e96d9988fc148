// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * kexec: load the new kernel early, jump late. File systems are synced and
 * frozen for the jump, so the next kernel finds clean journals although
 * nothing is shut down; frozen VEs keep their files open meanwhile.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/reboot.h>
#include <mntent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "libvz/cleanup.h"
#include "libvz/err.h"
#include "libvz/log.h"
#include "vzmigrate/reboot.h"
#include "vzmigrate/reboot_kexec.h"

#define MAX_MOUNTS	64

/*
 * The program kexec: kexec_file_load(2) takes relocatable kernels only, and the
 * program knows both calls.
 */
static int run_kexec(char *const argv[], bool quiet)
{
	pid_t pid = fork();
	int status;

	if (pid < 0)
		return -errno;
	if (!pid) {
		int null = open("/dev/null", O_RDWR);

		dup2(null, 0);
		dup2(null, 1);
		if (quiet)
			dup2(null, 2);
		execvp(argv[0], argv);
		_exit(127);
	}
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
		return -ENOENT;
	return WIFEXITED(status) && !WEXITSTATUS(status) ? 0 : -EIO;
}

int reboot_kexec_load(const struct reboot_plan *p, struct vz_err *e)
{
	cleanup_free char *words = NULL, *initrd = NULL;
	char *argv[] = { "kexec", "-a", "-l", (char *)p->kernel, NULL, NULL, NULL };
	int err;

	if (asprintf(&words, "--command-line=%s", p->cmdline) < 0 ||
	    (p->initrd && asprintf(&initrd, "--initrd=%s", p->initrd) < 0))
		return vz_error_sys(e, VZ_NOMEM, -ENOMEM, "load %s for kexec", p->kernel);
	argv[4] = words;
	argv[5] = initrd;
	err = run_kexec(argv, false);
	if (err == -ENOENT)
		return vz_error(e, VZ_COMMAND, err,
				"the program kexec is missing: install kexec-tools");
	return err ? vz_error(e, VZ_COMMAND, err, "kexec cannot load %s (its message is above)",
			      p->kernel)
		   : 0;
}

void reboot_kexec_unload(void)
{
	char *argv[] = { "kexec", "-a", "-u", NULL };

	run_kexec(argv, true);
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

		if ((strcmp(m->mnt_type, "ext4") && strcmp(m->mnt_type, "xfs")) ||
		    !hasmntopt(m, "rw"))
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
