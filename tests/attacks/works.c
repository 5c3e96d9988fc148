// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Work of each kind that is attacked, one round of it. The neighbour does it
 * again and again, and so does the host: nothing may ever fail.
 */
#include <arpa/inet.h>
#include <sched.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/fanotify.h>
#include <sys/inotify.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include "attack.h"

#define works(good) do { if (!(good)) { failed(#good); return false; } } while (0)

static void failed(const char *what)
{
	printf("work failed: %s: %s\n", what, strerror(errno));
	fflush(stdout);
}

static bool work_tasks(void)
{
	union sigval value = { 0 };
	struct timespec wait = { 10, 0 };
	sigset_t set;
	timer_t timer;
	int status;
	pid_t pid;

	pid = fork();
	works(pid >= 0);
	if (!pid)
		_exit(7);
	works(waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 7);
	sigemptyset(&set);
	sigaddset(&set, SIGRTMIN);
	works(!sigprocmask(SIG_BLOCK, &set, NULL));
	works(!sigqueue(getpid(), SIGRTMIN, value));
	works(sigtimedwait(&set, NULL, &wait) == SIGRTMIN);
	works(!timer_create(CLOCK_MONOTONIC, NULL, &timer));
	works(!timer_delete(timer));
	return true;
}

static bool work_memory(void)
{
	size_t len = 4 << 20, i;
	unsigned char *at;

	at = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	works(at != MAP_FAILED);
	for (i = 0; i < len; i += 4096)
		at[i] = i >> 12;
	for (i = 0; i < len; i += 4096)
		works(at[i] == (unsigned char)(i >> 12));
	works(!munmap(at, len));
	at = mmap(NULL, 65536, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	works(at != MAP_FAILED);
	memset(at, 1, 65536);
	works(!mlock(at, 65536));
	works(!munmap(at, 65536));
	return true;
}

static bool work_files(void)
{
	struct flock lock = { .l_type = F_WRLCK, .l_len = 1 };
	static char out[20000], in[20000];
	int fd, ino, fan, pty;

	memset(out, 'x', sizeof(out));
	fd = open("/root/work", O_RDWR | O_CREAT | O_TRUNC, 0600);
	works(fd >= 0);
	works(write(fd, out, sizeof(out)) == sizeof(out));
	works(pread(fd, in, sizeof(in), 0) == sizeof(in) && !memcmp(in, out, sizeof(in)));
	works(!fcntl(fd, F_SETLK, &lock));
	ino = inotify_init();
	works(ino >= 0);
	works(inotify_add_watch(ino, "/root/work", IN_MODIFY) >= 0);
	fan = fanotify_init(FAN_REPORT_FID, O_RDONLY);
	works(fan >= 0);
	close(fan);
	pty = open("/dev/ptmx", O_RDWR | O_NOCTTY);
	works(pty >= 0);
	close(pty);
	close(ino);
	close(fd);
	works(!unlink("/root/work"));
	return true;
}

/*
 * A pipe of the usual size that can grow: the kernel cuts pipes short when
 * their user has too many. The check of nested epoll is under one lock for all.
 */
static bool work_pipes(void)
{
	struct epoll_event ev = { .events = EPOLLIN };
	int pipes[2], inner, outer;
	char c = 'x';

	works(!pipe(pipes));
	works(fcntl(pipes[0], F_GETPIPE_SZ) == 65536);
	works(fcntl(pipes[0], F_SETPIPE_SZ, 131072) == 131072);
	works(write(pipes[1], &c, 1) == 1);
	inner = epoll_create1(0);
	outer = epoll_create1(0);
	works(inner >= 0 && outer >= 0);
	works(!epoll_ctl(inner, EPOLL_CTL_ADD, pipes[0], &ev));
	works(!epoll_ctl(outer, EPOLL_CTL_ADD, inner, &ev));
	works(epoll_wait(outer, &ev, 1, 0) == 1);
	works(read(pipes[0], &c, 1) == 1);
	close(outer);
	close(inner);
	close(pipes[0]);
	close(pipes[1]);
	return true;
}

/* In a process of its own, which exits with the number of what failed. */
static int in_namespaces(bool net)
{
	if (unshare(CLONE_NEWNS | (net ? CLONE_NEWNET : 0)))
		return 1;
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL))
		return 2;
	if (mount("work", "/tmp", "tmpfs", 0, NULL) || mkdir("/tmp/work", 0700))
		return 3;
	if (umount("/tmp"))
		return 4;
	return 0;
}

static bool work_namespaces(bool net)
{
	int status;
	pid_t pid = fork();

	works(pid >= 0);
	if (!pid)
		_exit(in_namespaces(net));
	works(waitpid(pid, &status, 0) == pid && WIFEXITED(status));
	errno = WEXITSTATUS(status);
	works(!WEXITSTATUS(status));
	return true;
}

/* On an account of its own; the key goes with its keyring, with the process. */
static bool work_keys(void)
{
	int status;
	pid_t pid = fork();

	works(pid >= 0);
	if (!pid)
		_exit(syscall(SYS_add_key, "user", "work", "x", 1, -2) < 0 ? errno : 0);
	works(waitpid(pid, &status, 0) == pid && WIFEXITED(status));
	errno = WEXITSTATUS(status);
	works(!WEXITSTATUS(status));
	return true;
}

static bool work_sockets(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(at);
	int sv[2], server, a, b, u;
	char c = 0;

	works(!socketpair(AF_UNIX, SOCK_STREAM, 0, sv));
	works(write(sv[0], "hello", 5) == 5 && read(sv[1], &c, 1) == 1 && c == 'h');
	close(sv[0]);
	close(sv[1]);
	server = socket(AF_INET, SOCK_STREAM, 0);
	a = socket(AF_INET, SOCK_STREAM, 0);
	works(server >= 0 && a >= 0);
	works(!bind(server, (struct sockaddr *)&at, len) && !listen(server, 5));
	works(!getsockname(server, (struct sockaddr *)&at, &len));
	works(!connect(a, (struct sockaddr *)&at, len));
	b = accept(server, NULL, NULL);
	works(b >= 0);
	works(write(a, "hello", 5) == 5 && read(b, &c, 1) == 1 && c == 'h');
	close(a);
	close(b);
	close(server);
	u = socket(AF_INET, SOCK_DGRAM, 0);
	works(u >= 0);
	at.sin_port = 0;
	works(!bind(u, (struct sockaddr *)&at, len) &&
	      !getsockname(u, (struct sockaddr *)&at, &len));
	works(sendto(u, "x", 1, 0, (struct sockaddr *)&at, len) == 1 && read(u, &c, 1) == 1);
	close(u);
	return true;
}

bool work_once(unsigned long round)
{
	return work_tasks() && work_memory() && work_files() && work_pipes() && work_sockets() &&
	       work_keys() && work_namespaces(round % 16 == 0);
}
