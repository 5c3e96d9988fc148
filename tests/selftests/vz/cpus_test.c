// SPDX-License-Identifier: GPL-2.0-only
/* ve.cpus: how many CPUs a VE sees in /proc and by affinity. */
#include "common.h"

static struct ve ve;
static volatile int *looked;	/* shared: body_one() has done its part */

static int lines(const char *path, const char *start, char last[64])
{
	FILE *f = fopen(path, "re");
	char line[4096];
	int n = 0;

	need(f);
	while (fgets(line, sizeof(line), f)) {
		if (strncmp(line, start, strlen(start)))
			continue;
		n++;
		snprintf(last, 64, "%.63s", line);
	}
	fclose(f);
	return n;
}

static int nr_affinity(void)
{
	cpu_set_t set;

	need(!sched_getaffinity(0, sizeof(set), &set));
	return CPU_COUNT(&set);
}

static void mount_proc(void)
{
	need(!mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
	need(!mount("proc", "/proc", "proc", 0, NULL));
}

static double idle_of_uptime(void)
{
	double up, idle;
	FILE *f = fopen("/proc/uptime", "re");

	need(f && fscanf(f, "%lf %lf", &up, &idle) == 2);
	fclose(f);
	return idle;
}

static int body_one(const struct ve *unused)
{
	unsigned long u, n, s, i, later;
	cpu_set_t set;
	char last[64];
	double idle;

	(void)unused;
	mount_proc();
	ok_eq(lines("/proc/cpuinfo", "processor", last), 1, "processors of cpuinfo");
	ok_eq(lines("/proc/stat", "cpu", last), 2, "cpu lines of stat");
	ok(!strncmp(last, "cpu0 ", 5), "the only CPU is cpu0");
	ok_eq(nr_affinity(), 1, "CPUs of sched_getaffinity");
	ok_eq(sysconf(_SC_NPROCESSORS_ONLN), 1, "CPUs of sysconf");
	need(sscanf(last, "cpu0 %lu %lu %lu %lu", &u, &n, &s, &i) == 4);
	idle = idle_of_uptime();
	lines("/proc/stat", "cpu", last);
	need(sscanf(last, "cpu0 %lu %lu %lu %lu", &u, &n, &s, &later) == 4);
	/* All are whole hundredths; half of one is for what a double makes of that. */
	ok(idle * 100 + 0.5 >= i && idle * 100 - 0.5 <= later,
	   "idle of uptime is %.2f, of stat before %lu and after %lu", idle, i, later);

	CPU_ZERO(&set);
	CPU_SET(0, &set);
	ok(!sched_setaffinity(0, sizeof(set), &set), "affinity to the only CPU");
	ok_eq(nr_affinity(), 1, "then CPUs of sched_getaffinity");
	CPU_ZERO(&set);
	CPU_SET(1, &set);
	ok(sched_setaffinity(0, sizeof(set), &set) && errno == EINVAL, "there is no second CPU");
	*looked = 1;
	pause();
	return 0;
}

static int body_all(const struct ve *unused)
{
	char last[64];
	int n = nr_affinity();

	(void)unused;
	mount_proc();
	ok_eq(lines("/proc/cpuinfo", "processor", last), n, "processors of cpuinfo");
	ok_eq(lines("/proc/stat", "cpu", last), n + 1, "cpu lines of stat");
	return 0;
}

/* What the host says of the VE's init. */
static void check_from_host(int online)
{
	char text[32];
	cpu_set_t set;
	pid_t init;

	init = atoi(ve_read(&ve, "ve.init", text, sizeof(text)));
	need(init > 0 && !sched_getaffinity(init, sizeof(set), &set));
	ok_eq(CPU_COUNT(&set), online, "host CPUs of a task on the VE's only one");
}

int main(void)
{
	int online = nr_affinity();
	char text[32];

	looked = mmap(NULL, sizeof(*looked), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	need(looked != MAP_FAILED);
	*looked = 0;	/* by the host, or the page keeps the VE that wrote it */
	ve_setup(&ve, 135);
	ok(!strcmp(ve_read(&ve, "ve.cpus", text, sizeof(text)), "max"), "all CPUs at first");
	ok_eq(ve_write(&ve, "ve.cpus", "x"), EINVAL, "ve.cpus x");
	ok_eq(ve_write(&ve, "ve.cpus", "-1"), EINVAL, "ve.cpus -1");
	ve_spawn(&ve, body_all);
	ok_eq(ve_write(&ve, "ve.cpus", "1000"), 0, "more CPUs than there are");
	ve_spawn(&ve, body_all);
	ok_eq(ve_write(&ve, "ve.cpus", "1"), 0, "one CPU");
	ok(!strcmp(ve_read(&ve, "ve.cpus", text, sizeof(text)), "1"), "ve.cpus says so");
	ve_start(&ve, body_one, "RUNNING");
	ok(wait_until(*looked), "the VE has looked");
	check_from_host(online);
	ok_eq(nr_affinity(), online, "CPUs of the host");
	errno = ve_write(&ve, "cgroup.kill", "1");
	need(!errno);
	ve_wait(&ve);
	ok_eq(ve_write(&ve, "ve.cpus", "max"), 0, "all CPUs");
	ve_spawn(&ve, body_all);
	ve_teardown(&ve);
	ok_eq(ve_wait_freed(), 0, "removed cgroups that are kept");
	return test_end();
}
