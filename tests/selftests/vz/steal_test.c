// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a VE waits for its processor is steal in its /proc/stat, not idle. Its limit makes it
 * wait here: nine tenths of the time, however fast the machine is.
 */
#include "common.h"

struct times {
	unsigned long long	used, idle, steal;
};

static struct ve ve;
static volatile int *phase;	/* shared with the VE */

static struct times read_times(const char *cpu)
{
	unsigned long long user, nice, sys, idle, none[3], steal;
	FILE *f = fopen("/proc/stat", "re");
	struct times t = { 0 };
	char line[512];

	need(f);
	while (fgets(line, sizeof(line), f))
		if (!strncmp(line, cpu, strlen(cpu))) {
			need(sscanf(line + strlen(cpu), "%llu %llu %llu %llu %llu %llu %llu %llu",
				    &user, &nice, &sys, &idle, &none[0], &none[1], &none[2],
				    &steal) == 8);
			t = (struct times){ user + nice + sys, idle, steal };
			break;
		}
	fclose(f);
	return t;
}

/* Runs until @ticks of steal are there, or until it has used as much itself. */
static void work_until(unsigned long long ticks)
{
	struct times at = read_times("cpu0 "), t, last = at;
	int backwards = 0;
	volatile int i;

	do {
		for (i = 0; i < 1000000; i++)
			;
		t = read_times("cpu0 ");
		backwards += t.steal < last.steal || t.idle < last.idle || t.used < last.used;
		last = t;
	} while (t.steal - at.steal < ticks && t.used - at.used < ticks);
	ok(t.steal - at.steal >= ticks, "steal %llu, used %llu", t.steal - at.steal,
	   t.used - at.used);
	ok(t.idle - at.idle < (t.steal - at.steal) / 2, "idle %llu", t.idle - at.idle);
	ok_eq(backwards, 0, "times that went back");
}

static int body(const struct ve *unused)
{
	struct times t, later;
	cpu_set_t set;

	(void)unused;
	need(!mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
	need(!mount("proc", "/proc", "proc", 0, NULL));
	CPU_ZERO(&set);
	CPU_SET(0, &set);
	need(!sched_setaffinity(0, sizeof(set), &set));

	/* Sleep is not steal. */
	t = read_times("cpu0 ");
	usleep(1500000);
	later = read_times("cpu0 ");
	ok(later.idle - t.idle > later.steal - t.steal, "asleep: idle %llu, steal %llu",
	   later.idle - t.idle, later.steal - t.steal);

	*phase = 1;
	while (*phase < 2)
		usleep(1000);
	work_until(200);
	t = read_times("cpu0 ");
	later = read_times("cpu ");
	ok(later.steal >= t.steal, "the sum has %llu, the processor %llu", later.steal, t.steal);

	*phase = 3;
	while (*phase < 4)
		usleep(1000);
	ok_eq(read_times("cpu0 ").steal, 0, "steal when the host shows none");
	*phase = 5;
	pause();
	return 0;
}

int main(void)
{
	phase = mmap(NULL, sizeof(*phase), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		     0);
	need(phase != MAP_FAILED);
	*phase = 0;	/* by the host, or the page keeps the VE that wrote it */
	ve_setup(&ve, 151);
	errno = write_at(CGROUP_ROOT, "cgroup.subtree_control", "+cpu");
	need(!errno);
	ve_start(&ve, body, "RUNNING");
	ok(wait_until(*phase == 1), "the VE has slept");
	ok_eq(ve_write(&ve, "cpu.max", "10000 100000"), 0, "a tenth of a processor");
	*phase = 2;
	ok(wait_until(*phase == 3), "the VE has worked");
	ok_eq(write_at("/sys/module/ve/parameters", "steal", "N"), 0, "show no steal");
	*phase = 4;
	ok(wait_until(*phase == 5), "the VE has looked");
	ok_eq(write_at("/sys/module/ve/parameters", "steal", "Y"), 0, "show it again");
	errno = ve_write(&ve, "cgroup.kill", "1");
	need(!errno);
	ve_wait(&ve);
	ve_teardown(&ve);
	ok_eq(ve_wait_freed(), 0, "removed cgroups that are kept");
	return test_end();
}
