// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a VE sees of /sys: every path that a walk finds is below one of a list, no
 * other can be looked up, its CPUs and net devices are there; the host sees all.
 */
#include "vz.h"
#include <dirent.h>

#define CPUS	"/sys/devices/system/cpu"

/* All that a walk may find, whatever lies below. */
static const char *const golden[] = {
	"/sys/class/net", "/sys/devices/system/cpu", "/sys/devices/virtual/net",
	"/sys/kernel/cgroup", "/sys/kernel/mm/transparent_hugepage", "/sys/fs/fuse/connections",
};

/* And what may be found alone. */
static const char *const folders[] = {
	"/sys/block", "/sys/bus", "/sys/class", "/sys/dev", "/sys/dev/block", "/sys/dev/char",
	"/sys/devices", "/sys/devices/system", "/sys/devices/virtual", "/sys/fs",
	"/sys/fs/cgroup", "/sys/fs/fuse", "/sys/kernel", "/sys/kernel/mm", "/sys/module",
};

static bool is_golden(const char *path)
{
	size_t i, n;

	for (i = 0; i < sizeof(golden) / sizeof(*golden); i++) {
		n = strlen(golden[i]);
		if (!strncmp(path, golden[i], n) && (!path[n] || path[n] == '/'))
			return true;
	}
	for (i = 0; i < sizeof(folders) / sizeof(*folders); i++)
		if (!strcmp(path, folders[i]))
			return true;
	return false;
}

static unsigned int found, others;

/* Everything below @dir is looked at, and each file is read. */
static void walk(const char *dir)
{
	char path[PATH_MAX], buf[4096];
	struct dirent *e;
	struct stat st;
	int fd;
	DIR *d = opendir(dir);

	while (d && (e = readdir(d))) {
		if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, ".."))
			continue;
		snprintf(path, sizeof(path), "%s/%s", dir, e->d_name);
		found++;
		if (!is_golden(path)) {
			others++;
			printf("# %s is there\n", path);
		}
		if (lstat(path, &st))
			continue;
		if (S_ISDIR(st.st_mode)) {
			walk(path);
		} else if (S_ISREG(st.st_mode) && st.st_mode & 0444) {
			fd = open(path, O_RDONLY | O_NONBLOCK);
			while (fd >= 0 && read(fd, buf, sizeof(buf)) > 0)
				;
			close(fd);
		}
	}
	if (d)
		closedir(d);
}

static int count(const char *dir, const char *prefix)
{
	size_t n = strlen(prefix);
	struct dirent *e;
	DIR *d = opendir(dir);
	int seen = 0;

	while (d && (e = readdir(d)))
		seen += !strncmp(e->d_name, prefix, n) && e->d_name[n] >= '0' &&
			e->d_name[n] <= '9';
	if (d)
		closedir(d);
	return seen;
}

static char there[400][320];	/* what the host has */
static int nr_there;

static void list_host(const char *dir)
{
	struct dirent *e;
	DIR *d = opendir(dir);

	while (d && (e = readdir(d)) && nr_there < 400)
		if (*e->d_name != '.')
			snprintf(there[nr_there++], sizeof(there[0]), "%s/%s", dir, e->d_name);
	if (d)
		closedir(d);
}

static int look(void *arg)
{
	int i, bad = 0, gone = 0;

	(void)arg;
	/* Over the host's, which may not be taken away. */
	if (mount("sysfs", "/sys", "sysfs", MS_RDONLY, NULL)) {
		printf("# mount: %s\n", strerror(errno));
		return 1;
	}
	walk("/sys");
	ok(found > 50 && !others, "of %u paths in /sys none is not on the list", found);
	for (i = 0; i < nr_there; i++) {
		if (is_golden(there[i]))
			continue;
		gone++;
		if (!access(there[i], F_OK) || errno != ENOENT) {
			bad++;
			printf("# %s can be looked up\n", there[i]);
		}
	}
	ok(gone > 20 && !bad, "none of %d others of the host can be looked up", gone);
	ok(!access("/sys/class/net/lo/address", R_OK) &&
	   !access("/sys/devices/virtual/net/lo/mtu", R_OK), "its net devices are there");
	ok(count(CPUS, "cpu") == 1 && !strcmp(read_file(CPUS "/online"), "0"),
	   "and as many CPUs as it has");
	return 0;
}

int main(void)
{
	static const char *const dirs[] = {
		"/sys", "/sys/block", "/sys/bus", "/sys/class", "/sys/devices",
		"/sys/devices/system", "/sys/devices/virtual", "/sys/firmware", "/sys/fs",
		"/sys/kernel", "/sys/kernel/mm", "/sys/module", "/sys/power", "/sys/dev/char",
		"/sys/class/tty", "/sys/class/mem",
	};
	struct test_ve ve;
	size_t i;

	test_start();
	mount("sysfs", "/sys", "sysfs", 0, NULL);
	for (i = 0; i < sizeof(dirs) / sizeof(*dirs); i++)
		list_host(dirs[i]);
	need(!ve_create(&ve, 94) && !write_file(ve_path(&ve, "ve.cpus"), "1"));
	need(!ve_boot(&ve, look, NULL, "STARTING") && !ve_run(&ve));
	ok(!ve_join(&ve), "VE 94 ran");
	ve_destroy(&ve);
	ok(!access("/sys/kernel/uevent_seqnum", R_OK) && !access("/sys/class/mem/null", F_OK) &&
	   count(CPUS, "cpu") == sysconf(_SC_NPROCESSORS_CONF), "the host sees its own");
	return test_end();
}
