// SPDX-License-Identifier: GPL-2.0-or-later
/* Files, names, pipes, locks, terminals, watches, mounts. */
#include <linux/aio_abi.h>
#include <poll.h>
#include <sched.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/fanotify.h>
#include <sys/inotify.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include "attack.h"

void attack_files(int worker)
{
	(void)worker;
	for (;;)
		if (!got(open("/", O_RDONLY | O_DIRECTORY) >= 0))
			again();
}

static void long_name(char *path, const char *dir, int i)
{
	sprintf(path, "%s/%0200d", dir, i);
}

/* A tmpfs that goes with the process. Another worker may have taken all mounts. */
static void own_mounts(const char *dir)
{
	insist(!unshare(CLONE_NEWNS));
	must(!mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
	must(!mkdir(dir, 0755) || errno == EEXIST);
	insist(!mount("attack", dir, "tmpfs", 0, NULL));
}

/*
 * Folders in use keep their names in memory: each is the next one's parent. No
 * program could remove them by their paths.
 */
void attack_dentries(int worker)
{
	char path[512];
	int i;

	snprintf(path, sizeof(path), "/tmp/deep.%d", worker);
	own_mounts(path);
	must(!chdir(path));
	for (i = 0;; i++) {
		long_name(path, ".", i);
		if (!got(!mkdir(path, 0700)))
			again();
		else if (chdir(path))
			got(false);
	}
}

/* Names that do not exist are remembered. */
void attack_negative(int worker)
{
	const char *dir = own_folder(worker, false);
	char path[512];
	struct stat st;
	int i;

	for (i = 0;; i++) {
		long_name(path, dir, i);
		must(stat(path, &st));
		got(errno == ENOENT);
	}
}

void attack_pipes(int worker)
{
	static char buf[65536];
	int fds[2];

	(void)worker;
	for (;;) {
		insist(!pipe2(fds, O_NONBLOCK));
		got(fcntl(fds[1], F_SETPIPE_SZ, 1 << 20) > 0);
		while (write(fds[1], buf, sizeof(buf)) > 0)
			;
		if (errno != EAGAIN)
			got(false);
	}
}

/*
 * Slots are cheap while they are empty: the kernel counts them for each user,
 * and cuts the pipes of one who has too many.
 */
void attack_pipe_slots(int worker)
{
	int fds[2];

	(void)worker;
	for (;;) {
		must(!pipe(fds));
		if (!got(fcntl(fds[1], F_SETPIPE_SZ, 1 << 20) == 1 << 20)) {
			close(fds[0]);
			close(fds[1]);
			again();
		}
	}
}

/* Pages that only a pipe holds. */
void attack_vmsplice(int worker)
{
	size_t len = 16 * 4096;
	struct iovec iov;
	int fds[2];

	(void)worker;
	for (;;) {
		insist(!pipe2(fds, O_NONBLOCK));
		iov = (struct iovec){ mmap(NULL, len, PROT_READ | PROT_WRITE,
					   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
				      len };
		must(iov.iov_base != MAP_FAILED);
		memset(iov.iov_base, 1, len);
		got(vmsplice(fds[1], &iov, 1, SPLICE_F_GIFT) > 0);
		must(!munmap(iov.iov_base, len));
	}
}

/* The folder's i-th file; its path goes to PATH, of 128 bytes. Return: as open(2). */
static int make_file(char *path, const char *dir, int i, int mode)
{
	snprintf(path, 128, "%s/%d", dir, i);
	return open(path, mode | O_CREAT, 0600);
}

void attack_locks(int worker)
{
	struct flock lock = { .l_type = F_WRLCK, .l_len = 1 };
	char path[128];
	int fd = make_file(path, own_folder(worker, false), 0, O_RDWR);

	must(fd >= 0);
	for (lock.l_start = 0;; lock.l_start += 2)
		if (!got(!fcntl(fd, F_SETLK, &lock)))
			again();
}

void attack_leases(int worker)
{
	const char *dir = own_folder(worker, false);
	char path[128];
	int i, fd;

	for (i = 0;; i++) {
		insist((fd = make_file(path, dir, i, O_RDONLY)) >= 0);
		if (!got(!fcntl(fd, F_SETLEASE, F_RDLCK))) {
			close(fd);
			unlink(path);
			again();
		}
	}
}

/* Each process waits with an array of 8 MiB. */
void attack_poll(int worker)
{
	struct rlimit files;
	struct pollfd *fds;
	size_t i;

	(void)worker;
	must(!getrlimit(RLIMIT_NOFILE, &files));
	fds = mmap(NULL, files.rlim_cur * sizeof(*fds), PROT_READ | PROT_WRITE,
		   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	must(fds != MAP_FAILED);
	for (i = 0; i < files.rlim_cur; i++)
		fds[i].fd = -1;
	for (;;) {
		pid_t pid;

		insist((pid = fork()) >= 0);
		while (!pid)
			if (!got(poll(fds, files.rlim_cur, 1000) >= 0))
				again();
		usleep(20000);
	}
}

void attack_ptys(int worker)
{
	(void)worker;
	for (;;)
		if (!got(open("/dev/ptmx", O_RDWR | O_NOCTTY) >= 0))
			again();
}

void attack_inotify(int worker)
{
	const char *dir = own_folder(worker, false);
	char path[128];
	int i, fd, ino = inotify_init();

	must(ino >= 0);
	for (i = 0;; i++) {
		fd = make_file(path, dir, i, O_WRONLY);
		must(fd >= 0);
		close(fd);
		if (!got(inotify_add_watch(ino, path, IN_ALL_EVENTS) >= 0)) {
			unlink(path);
			again();
		}
	}
}

/* Instances are counted for each user. */
void attack_inotify_users(int worker)
{
	for (;;)
		if (!got((worker & 1 ? fanotify_init(FAN_REPORT_FID, O_RDONLY) : inotify_init()) >=
			 0))
			again();
}

#define LAYERS	4
#define WIDTH	24

/*
 * Instances that watch instances, as deep and wide as they may be, and events at
 * the bottom. Each new edge makes the kernel walk all paths, under one lock for all.
 */
void attack_epoll_nested(int worker)
{
	struct epoll_event ev = { .events = EPOLLIN };
	int fds[LAYERS + 1][WIDTH], i, l;

	(void)worker;
	for (l = 0; l <= LAYERS; l++) {
		for (i = 0; i < WIDTH; i++) {
			fds[l][i] = l < LAYERS ? epoll_create1(0) : eventfd(0, 0);
			must(fds[l][i] >= 0);
		}
	}
	for (;;) {
		for (l = LAYERS - 1; l >= 0; l--)
			for (i = 0; i < WIDTH * WIDTH; i++)
				got(!epoll_ctl(fds[l][i % WIDTH], EPOLL_CTL_ADD,
					       fds[l + 1][i / WIDTH], &ev) ||
				    errno == EEXIST);
		for (l = 0; l < LAYERS; l++)
			for (i = 0; i < WIDTH * WIDTH; i += 7)
				epoll_ctl(fds[l][i % WIDTH], EPOLL_CTL_DEL, fds[l + 1][i / WIDTH],
					  NULL);
	}
}

/* Every instance watches every file. */
void attack_epoll(int worker)
{
	struct epoll_event ev = { .events = EPOLLIN };
	int fds[64], i, ep;

	(void)worker;
	for (i = 0; i < 64; i++)
		insist((fds[i] = eventfd(0, 0)) >= 0);
	for (;;) {
		insist((ep = epoll_create1(0)) >= 0);
		for (i = 0; i < 64; i++)
			got(!epoll_ctl(ep, EPOLL_CTL_ADD, fds[i], &ev));
	}
}

void attack_aio(int worker)
{
	aio_context_t ctx;

	(void)worker;
	for (;;) {
		ctx = 0;
		if (!got(!syscall(SYS_io_setup, 64, &ctx)))
			again();
	}
}

/* Each mount of a shared group shows up in every member. */
void attack_mounts(int worker)
{
	char dir[64], peer[128];
	int i;

	snprintf(dir, sizeof(dir), "/tmp/mounts.%d", worker);
	own_mounts(dir);
	must(!mount(NULL, dir, NULL, MS_SHARED, NULL));
	for (i = 0;; i++) {
		snprintf(peer, sizeof(peer), "%s/%d", dir, i);
		if (mkdir(peer, 0755))
			must(errno == EEXIST || errno == ENOMEM || errno == ENOSPC);
		if (!got(!mount(dir, peer, NULL, MS_BIND, NULL)))
			again();
	}
}

/* Namespaces copy all mounts of their parent. */
void attack_mount_copies(int worker)
{
	char dir[64];

	snprintf(dir, sizeof(dir), "/tmp/mounts.%d", worker);
	own_mounts(dir);
	for (;;) {
		pid_t pid = fork();

		if (!pid) {
			if (!got(!unshare(CLONE_NEWNS)))
				_exit(0);
			for (;;)
				pause();
		}
		if (pid < 0)
			again();	/* numproc: not what is attacked */
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
	}
}
