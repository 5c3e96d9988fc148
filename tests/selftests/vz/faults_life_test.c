// SPDX-License-Identifier: GPL-2.0-only
/*
 * The life of a VE while allocations fail, as the host's tools lead it: made,
 * bound, limited, given addresses, started, entered, read, held, removed. What
 * fails has done nothing and works when it is repeated.
 */
#include "fault.h"

#define ID	143
#define ID_TEXT	"143"

static struct ve ve;
static const char *file, *text, *back;	/* of the scene that writes */
static int fd = -1;

static const char *path_of(const char *name)
{
	static char path[192];

	snprintf(path, sizeof(path), "%s/%s", ve.dir, name);
	return path;
}

/* One write; opening a file allocates, too. */
static int put(const char *name, const char *what)
{
	errno = ve_write(&ve, name, what);
	return errno ? -1 : 0;
}

/* --- made and bound -------------------------------------------------------------- */

static int run_mkdir(void)
{
	return mkdir(ve.dir, 0755);
}

static void undo_mkdir(void)
{
	wait_until(!rmdir(ve.dir) || errno != EBUSY);
}

static bool check_mkdir(int err)
{
	return !access(ve.dir, F_OK) == !err && !access(path_of("ve.id"), F_OK) == !err;
}

static void prepare_bind(void)
{
	need(!mkdir(ve.dir, 0755));
}

static int run_bind(void)
{
	return put("ve.id", ID_TEXT);
}

/* The id and the folder are given up a moment after the cgroup is gone. */
static void undo_bind(void)
{
	undo_mkdir();
	wait_until(access("/proc/bc/" ID_TEXT, F_OK));
}

/* A VE that is bound has all of its files, one that is not has none. */
static bool check_bind(int err)
{
	char buf[16];

	if (strcmp(ve_read(&ve, "ve.id", buf, sizeof(buf)), err ? "0" : ID_TEXT))
		return false;
	return !access("/proc/bc/" ID_TEXT, F_OK) == !err &&
	       !access("/proc/bc/" ID_TEXT "/resources", R_OK) == !err &&
	       !access("/proc/bc/" ID_TEXT "/vmaux", R_OK) == !err;
}

/* --- files of a bound VE ------------------------------------------------------------ */

static int run_put(void)
{
	return put(file, text);
}

static void undo_put(void)
{
	if (back)
		ve_write(&ve, file, back);
}

static const struct {
	const char *file, *text, *back;
} puts_of[] = {
	{ "ve.ub.resources",	"numfile 100 200",		"numfile max max" },
	{ "ve.ub.resources",	"physpages 5000 5000",		"physpages max max" },
	{ "ve.ub.resources",	"swappages 5000 5000",		"swappages max max" },
	{ "ve.ub.iolimit",	"1000000",			"max" },
	{ "ve.ub.iopslimit",	"100",				"max" },
	{ "ve.cpus",		"1",				"max" },
	{ "ve.features",	"nesting",			"\n" },
	{ "ve.uid",		"1000",				NULL },
	{ "ve.ip",		"+10.143.0.1",			"-all" },
	{ "ve.ip",		"+10.143.1.0/24",		"-all" },
	{ "ve.ip",		"+fd43::1",			"-all" },
	{ "ve.hold",		"1",				"0" },
	{ "ve.hold",		"drop",				"0" },
	{ "ve.state",		"STARTING",			"STOPPED" },
	{ "ve.state",		"RESTORING",			"STOPPED" },
};

static int run_read(void)
{
	static char buf[65536];

	fd = open(file, O_RDONLY | O_CLOEXEC);
	return fd < 0 || read(fd, buf, sizeof(buf)) < 0 ? -1 : 0;
}

static void undo_read(void)
{
	if (fd >= 0)
		close(fd);
	fd = -1;
}

static const char *const reads[] = {
	"ve.id", "ve.state", "ve.init", "ve.exit", "ve.features", "ve.ip", "ve.hold", "ve.net",
	"ve.cpus", "ve.ub.resources", "ve.ub.events", "ve.ub.refusals", "ve.ub.iolimit",
	"/proc/bc/resources", "/proc/user_beancounters", "/proc/vz/version", "/proc/vz/veinfo",
	"/proc/vz/veip", "/proc/bc/" ID_TEXT "/resources", "/proc/bc/" ID_TEXT "/meminfo",
	"/proc/bc/" ID_TEXT "/nodeinfo", "/proc/bc/" ID_TEXT "/ioacct",
	"/proc/bc/" ID_TEXT "/vmaux", "/proc/bc/" ID_TEXT "/precharge",
	"/proc/bc/" ID_TEXT "/dcacheinfo",
};

/* --- started ----------------------------------------------------------------------- */

/* A task of the host goes in and, what a VE's init does, makes all namespaces. */
static int run_enter(void)
{
	return put("payload/cgroup.procs", "0");
}

static int run_namespaces(void)
{
	errno = ve_write(&ve, "payload/cgroup.procs", "0");
	if (errno)
		return -1;
	return unshare(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS |
		       CLONE_NEWNET | CLONE_NEWCGROUP);
}

static int run_payload(void)
{
	return mkdir(path_of("more"), 0755);
}

static void undo_payload(void)
{
	wait_until(!rmdir(path_of("more")) || errno != EBUSY);
}

static const struct scene made = {
	"mkdir", .run = run_mkdir, .undo = undo_mkdir, .check = check_mkdir, .slow = true,
}, bound = {
	"ve.id", .prepare = prepare_bind, .run = run_bind, .undo = undo_bind, .check = check_bind,
}, payload = {
	"a cgroup below", .run = run_payload, .undo = undo_payload, .slow = true,
}, enter = {
	"entering", .run = run_enter, .child = true,
}, namespaces = {
	"namespaces", .run = run_namespaces, .child = true, .foreign = true,
};

static void life(void)
{
	struct scene s;
	char path[192], name[64];
	size_t i;

	for (i = 0; i < sizeof(puts_of) / sizeof(puts_of[0]); i++) {
		file = puts_of[i].file;
		text = puts_of[i].text;
		back = puts_of[i].back;
		snprintf(name, sizeof(name), "%s: %s", file, text);
		s = (struct scene){ name, .run = run_put, .undo = undo_put };
		fault_sweep(&ve, &s);
	}
	for (i = 0; i < sizeof(reads) / sizeof(reads[0]); i++) {
		snprintf(path, sizeof(path), "%s%s%s", *reads[i] == '/' ? "" : ve.dir,
			 *reads[i] == '/' ? "" : "/", reads[i]);
		file = path;
		s = (struct scene){ reads[i], .run = run_read, .undo = undo_read };
		fault_sweep(&ve, &s);
	}
	fault_sweep(&ve, &payload);
	need(!ve_write(&ve, "ve.state", "STARTING"));
	fault_sweep(&ve, &enter);
	fault_sweep(&ve, &namespaces);
	need(!ve_write(&ve, "ve.state", "STOPPED"));
}

int main(void)
{
	if (!fault_setup()) {
		puts("1..0 # SKIP the kernel has no fault injection");
		return 4;
	}
	/* Controllers are on, and there is one VE already: hooks are live. */
	rcu_hurry();
	ve_setup(&ve, ID + 1);
	ve_teardown(&ve);
	snprintf(ve.dir, sizeof(ve.dir), CGROUP_ROOT "/test-life");
	fault_sweep(NULL, &made);
	fault_sweep(NULL, &bound);
	ve_setup(&ve, ID);
	life();
	ve_teardown(&ve);
	ok_eq(ve_wait_freed(), 0, "removed cgroups that are kept");
	return test_end();
}
