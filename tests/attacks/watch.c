// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * On the host, while a VE attacks: the least free memory; how long looking up a
 * name takes, against before; how long the files take that walk all objects of
 * a kind; the memory of TCP; and whether the host itself can still work.
 *
 * Times are CPU time of this thread, and of many the shortest: an emulated CPU
 * loses it to whatever else runs on the machine.
 */
#include <arpa/inet.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include "attack.h"

#define NAMES	"/usr/share/zoneinfo/nothing"

struct seen {
	unsigned long first, least;	/* free memory, kB */
	unsigned long tcp;		/* pages, the most */
	double before, during;		/* a look-up, microseconds */
	double locks, stat; /* reading the whole file, milliseconds, the longest of all samples */
	unsigned long samples, works;
	bool failed;
};

static double cpu_time(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

/* The number behind WORD of a file that is kept open. */
static unsigned long number(int fd, const char *line, const char *word)
{
	char buf[4096], *at;
	ssize_t n = pread(fd, buf, sizeof(buf) - 1, 0);

	must(n > 0);
	buf[n] = '\0';
	at = strstr(buf, line);
	must(at);
	at = strstr(at, word);
	must(at);
	return strtoul(at + strlen(word), NULL, 10);
}

static void look_up(double *least)
{
	struct stat st;
	double begin, took;
	int i, k;

	for (k = 0; k < 10; k++) {
		begin = cpu_time();
		for (i = 0; i < 20; i++)
			must(stat(NAMES, &st));
		took = (cpu_time() - begin) / 20 * 1e6;
		if (!*least || took < *least)
			*least = took;
	}
}

static double read_once(const char *path)
{
	static char buf[65536];
	double begin = cpu_time();
	int fd = open(path, O_RDONLY);

	must(fd >= 0);
	while (read(fd, buf, sizeof(buf)) > 0)
		;
	close(fd);
	return (cpu_time() - begin) * 1e3;
}

/* A file that takes long to read takes long each time. */
static void read_all(const char *path, double *most)
{
	double took = read_once(path), once;
	int i;

	for (i = 0; i < 4 && took > 50; i++) {
		once = read_once(path);
		if (once < took)
			took = once;
	}
	if (took > *most)
		*most = took;
}

/* A packet to an address of the LAN that was not talked to before. */
static bool meet_neighbour(unsigned int i)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(9),
				  .sin_addr.s_addr = htonl(0x0a4d4000 + i % 8192) };
	int fd = socket(AF_INET, SOCK_DGRAM, 0), on = 1;
	bool good = fd >= 0 && !setsockopt(fd, IPPROTO_IP, IP_RECVERR, &on, sizeof(on)) &&
		    sendto(fd, "x", 1, 0, (struct sockaddr *)&to, sizeof(to)) == 1;

	if (!good)
		printf("work failed: a new neighbour: %s\n", strerror(errno));
	close(fd);
	return good;
}

/* Seldom: the host must not take the CPU itself. */
static void work(struct seen *s)
{
	if (!s->failed && (!work_once(s->works) || !meet_neighbour(time(NULL) * 8 + s->works)))
		s->failed = true;
	s->works++;
}

static void sample(struct seen *s, const char *cgroup, int mem, int sock)
{
	unsigned long k = number(mem, "MemFree:", ":");

	if (k < s->least)
		s->least = k;
	if (s->samples++ % 8)
		return;
	if (s->samples % 32 == 1)
		work(s);
	k = number(sock, "TCP:", " mem ");
	if (k > s->tcp)
		s->tcp = k;
	look_up(&s->during);
	read_all("/proc/locks", &s->locks);
	read_all(cgroup, &s->stat);
}

/* Until there is a file STOP; STOP.ready when the time before was taken. */
int watch(const char *stop, const char *cgroup)
{
	int mem = open("/proc/meminfo", O_RDONLY), sock = open("/proc/net/sockstat", O_RDONLY);
	struct seen s = { 0 };
	char path[256];
	int i;

	must(mem >= 0 && sock >= 0);
	for (i = 0; i < 8; i++)
		look_up(&s.before);
	s.first = s.least = number(mem, "MemFree:", ":");
	snprintf(path, sizeof(path), "%s.ready", stop);
	must(open(path, O_CREAT | O_WRONLY, 0600) >= 0);
	while (access(stop, F_OK)) {
		sample(&s, cgroup, mem, sock);
		usleep(50000);
	}
	printf("fell %lu kB tcp %lu pages lookup %.2f %.2f us locks %.1f ms stat %.1f ms works %lu\n",
	       s.first - s.least, s.tcp, s.before, s.during, s.locks, s.stat, s.works);
	return s.failed;
}
