// SPDX-License-Identifier: GPL-2.0-only
/*
 * What two interfaces say of one thing agrees, in a VE with limits of its own, at rest and
 * under load; and root of a VE reads every file of /proc and /sys to its end without
 * anything of the host in it.
 */
#include "vz.h"
#include <arpa/inet.h>
#include <dirent.h>
#include <ftw.h>
#include <net/if.h>
#include <poll.h>
#include <sys/statfs.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>

#define CPUS	2

static int count_lines(const char *file, const char *key, bool digit)
{
	char *p = read_file(file);
	size_t len = strlen(key);
	int n = 0;

	for (; p; p = strchr(p, '\n') ? strchr(p, '\n') + 1 : NULL)
		n += !strncmp(p, key, len) && (!digit || (p[len] >= '0' && p[len] <= '9'));
	return n;
}

/* Read again when something changed between two looks. */
#define agree(a, b, slack, what)						\
	do {									\
		long a_ = 0, b_ = 0;						\
		int t_;								\
										\
		for (t_ = 0; t_ < 50; t_++) {					\
			a_ = (long)(a);						\
			b_ = (long)(b);						\
			if (labs(a_ - b_) <= (slack))				\
				break;						\
			ve_sleep_ms(20);					\
		}								\
		ok(t_ < 50, "%s: %s: %ld and %ld", state, what, a_, b_);	\
	} while (0)

static struct sysinfo info(void)
{
	struct sysinfo si;

	need(!sysinfo(&si));
	return si;
}

static long boot_clock(void)
{
	struct timespec ts;

	need(!clock_gettime(CLOCK_BOOTTIME, &ts));
	return ts.tv_sec;
}

static int processes(void)
{
	DIR *d = opendir("/proc"), *t;
	struct dirent *e, *f;
	char path[300];
	int n = 0;

	while (d && (e = readdir(d))) {
		if (e->d_name[0] < '0' || e->d_name[0] > '9')
			continue;
		snprintf(path, sizeof(path), "/proc/%s/task", e->d_name);
		t = opendir(path);
		while (t && (f = readdir(t)))
			n += f->d_name[0] != '.';
		if (t)
			closedir(t);
	}
	closedir(d);
	return n;
}

static int online_by_sys(void)
{
	int first = 0, last = 0;

	if (sscanf(read_file("/sys/devices/system/cpu/online"), "%d-%d", &first, &last) < 2)
		last = first;
	return last - first + 1;
}

static int devices_of(const char *dir)
{
	DIR *d = opendir(dir);
	struct dirent *e;
	int n = 0;

	while (d && (e = readdir(d)))
		n += e->d_name[0] != '.';
	if (d)
		closedir(d);
	return n;
}

static long total_tasks(void)
{
	char *slash = strchr(read_file("/proc/loadavg"), '/');

	return slash ? atol(slash + 1) : -1;
}

static void compare_all(const char *state)
{
	struct utsname uts;
	cpu_set_t set;

	need(!sched_getaffinity(0, sizeof(set), &set));
	agree(file_value("/proc/meminfo", "MemTotal:"), info().totalram * info().mem_unit >> 10, 0,
	      "MemTotal, sysinfo");
	agree(file_value("/proc/meminfo", "MemFree:"), info().freeram * info().mem_unit >> 10, 2048,
	      "MemFree, sysinfo");
	agree(file_value("/proc/meminfo", "SwapTotal:"),
	      info().totalswap * info().mem_unit >> 10, 0,
	      "SwapTotal, sysinfo");
	agree(file_value("/proc/meminfo", "Shmem:"), info().sharedram * info().mem_unit >> 10, 1024,
	      "Shmem, sysinfo");
	agree(file_value("/proc/meminfo", "Dirty:"),
	      4 * file_value("/proc/vmstat", "nr_dirty "), 1024,
	      "Dirty, vmstat");
	agree(file_value("/proc/meminfo", "MemFree:"),
	      4 * file_value("/proc/vmstat", "nr_free_pages "), 2048,
	      "MemFree, vmstat");
	agree(CPUS, count_lines("/proc/cpuinfo", "processor", false), 0, "CPUs, cpuinfo");
	agree(CPUS, count_lines("/proc/stat", "cpu", true), 0, "CPUs, stat");
	agree(CPUS, CPU_COUNT(&set), 0, "CPUs, affinity");
	agree(CPUS, sysconf(_SC_NPROCESSORS_ONLN), 0, "CPUs, sysconf");
	agree(CPUS, online_by_sys(), 0, "CPUs, sysfs");
	agree(CPUS, count_lines("/proc/net/softnet_stat", "0", false), 0, "CPUs, softnet_stat");
	agree(boot_clock(), info().uptime, 1, "boot clock, sysinfo");
	agree(boot_clock(), strtol(read_file("/proc/uptime"), NULL, 10), 1, "boot clock, uptime");
	agree(time(NULL), file_value("/proc/stat", "btime ") + boot_clock(), 2, "btime, clocks");
	agree(processes(), total_tasks(), 2, "/proc, loadavg");
	agree(processes(), info().procs, 2, "/proc, sysinfo");
	agree(strtod(read_file("/proc/loadavg"), NULL) * 100, info().loads[0] * 100 / 65536, 2,
	      "loadavg, sysinfo");
	agree(devices_of("/sys/class/net"), count_lines("/proc/net/dev", "", false) - 2, 0,
	      "sysfs, /proc/net/dev");
	agree(file_value("/proc/net/sockstat", "TCP: inuse "),
	      count_lines("/proc/net/tcp", "  ", false) - 1, 1, "sockstat, /proc/net/tcp");
	need(!uname(&uts));
	ok(!strcmp(read_file("/proc/sys/kernel/hostname"), uts.nodename) &&
	   !strcmp(read_file("/proc/sys/kernel/osrelease"), uts.release) &&
	   strstr(read_file("/proc/version"), uts.release), "%s: uname, /proc", state);
}

/* --- every file ------------------------------------------------------------------------ */

static struct secrets {
	char name[65], boot_id[40];
} secrets;

static int files, leaks, hangs;

/* To the end, or until it would wait: a log, an event. */
static void read_whole(const char *path)
{
	static char buf[1 << 16];
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC), rounds = 0;
	struct pollfd p = { .fd = fd, .events = POLLIN };
	double begin = test_clock();
	ssize_t n;

	if (fd < 0)
		return;
	files++;
	while (poll(&p, 1, 0) != 0 && (n = read(fd, buf, sizeof(buf) - 1)) > 0) {
		buf[n] = '\0';
		for (char *at = buf; at < buf + n; at += strlen(at) + 1)
			if (strstr(at, secrets.name) || strstr(at, secrets.boot_id)) {
				leaks++;
				printf("# %s tells of the host: %.80s\n", path, at);
			}
		/* A map of all memory is as large as that. */
		if (++rounds == 256)
			break;
	}
	if (test_clock() - begin > PATIENCE) {
		hangs++;
		printf("# %s does not end\n", path);
	}
	close(fd);
}

static int visit(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	const char *name = path + 6;	/* behind "/proc/" */

	(void)type;
	(void)ftw;
	if (!strncmp(path, "/proc/", 6) && *name >= '0' && *name <= '9' &&
	    strncmp(name, "1/", 2))
		return 0;
	if (S_ISREG(st->st_mode))
		read_whole(path);
	return 0;
}

static void read_all(void)
{
	nftw("/proc", visit, 32, FTW_PHYS);
	ok(files > 300 && !leaks && !hangs, "/proc: %d files read, %d tell of the host, %d hang",
	   files, leaks, hangs);
	files = 0;
	nftw("/sys", visit, 32, FTW_PHYS);
	ok(files > 20 && !leaks && !hangs, "/sys: %d files read, %d tell of the host, %d hang",
	   files, leaks, hangs);
}

static volatile int *stop;

/* Memory, shared memory, files, processes and sockets come and go. */
static void work(void)
{
	while (!*stop) {
		char *p = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			       -1, 0);
		int fd = open("/tmp/work", O_RDWR | O_CREAT, 0600), i;

		for (i = 0; i < 1 << 20; i += 4096)
			p[i] = 1;
		need(write(fd, p, 1 << 18) > 0 && !ftruncate(fd, 0));
		close(fd);
		munmap(p, 1 << 20);
		ve_sleep_ms(5);
	}
	_exit(0);
}

static int body(void *arg)
{
	pid_t pid[3];
	size_t i;

	(void)arg;
	need(!mount("tmp", "/tmp", "tmpfs", 0, NULL) && !mount("sys", "/sys", "sysfs", 0, NULL));
	need(!sethostname("inside", 6));
	compare_all("at rest");
	for (i = 0; i < 3; i++) {
		pid[i] = fork();
		if (!pid[i])
			work();
	}
	ve_sleep_ms(300);
	compare_all("under load");
	*stop = 1;
	for (i = 0; i < 3; i++)
		waitpid(pid[i], NULL, 0);
	read_all();
	return 0;
}

int main(void)
{
	struct test_ve ve;

	test_start();
	stop = mmap(NULL, sizeof(*stop), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	need(stop != MAP_FAILED);
	*stop = 0;
	need(!sethostname("host-of-the-numbers-test", 24));
	strcpy(secrets.name, "host-of-the-numbers-test");
	snprintf(secrets.boot_id, sizeof(secrets.boot_id), "%.36s",
		 read_file("/proc/sys/kernel/random/boot_id"));
	need(!ve_create(&ve, 260));
	need(!write_file(ve_path(&ve, "memory.max"), "%lu\n", 160UL << 20));
	need(!write_file(ve_path(&ve, "ve.cpus"), "%d\n", CPUS));
	need(!ve_boot(&ve, body, NULL, "STARTING") && !ve_run(&ve));
	ok_eq(ve_join(&ve), 0, "a VE compared all");
	ve_destroy(&ve);
	return test_end();
}
