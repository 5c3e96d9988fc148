// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What operations cost, in instructions. For a node that counts them
 * (tests/vm/run --icount): there the time stamp counter moves by one with each
 * instruction of the only CPU, the kernel's included. The first line tells
 * whether it does; then one line an operation:
 *
 *	bench PLACE OPERATION MEDIAN LEAST
 *
 * Each figure is of SAMPLES runs of a fixed number of operations, few enough
 * that most runs see no timer tick. A string instruction counts once for every
 * element it moves, so clearing a page counts 512.
 *
 * usage: syscalls PLACE [OPERATION...]
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <x86intrin.h>

#define SAMPLES		61
#define WARM_UP		5
#define FAULT_PAGES	64

#define need(good) do { if (!(good)) die(__LINE__, #good); } while (0)

static void die(int line, const char *what)
{
	fprintf(stderr, "syscalls: line %d: %s: %s\n", line, what, strerror(errno));
	_exit(2);
}

static const char *self;
static char file[64];
static int file_fd, pipes[2];
static struct pollfd polled[10];

static void op_null(int n)
{
	while (n--)
		syscall(SYS_getppid);
}

static void op_read(int n)
{
	char buf[512];

	while (n--)
		need(pread(file_fd, buf, sizeof(buf), 0) == sizeof(buf));
}

static void op_write(int n)
{
	static const char buf[512];

	while (n--)
		need(pwrite(file_fd, buf, sizeof(buf), 0) == sizeof(buf));
}

static void op_open(int n)
{
	int fd;

	while (n--) {
		fd = open(file, O_RDONLY);
		need(fd >= 0);
		close(fd);
	}
}

static void op_stat(int n)
{
	struct stat st;

	while (n--)
		need(!stat(file, &st));
}

static void op_fork(int n)
{
	while (n--) {
		pid_t pid = fork();

		need(pid >= 0);
		if (!pid)
			_exit(0);
		need(waitpid(pid, NULL, 0) == pid);
	}
}

static void op_exec(int n)
{
	int status;

	while (n--) {
		pid_t pid = fork();

		need(pid >= 0);
		if (!pid) {
			execl(self, self, "--nothing", NULL);
			_exit(127);
		}
		need(waitpid(pid, &status, 0) == pid && !status);
	}
}

/*
 * A process that sends back each byte. It ends when our end closes, so it must
 * not have that end itself.
 */
struct partner {
	int in, out;
	pid_t pid;
};

static void partner_start(struct partner *p, int in, int out, int far_in, int far_out)
{
	char c;

	p->in = in;
	p->out = out;
	p->pid = fork();
	need(p->pid >= 0);
	if (!p->pid) {
		close(in);
		close(out);
		while (read(far_in, &c, 1) == 1)
			need(write(far_out, &c, 1) == 1);
		_exit(0);
	}
	close(far_in);
	if (far_out != far_in)
		close(far_out);
}

static void partner_stop(struct partner *p)
{
	close(p->out);
	if (p->in != p->out)
		close(p->in);
	need(waitpid(p->pid, NULL, 0) == p->pid);
}

static struct partner partner;

static void op_ping(int n)
{
	char c = 0;

	while (n--) {
		need(write(partner.out, &c, 1) == 1);
		need(read(partner.in, &c, 1) == 1);
	}
}

static void pipe_begin(void)
{
	int to[2], from[2];

	need(!pipe(to) && !pipe(from));
	partner_start(&partner, from[0], to[1], to[0], from[1]);
}

static void unix_begin(void)
{
	int sv[2];

	need(!socketpair(AF_UNIX, SOCK_STREAM, 0, sv));
	partner_start(&partner, sv[0], sv[0], sv[1], sv[1]);
}

static void tcp_begin(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct ifreq lo = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	socklen_t len = sizeof(at);
	int server, near, far, one = 1;

	server = socket(AF_INET, SOCK_STREAM, 0);
	near = socket(AF_INET, SOCK_STREAM, 0);
	need(server >= 0 && near >= 0);
	need(!ioctl(server, SIOCSIFFLAGS, &lo));
	need(!bind(server, (struct sockaddr *)&at, len) && !listen(server, 1));
	need(!getsockname(server, (struct sockaddr *)&at, &len));
	need(!connect(near, (struct sockaddr *)&at, len));
	far = accept(server, NULL, NULL);
	need(far >= 0);
	close(server);
	need(!setsockopt(near, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one)));
	need(!setsockopt(far, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one)));
	partner_start(&partner, near, near, far, far);
}

static void ping_end(void)
{
	partner_stop(&partner);
}

static void handler(int sig)
{
	(void)sig;
}

static void op_signal(int n)
{
	pid_t pid = getpid();

	while (n--)
		need(!kill(pid, SIGUSR1));
}

static void signal_begin(void)
{
	struct sigaction sa = { .sa_handler = handler };

	need(!sigaction(SIGUSR1, &sa, NULL));
}

static void op_mmap(int n)
{
	while (n--) {
		void *at = mmap(NULL, 65536, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		need(at != MAP_FAILED);
		munmap(at, 65536);
	}
}

/* With its share of mapping and unmapping FAULT_PAGES pages. */
static void op_fault(int n)
{
	size_t len = FAULT_PAGES * 4096UL, i;

	for (; n > 0; n -= FAULT_PAGES) {
		char *at = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		need(at != MAP_FAILED);
		for (i = 0; i < len; i += 4096)
			*(volatile char *)(at + i) = 1;
		munmap(at, len);
	}
}

static void op_poll(int n)
{
	while (n--)
		need(poll(polled, 10, 0) == 0);
}

static void poll_begin(void)
{
	int i;

	need(!pipe(pipes));
	for (i = 0; i < 10; i++)
		polled[i] = (struct pollfd){ .fd = pipes[0], .events = POLLIN };
}

static void poll_end(void)
{
	close(pipes[0]);
	close(pipes[1]);
}

static void op_lock(int n)
{
	struct flock on = { .l_type = F_WRLCK, .l_len = 1 }, off = { .l_type = F_UNLCK, .l_len = 1 };

	while (n--) {
		need(!fcntl(file_fd, F_SETLK, &on));
		need(!fcntl(file_fd, F_SETLK, &off));
	}
}

static const struct {
	const char *name;
	int n;
	void (*run)(int n);
	void (*begin)(void), (*end)(void);
} ops[] = {
	{ "null",	500,	op_null },
	{ "read",	200,	op_read },
	{ "write",	150,	op_write },
	{ "open+close",	100,	op_open },
	{ "stat",	150,	op_stat },
	{ "fork+exit",	8,	op_fork },
	{ "fork+exec",	4,	op_exec },
	{ "pipe",	40,	op_ping,	pipe_begin,	ping_end },
	{ "unix",	30,	op_ping,	unix_begin,	ping_end },
	{ "tcp",	16,	op_ping,	tcp_begin,	ping_end },
	{ "signal",	150,	op_signal,	signal_begin },
	{ "mmap",	80,	op_mmap },
	{ "fault",	4 * FAULT_PAGES, op_fault },
	{ "poll",	150,	op_poll,	poll_begin,	poll_end },
	{ "fcntl",	100,	op_lock },
};

static int by_value(const void *a, const void *b)
{
	double d = *(const double *)a - *(const double *)b;

	return (d > 0) - (d < 0);
}

static void measure(const char *place, unsigned int i)
{
	double samples[SAMPLES];
	int s;

	if (ops[i].begin)
		ops[i].begin();
	for (s = -WARM_UP; s < SAMPLES; s++) {
		unsigned long begin = __rdtsc();

		ops[i].run(ops[i].n);
		if (s >= 0)
			samples[s] = (double)(__rdtsc() - begin) / ops[i].n;
	}
	if (ops[i].end)
		ops[i].end();
	qsort(samples, SAMPLES, sizeof(*samples), by_value);
	printf("bench %s %s %.2f %.2f\n", place, ops[i].name, samples[SAMPLES / 2], samples[0]);
	fflush(stdout);
}

/* Ticks of the time stamp counter for an instruction; 1 where it counts them. */
static double tick(void)
{
	unsigned long begin, end, loops = 100000, left = loops;

	begin = __rdtsc();
	asm volatile("1: dec %0\n\tjnz 1b" : "+r" (left) : : "cc");
	end = __rdtsc();
	return (double)(end - begin) / (2 * loops);
}

int main(int argc, char **argv)
{
	static char contents[4096];
	unsigned int i;
	int k;

	if (argc == 2 && !strcmp(argv[1], "--nothing"))
		return 0;
	if (argc < 2) {
		fprintf(stderr, "usage: syscalls PLACE [OPERATION...]\n");
		return 2;
	}
	self = argv[0];
	printf("bench %s counter %.3f %.3f\n", argv[1], tick(), tick());
	snprintf(file, sizeof(file), "/tmp/bench.%s", argv[1]);
	file_fd = open(file, O_RDWR | O_CREAT | O_TRUNC, 0600);
	need(file_fd >= 0);
	need(write(file_fd, contents, sizeof(contents)) == sizeof(contents));
	for (i = 0; i < sizeof(ops) / sizeof(ops[0]); i++) {
		bool wanted = argc == 2;

		for (k = 2; k < argc; k++)
			wanted |= !strcmp(argv[k], ops[i].name);
		if (wanted)
			measure(argv[1], i);
	}
	unlink(file);
	return 0;
}
