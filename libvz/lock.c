// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The classic lock file, LOCKDIR/<id>.lck. It gets its name when it is written, so a
 * reader always finds a pid in it. Scripts make the same file
 * themselves and call vzctl --skiplock.
 *
 * Who judges that an owner is dead and puts another in its place needs a lock
 * that the kernel keeps: flock(2) of LOCKDIR, held for that step only. Without
 * it a process removes as dead the file that another has just made.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include "libvz/alive.h"
#include "libvz/cleanup.h"
#include "libvz/conf.h"
#include "libvz/err.h"
#include "libvz/file.h"
#include "libvz/lock.h"

/*
 * The event daemon looks after a VE that has just ended; who ended it may be
 * back before that is done.
 */
#define DAEMON_MS	10000
#define STEP_MS		50

static void lock_path(char *buf, const struct vz_conf *c)
{
	snprintf(buf, PATH_MAX, "%s/%u.lck", c->lockdir, c->id);
}

static void boot_id(char *buf, size_t size)
{
	cleanup_free char *text = NULL;

	buf[0] = '\0';
	if (!vz_read_file("/proc/sys/kernel/random/boot_id", &text))
		snprintf(buf, size, "%.*s", (int)strcspn(text, "\n"), text);
}

/*
 * Pid in the file; 0 when there is none or the owner is dead. -ENOENT: no file.
 * Our own locks name the boot as well: after a crash of the host the pid may
 * be another program's. Daemon: it is the event daemon's.
 */
static int owner(const char *path, pid_t *pid, bool *daemon)
{
	cleanup_file FILE *f = vz_fopen_file(path);
	char line[64], status[64] = "", boot[64] = "", now[64];
	int v;

	*pid = 0;
	*daemon = false;
	if (!f)
		return -errno;
	if (!fgets(line, sizeof(line), f))
		return 0;
	v = atoi(line);
	if (v <= 0)
		return 0;
	boot_id(now, sizeof(now));
	if (fgets(status, sizeof(status), f) && fgets(boot, sizeof(boot), f) && *now &&
	    strncmp(boot, now, strlen(now)))
		return 0;
	if (!vz_process_alive(v))
		return 0;
	*pid = v;
	*daemon = !strcmp(status, VZ_LOCK_DAEMON "\n");
	return 0;
}

/* A descriptor; closing it lets the next one in. -errno. */
static int guard_folder(const struct vz_conf *c)
{
	cleanup_close int fd = open(c->lockdir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	while (flock(fd, LOCK_EX))
		if (errno != EINTR)
			return -errno;
	return vz_take_fd(&fd);
}

/* A file without a name, which nobody has to remove when we die. */
static int write_tmp(const struct vz_conf *c, const char *status, int *fd)
{
	char boot[64];

	*fd = open(c->lockdir, O_WRONLY | O_TMPFILE | O_CLOEXEC, 0644);
	if (*fd < 0)
		return -errno;
	boot_id(boot, sizeof(boot));
	return dprintf(*fd, "%d\n%s\n%s\n", getpid(), status ? status : "", boot) < 0 ? -errno : 0;
}

static int give_name(int fd, const char *path)
{
	char from[64];

	snprintf(from, sizeof(from), "/proc/self/fd/%d", fd);
	return linkat(AT_FDCWD, from, AT_FDCWD, path, AT_SYMLINK_FOLLOW) ? -errno : 0;
}

/* -EBUSY: the lock is pid's, and pid is alive. */
static int take_lock(const struct vz_conf *c, int tmp, const char *path, pid_t *pid, bool *daemon)
{
	cleanup_close int guard = guard_folder(c);
	int ret;

	*pid = 0;
	*daemon = false;
	if (guard < 0)
		return guard;
	ret = give_name(tmp, path);
	if (ret != -EEXIST)
		return ret;
	owner(path, pid, daemon);
	if (*pid)
		return -EBUSY;
	unlink(path);
	return give_name(tmp, path);
}

static void command_of(pid_t pid, char *buf, size_t size)
{
	cleanup_close int fd = -1;
	char path[64];
	ssize_t n, i;

	snprintf(path, sizeof(path), "/proc/%d/cmdline", pid);
	fd = vz_open_file(path);
	n = fd < 0 ? 0 : read(fd, buf, size - 1);
	for (i = 0; i + 1 < n; i++)
		if (!buf[i])
			buf[i] = ' ';
	buf[n > 0 ? n : 0] = '\0';
}

int vz_lock(const struct vz_conf *c, const char *status, struct vz_err *e)
{
	char path[PATH_MAX], cmd[256];
	cleanup_close int tmp = -1;
	bool daemon;
	pid_t pid;
	int ret;

	lock_path(path, c);
	if (mkdir(c->lockdir, 0755) && errno != EEXIST)
		return vz_error_sys(e, VZ_LOCKED, -errno, "Cannot make the lock folder %s",
				    c->lockdir);
	ret = write_tmp(c, status, &tmp);
	if (ret)
		return vz_error_sys(e, ret == -ENOSPC ? VZ_NOSPACE : VZ_LOCKED, ret,
				    "Cannot write %s", path);
	ret = take_lock(c, tmp, path, &pid, &daemon);
	for (int left_ms = DAEMON_MS; ret && daemon && left_ms > 0; left_ms -= STEP_MS) {
		usleep(STEP_MS * 1000);
		ret = take_lock(c, tmp, path, &pid, &daemon);
	}
	if (!ret)
		return 0;
	if (!pid)
		return vz_error_sys(e, VZ_LOCKED, ret, "Cannot lock CT %u with %s", c->id, path);
	command_of(pid, cmd, sizeof(cmd));
	return vz_error(e, VZ_LOCKED, -EBUSY, "CT %u already locked by pid %d (%s)", c->id, pid,
			cmd);
}

void vz_unlock(const struct vz_conf *c)
{
	cleanup_close int guard = guard_folder(c);
	char path[PATH_MAX];
	bool daemon;
	pid_t pid;

	lock_path(path, c);
	if (!owner(path, &pid, &daemon) && pid == getpid())
		unlink(path);
}
