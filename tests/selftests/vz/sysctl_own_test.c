// SPDX-License-Identifier: GPL-2.0-only
/*
 * Files below /proc/sys that each VE has for itself: what install scripts write is
 * taken, read back and the VE's only; a user of the VE and root of a namespace in it
 * write nothing; numbers that are computed are the VE's; cores are named as the VE
 * wants it, and its pids end where it wants; a restore brings the values back, a start does not.
 *
 *	host ---------- compares before and after, reads ve.sysctl
 *	 |- VE 230 ---- writes
 *	 '- VE 231 ---- restored with the values of 230
 */
#include "vz.h"
#include <grp.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#define ROOT	"/proc/sys/"

/* What packages of servers set, and what a machine says before. */
static const struct {
	const char *path, *value, *bad;
} files[] = {
	{ "vm/overcommit_memory", "1", "3" },
	{ "vm/swappiness", "10", "201" },
	{ "vm/max_map_count", "262144", "-1" },
	{ "vm/dirty_ratio", "15", "101" },
	{ "vm/dirty_background_bytes", "67108864", "-1" },
	{ "vm/vfs_cache_pressure", "50", "-1" },
	{ "kernel/pid_max", "65536", "300" },
	{ "kernel/panic", "-10", "x" },
	{ "kernel/printk", "3\t4\t1\t7", "1 2 3 4 5" },
	{ "kernel/sysrq", "0", "512" },
	{ "kernel/randomize_va_space", "2", "3" },
	{ "kernel/core_uses_pid", "1", "2" },
	{ "kernel/core_pattern", "/tmp/core.%e.%p", NULL },
	{ "fs/file-max", "2097152", "-1" },
	{ "fs/aio-max-nr", "131072", "-1" },
	{ "fs/inotify/max_user_watches", "524288", "-1" },
	{ "fs/inotify/max_user_instances", "1024", "-1" },
	{ "fs/suid_dumpable", "0", "3" },
};

#define NFILES	(sizeof(files) / sizeof(files[0]))

static char *sysctl_text(const char *path)
{
	char full[160];

	snprintf(full, sizeof(full), ROOT "%s", path);
	return read_file(full);
}

static int write_sysctl(const char *path, const char *text)
{
	char full[160];

	snprintf(full, sizeof(full), ROOT "%s", path);
	return write_file(full, "%s\n", text) ? errno : 0;
}

static bool is_there(const char *path)
{
	char full[160];

	snprintf(full, sizeof(full), ROOT "%s", path);
	return !access(full, F_OK);
}

static void keep(char before[NFILES][160])
{
	for (size_t i = 0; i < NFILES; i++)
		snprintf(before[i], 160, "%.150s", sysctl_text(files[i].path));
}

/* errno of a write by a user of the VE, or by root of a user namespace that he made. */
static int write_as_user(bool own_namespace)
{
	int status;
	pid_t pid = fork();

	if (!pid) {
		if (setgroups(0, NULL) || setresgid(1000, 1000, 1000) ||
		    setresuid(1000, 1000, 1000) || prctl(PR_SET_DUMPABLE, 1) ||
		    (own_namespace && (unshare(CLONE_NEWUSER) ||
				       write_file("/proc/self/uid_map", "0 1000 1"))))
			_exit(255);
		_exit(write_sysctl("vm/swappiness", "33"));
	}
	return waitpid(pid, &status, 0) == pid && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static long first_number(const char *path)
{
	return strtol(sysctl_text(path), NULL, 10);
}

/* Three more of each thing that is counted. */
static void look_at_counts(void)
{
	long before = first_number("fs/file-nr");
	int i;

	for (i = 0; i < 300; i++)
		need(open("/dev/null", O_RDONLY | O_CLOEXEC) >= 0);
	ok(first_number("fs/file-nr") >= before + 300, "file-nr counts the VE's files: %ld, %ld",
	   before, first_number("fs/file-nr"));
	close_range(100, ~0U, 0);
	ok(first_number("fs/file-nr") < before + 300, "and fewer when they are closed");
	if (is_there("kernel/pty/nr"))
		ok(!first_number("kernel/pty/nr"), "no terminal of the host is counted");
	ok(!first_number("fs/aio-nr"), "no request of the host is counted");
	ok(write_sysctl("fs/file-nr", "1") != 0, "a count is not written");
}

/* A program dies; is there a core of this name? */
static bool leaves_core(const char *pattern)
{
	char path[64];
	int status;
	pid_t pid;

	need(!write_sysctl("kernel/core_pattern", pattern));
	fflush(stdout);
	pid = fork();
	if (!pid) {
		struct rlimit all = { RLIM_INFINITY, RLIM_INFINITY };

		if (chdir("/tmp") || setrlimit(RLIMIT_CORE, &all) || prctl(PR_SET_DUMPABLE, 1))
			_exit(1);
		abort();
	}
	need(waitpid(pid, &status, 0) == pid && WIFSIGNALED(status));
	/* Both numbers of users and of the process are the VE's. */
	snprintf(path, sizeof(path), "/tmp/c.%d.0.0", pid);
	return !access(path, F_OK);
}

/* The pid of a child that is there no more. */
static pid_t next_pid(void)
{
	pid_t pid = fork();

	if (!pid)
		_exit(0);
	need(pid > 0 && waitpid(pid, NULL, 0) == pid);
	return pid;
}

static void look_at_pids(void)
{
	pid_t pid, high = 0, low = 1 << 22;
	int i;

	need(!write_sysctl("kernel/pid_max", "1000"));
	need(!write_sysctl("kernel/ns_last_pid", "989"));
	for (i = 0; i < 30; i++) {
		pid = next_pid();
		high = pid > high ? pid : high;
		low = pid < low ? pid : low;
	}
	ok(high >= 990 && high < 1000, "pids end at pid_max: %d", high);
	ok(low >= 300 && low < 400, "and begin again behind those of the system: %d", low);
	need(!write_sysctl("kernel/ns_last_pid", "5000"));
	ok(next_pid() < 1000, "a last pid beyond it does not matter");
	need(!write_sysctl("kernel/pid_max", "65536"));
	need(!write_sysctl("kernel/ns_last_pid", "5000"));
	ok(next_pid() > 5000, "more of them");
}

static int write_all(void *arg)
{
	char text[160];
	size_t i;

	(void)arg;
	need(!mount("tmp", "/tmp", "tmpfs", 0, NULL));
	for (i = 0; i < NFILES; i++) {
		if (!is_there(files[i].path)) {
			printf("# %s: this kernel has none\n", files[i].path);
			continue;
		}
		ok_eq(write_sysctl(files[i].path, files[i].value), 0, files[i].path);
		ok(!strcmp(sysctl_text(files[i].path), files[i].value), "%s is read back: %s",
		   files[i].path, sysctl_text(files[i].path));
		if (files[i].bad)
			ok_eq(write_sysctl(files[i].path, files[i].bad), EINVAL, files[i].bad);
		snprintf(text, sizeof(text), "%.150s", sysctl_text(files[i].path));
		ok(!strcmp(text, files[i].value), "%s stays", files[i].path);
	}
	ok(!write_sysctl("kernel/printk", "7") &&
	   !strcmp(sysctl_text("kernel/printk"), "7\t4\t1\t7"), "the first of four numbers");
	ok(!write_sysctl("vm/swappiness", "0x10") && !strcmp(sysctl_text("vm/swappiness"), "16"),
	   "a hexadecimal number");
	ok(!write_sysctl("vm/drop_caches", "3"), "caches are dropped");
	ok(write_sysctl("kernel/ngroups_max", "1") != 0, "what is in no table is not written");
	ok_eq(write_as_user(false), EACCES, "a user of the VE");
	ok_eq(write_as_user(true), EACCES, "root of a namespace of his");
	look_at_counts();
	look_at_pids();
	ok(leaves_core("/tmp/c.%P.%u.%g"), "a core is named by the VE's pattern");
	ok(!leaves_core("|/bin/true"), "a program of the host is not run for one");
	need(!write_sysctl("kernel/core_pattern", "kept"));
	return 0;
}

static int read_back(void *arg)
{
	const bool *restored = arg;

	ok(!strcmp(sysctl_text("kernel/core_pattern"), *restored ? "kept" : "core"),
	   "core_pattern %s", *restored ? "is restored" : "begins anew");
	ok(!strcmp(sysctl_text("vm/max_map_count"), *restored ? "262144" : "65530"),
	   "max_map_count %s", *restored ? "is restored" : "begins anew");
	return 0;
}

static void test_restore(const char *values)
{
	bool restored = true;
	struct test_ve ve;

	need(!ve_create(&ve, 231));
	fails_with(EBUSY, write_file(ve_path(&ve, "ve.sysctl"), "vm/swappiness 1\n"),
		   "values of a VE that is not restored");
	need(!ve_boot(&ve, read_back, &restored, "RESTORING"));
	ok(!write_at(ve.dir, "ve.sysctl", values), "values are written back");
	fails_with(EINVAL, write_file(ve_path(&ve, "ve.sysctl"), "vm/swappiness 999\n"),
		   "a value out of range");
	fails_with(EINVAL, write_file(ve_path(&ve, "ve.sysctl"), "vm/swappiness\n"),
		   "no value");
	ok(!write_file(ve_path(&ve, "ve.sysctl"), "vm/of_the_future 1\n"),
	   "a file that this kernel does not have");
	need(!ve_run(&ve));
	ok_eq(ve_join(&ve), 0, "the restored VE");
	need(ve_wait_state(&ve, "STOPPED"));
	restored = false;
	need(!ve_boot(&ve, read_back, &restored, "STARTING") && !ve_run(&ve));
	ok_eq(ve_join(&ve), 0, "the VE that starts");
	ve_destroy(&ve);
}

int main(void)
{
	static char before[NFILES][160], after[NFILES][160], values[4096];
	struct test_ve ve;
	size_t i;

	test_start();
	keep(before);
	need(!ve_create(&ve, 230));
	need(!write_file(ve_path(&ve, "ve.features"), "nesting\n"));
	need(!ve_boot(&ve, write_all, NULL, "STARTING") && !ve_run(&ve));
	ok_eq(ve_join(&ve), 0, "a VE wrote all");
	snprintf(values, sizeof(values), "%.4000s\n", read_file(ve_path(&ve, "ve.sysctl")));
	ok(strstr(values, "kernel/core_pattern kept\n") && strstr(values, "kernel/panic -10\n"),
	   "the host reads what was written");
	ve_destroy(&ve);
	keep(after);
	for (i = 0; i < NFILES; i++)
		ok(!strcmp(before[i], after[i]), "the host's %s: %s", files[i].path, after[i]);
	test_restore(values);
	return test_end();
}
