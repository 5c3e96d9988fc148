// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a VE sees of /proc, of sysinfo(2) and of its cgroups, and that the host
 * goes on seeing everything.
 */
#include "vz.h"
#include <dirent.h>
#include <sys/sysinfo.h>

#define MEM_MAX	(96UL << 20)

/* Names a VE may see in /proc; nothing else but pids. */
static const char *const golden[] = {
	"self", "thread-self", "mounts", "net", "sys", "sysvipc", "version",
	"locks", "cgroups", "tty", "fs", "cpuinfo", "meminfo", "swaps", "vmstat",
	"stat", "uptime", "loadavg", "filesystems", "devices", "partitions",
	"diskstats", "modules", "cmdline", "kmsg", "interrupts", "softirqs", "pressure",
	"user_beancounters", "vz",
};

static bool is_golden(const char *name)
{
	size_t i;

	if (*name == '.' || (*name >= '0' && *name <= '9'))
		return true;
	for (i = 0; i < sizeof(golden) / sizeof(*golden); i++)
		if (!strcmp(golden[i], name))
			return true;
	return false;
}

static int listed(const char *dir, const char *name)
{
	struct dirent *e;
	DIR *d = opendir(dir);
	int found = 0;

	while (d && (e = readdir(d)))
		found += !strcmp(e->d_name, name);
	if (d)
		closedir(d);
	return found;
}

static int lines(const char *text)
{
	int n = *text != 0;

	for (; *text; text++)
		n += *text == '\n';
	return n;
}

/* What the host's root made known before it started the VE. */
struct host {
	unsigned int	id;
	long		cpus;
};

/* Twelve columns of 20 below two lines of the same width; the host sees all, a VE itself. */
static void check_vestat(unsigned int want)
{
	static const char head[] = "                VEID                 user                 nice"
		"               system               uptime                 idle"
		"                 strv               uptime                 used"
		"               maxlat               totlat             numsched";
	const char *p = read_file("/proc/vz/vestat");
	unsigned long user, nice, system, up, idle, strv, up_ns, used, maxlat, totlat, sched;
	unsigned int id;

	ok(!strncmp(p, "Version: 2.2 ", 13) && strspn(p + 12, " ") == 251 - 12 && p[251] == '\n' &&
	   !strncmp(p + 252, head, 251) && p[503] == '\n', "vestat has its two lines");
	ok(lines(p) == 3 && strlen(p) == 3 * 252 - 1 &&
		   sscanf(p + 504, "%u %lu %lu %lu %lu %lu %lu %lu %lu %lu %lu %lu", &id, &user,
			  &nice, &system, &up, &idle, &strv, &up_ns, &used, &maxlat, &totlat,
			  &sched) == 12 &&
		   id == want,
	   "and one of VE %u", want);
	ok(up_ns && up <= up_ns / 1000000 && used <= up_ns * sysconf(_SC_NPROCESSORS_CONF) &&
	   !strv && !maxlat && !totlat, "its times fit together");
}

/* What was just written shows: no sum is older than a tenth of a second. */
static void check_shmem(void)
{
	long before = file_value("/proc/meminfo", "Shmem:"), grown;
	int fd = memfd_create("shmem", 0);
	char page[4096] = "x";
	int i;

	for (i = 0; i < 32 << 8; i++)
		if (write(fd, page, sizeof(page)) != sizeof(page))
			break;
	usleep(110000);
	grown = file_value("/proc/meminfo", "Shmem:") - before;
	ok(grown == 32 << 10, "32 MiB of shared memory show in Shmem: %ld", grown);
	close(fd);
}

static int look(void *arg)
{
	static const char *const hidden[] = {
		"/proc/kcore", "/proc/slabinfo", "/proc/kallsyms",
		"/proc/iomem", "/proc/bc", "/proc/sysrq-trigger",
		"/proc/config.gz", "/proc/fs/ext4", "/proc/driver",
		"/proc/acpi", "/proc/timer_list", "/proc/keys", "/proc/vz/version",
	};
	static const char *const counted[] = {
		"pgpgin ", "pgpgout ", "oom_kill ", "pgscan_kswapd ", "pgscan_direct ",
		"pgsteal_kswapd ", "pgsteal_direct ", "nr_dirty ",
	};
	struct host *host = arg;
	unsigned int id, class, tasks;
	unsigned long total, size;
	struct sysinfo si;
	struct dirent *e;
	struct stat st;
	double up, idle;
	char *p;
	size_t i;
	DIR *d;
	int n;

	d = opendir("/proc");
	for (n = 0; d && (e = readdir(d)); )
		if (!is_golden(e->d_name) && ++n)
			printf("# %s is there\n", e->d_name);
	if (d)
		closedir(d);
	ok(d && !n, "a VE sees nothing in /proc that is not on the list");
	for (i = 0; i < sizeof(hidden) / sizeof(*hidden); i++)
		fails_with(ENOENT, access(hidden[i], F_OK), "%s is not there", hidden[i]);

	ok(file_value("/proc/meminfo", "MemTotal:") == (long)(MEM_MAX >> 10),
	   "MemTotal is the VE's limit");
	ok(file_value("/proc/meminfo", "MemFree:") > 0 &&
	   file_value("/proc/meminfo", "MemFree:") < (long)(MEM_MAX >> 10), "MemFree is below it");
	ok(file_value("/proc/meminfo", "MemAvailable:") > 0 &&
		   file_value("/proc/meminfo", "SwapTotal:") >= 0 &&
		   file_value("/proc/meminfo", "Committed_AS:") >= 0,
	   "usual lines are there");
	ok(!sysinfo(&si) && si.totalram * si.mem_unit == MEM_MAX, "sysinfo shows the same total");

	check_shmem();

	/* memory that is used shows */
	size = 32UL << 20;
	total = file_value("/proc/meminfo", "MemFree:");
	p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	memset(p, 1, size);
	n = total - file_value("/proc/meminfo", "MemFree:");
	ok(n > 24 << 10 && n < 40 << 10, "32 MiB used are missing in MemFree");
	munmap(p, size);

	ok(si.procs >= 1 && si.procs < 10, "sysinfo counts the VE's tasks");
	p = read_file("/proc/loadavg");
	ok(sscanf(p, "%*f %*f %*f %u/%u %d", &id, &tasks, &n) == 3 && id >= 1 && tasks < 10,
	   "loadavg counts the VE's tasks: %s", p);
	ok(n == 1, "last pid is the VE's");
	ok(sscanf(read_file("/proc/uptime"), "%lf %lf", &up, &idle) == 2 && up > 0 &&
	   idle < up * host->cpus, "uptime has two numbers");
	p = read_file("/proc/stat");
	ok(!strncmp(p, "cpu  ", 5) && strstr(p, "\ncpu0 ") && strstr(p, "\nbtime ") &&
	   strstr(p, "\nprocs_running "), "stat has its lines");
	ok(file_value("/proc/stat", "processes ") >= 1 &&
	   file_value("/proc/stat", "processes ") < 10,
	   "processes counts the VE's forks");
	total = file_value("/proc/stat", "cpu  ");
	for (up = 0, size = 0; size < 200000000; size++)
		up += size;
	ok(file_value("/proc/stat", "cpu  ") > (long)total, "user time grows with work");
	ok(file_value("/proc/vmstat", "pgfault ") > 0, "vmstat counts faults");
	for (i = 0; i < sizeof(counted) / sizeof(*counted); i++)
		ok(file_value("/proc/vmstat", counted[i]) >= 0, "and %s", counted[i]);
	ok(lines(read_file("/proc/interrupts")) == 1 && lines(read_file("/proc/softirqs")) == 11 &&
	   !strstr(read_file("/proc/softirqs"), " 1") &&
	   lines(read_file("/proc/net/softnet_stat")) == host->cpus,
	   "the host's interrupts are not counted");
	ok(!strncmp(read_file("/proc/swaps"), "Filename\t", 9), "swaps has its header");
	ok(strstr(read_file("/proc/filesystems"), "nodev\ttmpfs") &&
		   !strstr(read_file("/proc/filesystems"), "ext4"),
	   "filesystems names what may be mounted");
	ok(!access("/proc/modules", R_OK) && !strcmp(read_file("/proc/modules"), ""),
	   "modules is an empty list");
	ok(!strstr(read_file("/proc/cmdline"), "console="), "cmdline is not the host's");
	ok(strstr(read_file("/proc/self/status"), "\nVPid:\t1\n"), "VPid in a VE");
	ok(file_value("/proc/self/status", "envID:") == (long)host->id, "envID in a VE");

	p = read_file("/proc/vz/veinfo");
	ok(sscanf(p, "%u %u %u", &id, &class, &tasks) == 3 && id == host->id && lines(p) == 1,
	   "veinfo shows a VE itself: %s", p);
	check_vestat(host->id);
	ok(!stat("/proc/vz/veinfo", &st) && st.st_uid == 0 && (st.st_mode & 0777) == 0400,
	   "veinfo belongs to the VE's root");
	ok(!stat("/proc/sys/kernel/hostname", &st) && !access("/proc/net/dev", R_OK) &&
	   !access("/proc/self/mountinfo", R_OK), "sys, net and self are there");
	ok(!chmod("/proc/vz/veinfo", 0666), "root of a VE may change its mode");

	ok(!syscall(SYS_syslog, 3, &st, sizeof(st)), "its log is not the host's");
	return 5;
}

static void test_pressure(void)
{
	struct test_ve ve;

	if (access(CGROUP_ROOT "/memory.pressure", F_OK) &&
	    access(CGROUP_ROOT "/cpu.pressure", F_OK)) {
		puts("# no pressure files on this kernel");
		return;
	}
	if (!ok(!ve_create(&ve, 72), "VE 72"))
		return;
	mkdir(ve_path(&ve, "payload/deep"), 0755);
	ok(!access(ve_path(&ve, "cpu.pressure"), F_OK), "the VE's own cgroup has pressure files");
	fails_with(ENOENT, access(ve_path(&ve, "payload/cpu.pressure"), F_OK),
		   "its payload has none");
	fails_with(ENOENT, access(ve_path(&ve, "payload/deep/memory.pressure"), F_OK),
		   "nor what is below");
	ok(!access(ve_path(&ve, "payload/cgroup.procs"), F_OK), "other files are there");

	/* the flag outlives the controller: adding and removing stay in step */
	rmdir(ve_path(&ve, "payload/deep"));
	ok(!write_file(CGROUP_ROOT "/cgroup.subtree_control", "-ve"),
	   "the controller goes while the VE is empty");
	fails_with(ENOENT, access(ve_path(&ve, "payload/cpu.pressure"), F_OK),
		   "pressure files stay away");
	ve_destroy(&ve);
	ok(access(ve.dir, F_OK), "and the cgroups are removed");
}

int main(void)
{
	struct host host = { .id = 71, .cpus = sysconf(_SC_NPROCESSORS_CONF) };
	char path[64], *p;
	struct test_ve ve;
	int n, running, tasks, last;
	double load[3];
	struct stat st;

	test_start();
	if (!ok(!ve_create(&ve, 71), "VE 71"))
		return test_end();
	ok(!write_file(ve_path(&ve, "memory.max"), "%lu", MEM_MAX), "with a limit of memory");
	ok(!ve_boot(&ve, look, &host, "STARTING"), "it starts");

	snprintf(path, sizeof(path), "/proc/%d/status", atoi(read_file(ve_path(&ve, "ve.init"))));
	ok(file_value(path, "envID:") == 71 && file_value(path, "VPid:") == 1,
	   "the host sees envID and VPid of its init");
	ok(file_value("/proc/self/status", "envID:") == 0 &&
		   file_value("/proc/self/status", "VPid:") == getpid(),
	   "envID of the host is 0");
	p = read_file("/proc/vz/veinfo");
	ok(lines(p) == 2 && strstr(p, "\n        71     0     "),
	   "the host sees itself and the VE in veinfo");

	p = read_file(ve_path(&ve, "ve.loadavg"));
	ok(sscanf(p, "%lf %lf %lf %d/%d %d", &load[0], &load[1], &load[2], &running, &tasks,
		  &last) == 6 &&
		   lines(p) == 1 && tasks >= 1 && tasks < 10 && last == 1,
	   "ve.loadavg is the VE's line: %s", p);
	fails_with(EINVAL, write_file(ve_path(&ve, "ve.loadavg"), "0"), "it is not written");
	fails_with(ENOENT, access(ve_path(&ve, "payload/ve.loadavg"), F_OK), "the VE has none");

	check_vestat(71);
	ok(!ve_run(&ve), "it runs");
	n = ve_join(&ve);
	ok(n == 5, "a VE looked at everything (%d)", n);
	ve_destroy(&ve);

	ok(!stat("/proc/vz/veinfo", &st) && (st.st_mode & 0777) == 0400 && !st.st_uid,
	   "a chmod in a VE did not touch the host's file");
	ok(listed("/proc", "interrupts") && !access("/proc/interrupts", R_OK) &&
	   !access("/proc/iomem", R_OK), "the host sees its own files");
	ok(file_value("/proc/meminfo", "MemTotal:") > (long)(MEM_MAX >> 10), "and its own memory");
	ok(!strncmp(read_file("/proc/vz/version"), VE_KERNEL_VERSION " ",
		    strlen(VE_KERNEL_VERSION) + 1),
	   "/proc/vz/version begins with our word there");
	test_pressure();
	return test_end();
}
