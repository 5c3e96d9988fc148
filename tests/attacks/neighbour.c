// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A VE that minds its own business: two processes use all the CPU they get, a
 * third does something of each kind in turn. Nothing may ever fail. On the
 * host: the least free memory that was seen.
 */
#include <arpa/inet.h>
#include <mqueue.h>
#include <net/if.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include "attack.h"

#define works(good) do { if (!(good)) { failed(#good); return false; } } while (0)

static void failed(const char *what)
{
	printf("neighbour failed: %s: %s\n", what, strerror(errno));
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
	int fd, pipes[2], ino, ep, pty;
	struct epoll_event ev = { .events = EPOLLIN };

	memset(out, 'x', sizeof(out));
	fd = open("/root/neighbour", O_RDWR | O_CREAT | O_TRUNC, 0600);
	works(fd >= 0);
	works(write(fd, out, sizeof(out)) == sizeof(out));
	works(pread(fd, in, sizeof(in), 0) == sizeof(in) && !memcmp(in, out, sizeof(in)));
	works(!fcntl(fd, F_SETLK, &lock));
	ino = inotify_init();
	works(ino >= 0);
	works(inotify_add_watch(ino, "/root/neighbour", IN_MODIFY) >= 0);
	works(!pipe(pipes));
	works(write(pipes[1], out, 4096) == 4096 && read(pipes[0], in, 4096) == 4096);
	ep = epoll_create1(0);
	works(ep >= 0);
	works(!epoll_ctl(ep, EPOLL_CTL_ADD, pipes[0], &ev));
	pty = open("/dev/ptmx", O_RDWR | O_NOCTTY);
	works(pty >= 0);
	close(pty);
	close(ep);
	close(pipes[0]);
	close(pipes[1]);
	close(ino);
	close(fd);
	works(!unlink("/root/neighbour"));
	return true;
}

static bool work_sockets(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
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
	works(!bind(u, (struct sockaddr *)&at, len) && !getsockname(u, (struct sockaddr *)&at, &len));
	works(sendto(u, "x", 1, 0, (struct sockaddr *)&at, len) == 1 && read(u, &c, 1) == 1);
	close(u);
	return true;
}

static pid_t burn(void)
{
	pid_t pid = fork();

	if (!pid) {
		volatile unsigned long n = 0;

		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			n++;
	}
	return pid;
}

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

int neighbour(int seconds)
{
	double end = now() + seconds, worst = 0, begin;
	pid_t burners[2] = { burn(), burn() };
	unsigned long rounds = 0;
	bool good = burners[0] > 0 && burners[1] > 0;

	while (good && now() < end && access("/tmp/stop", F_OK)) {
		begin = now();
		good = work_tasks() && work_memory() && work_files() && work_sockets();
		rounds += good;
		if (now() - begin > worst)
			worst = now() - begin;
		usleep(10000);
	}
	kill(burners[0], SIGKILL);
	kill(burners[1], SIGKILL);
	printf("neighbour rounds %lu worst %.0f ms\n", rounds, worst * 1000);
	return !good || !rounds;
}

static unsigned long free_kb(int fd)
{
	char buf[4096], *at;
	ssize_t n = pread(fd, buf, sizeof(buf) - 1, 0);

	must(n > 0);
	buf[n] = '\0';
	at = strstr(buf, "MemFree:");
	must(at);
	return strtoul(at + 8, NULL, 10);
}

int sample(const char *stop)
{
	int fd = open("/proc/meminfo", O_RDONLY);
	unsigned long first, least, k, times = 0;

	must(fd >= 0);
	first = least = free_kb(fd);
	while (access(stop, F_OK)) {
		k = free_kb(fd);
		if (k < least)
			least = k;
		times++;
		usleep(50000);
	}
	printf("free first %lu least %lu fell %lu kB samples %lu\n", first, least, first - least, times);
	return 0;
}
