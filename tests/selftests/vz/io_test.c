// SPDX-License-Identifier: GPL-2.0-only
/*
 * IO accounting: bytes that a VE reads and writes, through the page cache and
 * directly, dirty pages that are dropped, syncs; /proc/bc/<id>/ioacct.
 */
#include "disk.h"

#define MB	(1UL << 20)
#define SIZE	(8 * MB)
#define SLACK	(64UL << 10)	/* metadata that is written along */
#define DATA	"/mnt/io/data"

struct acct {
	unsigned long read, write, dirty, cancel, syncs, fsyncs, fdatasyncs, ranges, active;
};

static struct ve ve;
static char *buf;

static unsigned long key(const char *text, const char *name)
{
	char line[64];
	const char *at;

	snprintf(line, sizeof(line), "        %-20s ", name);
	at = strstr(text, line);
	return ok(at, "ioacct has %s", name) ? strtoul(at + strlen(line), NULL, 10) : 0;
}

static struct acct account(void)
{
	char path[64], text[2048];
	unsigned int failed;
	struct acct a;
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/bc/%u/ioacct", ve.id);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	need(fd >= 0);
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	need(n > 0);
	text[n] = '\0';
	failed = sscanf(text, " read %lu\n write %lu\n dirty %lu\n cancel %lu\n",
			&a.read, &a.write, &a.dirty, &a.cancel) != 4;
	need(!failed);
	a.syncs = key(text, "syncs_total");
	a.fsyncs = key(text, "fsyncs_total");
	a.fdatasyncs = key(text, "fdatasyncs_total");
	a.ranges = key(text, "range_syncs_total");
	a.active = key(text, "syncs_active") + key(text, "fsyncs_active") +
		   key(text, "fdatasyncs_active") + key(text, "range_syncs_active");
	return a;
}

/* To the byte: eight blanks, never a tab, the key in 20 columns, the value in 21. */
static void test_format(void)
{
	static const char *const keys[] = {
		"read", "write", "dirty", "cancel", "missed", "syncs_total", "fsyncs_total",
		"fdatasyncs_total", "range_syncs_total", "syncs_active", "fsyncs_active",
		"fdatasyncs_active", "range_syncs_active", "io_pbs", "fuse_requests", "fuse_bytes",
	};
	char path[64], want[64], *line = NULL;
	size_t size = 0, i = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/bc/%u/ioacct", ve.id);
	f = fopen(path, "re");
	need(f);
	for (; getline(&line, &size, f) > 0; i++) {
		need(i < sizeof(keys) / sizeof(keys[0]));
		need(strlen(line) > 28);
		snprintf(want, sizeof(want), "        %-20s %21lu\n", keys[i],
			 strtoul(line + 28, NULL, 10));
		ok(!strcmp(line, want), "line %zu of ioacct is %s's", i + 1, keys[i]);
	}
	ok_eq(i, sizeof(keys) / sizeof(keys[0]), "lines of ioacct");
	fclose(f);
	free(line);
	ok(!access("/proc/bc/0/ioacct", R_OK), "the host has an ioacct");
}

static void fill(const char *path, size_t bytes)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);

	need(fd >= 0);
	need(!fchmod(fd, 0666));
	need(write(fd, buf, bytes) == (ssize_t)bytes);
	need(!fsync(fd));
	close(fd);
}

static int body_write(const struct ve *unused)
{
	int fd = open(DATA, O_RDWR | O_CLOEXEC);

	(void)unused;
	need(fd >= 0);
	need(pwrite(fd, buf, SIZE, 0) == (ssize_t)SIZE);
	need(!fsync(fd) && !fsync(fd));
	need(!fdatasync(fd) && !fdatasync(fd) && !fdatasync(fd));
	need(!sync_file_range(fd, 0, 0, SYNC_FILE_RANGE_WRITE));
	need(!syncfs(fd));
	sync();
	ok(fsync(-1) < 0 && errno == EBADF, "a bad descriptor is no sync");
	return 0;
}

static int body_direct(const struct ve *unused)
{
	int fd = open(DATA, O_RDWR | O_DIRECT | O_CLOEXEC);

	(void)unused;
	need(fd >= 0);
	need(pwrite(fd, buf, 2 * MB, 0) == (ssize_t)(2 * MB));
	need(pread(fd, buf, 3 * MB, 0) == (ssize_t)(3 * MB));
	return 0;
}

static int body_read(const struct ve *unused)
{
	int fd = open(DATA, O_RDONLY | O_CLOEXEC);

	(void)unused;
	need(fd >= 0);
	need(!posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED));
	need(read(fd, buf, SIZE) == (ssize_t)SIZE);
	/* now from memory */
	need(pread(fd, buf, SIZE, 0) == (ssize_t)SIZE);
	return 0;
}

static int body_cancel(const struct ve *unused)
{
	int fd = open("/mnt/io/gone", O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	(void)unused;
	need(fd >= 0);
	need(write(fd, buf, MB) == (ssize_t)MB);
	need(!unlink("/mnt/io/gone"));
	close(fd);
	return 0;
}

static void test_counts(void)
{
	struct acct a = account(), b;

	ve_spawn(&ve, body_write);
	b = account();
	ok(b.dirty - a.dirty >= SIZE && b.dirty - a.dirty <= SIZE + SLACK,
	   "8 MiB written make %lu bytes dirty", b.dirty - a.dirty);
	ok_eq(b.write - a.write, b.dirty - a.dirty, "bytes written");
	ok_eq(b.cancel - a.cancel, 0, "bytes cancelled");
	ok_eq(b.syncs - a.syncs, 2, "sync and syncfs");
	ok_eq(b.fsyncs - a.fsyncs, 2, "fsync");
	ok_eq(b.fdatasyncs - a.fdatasyncs, 3, "fdatasync");
	ok_eq(b.ranges - a.ranges, 1, "sync_file_range");
	ok_eq(b.active, 0, "syncs that go on");

	a = b;
	ve_spawn(&ve, body_direct);
	b = account();
	ok_eq((b.write - b.dirty) - (a.write - a.dirty), 2 * MB, "bytes written directly");
	ok_eq(b.read - a.read, 3 * MB, "bytes read directly");

	sync();
	a = account();
	ve_spawn(&ve, body_read);
	b = account();
	ok_eq(b.read - a.read, SIZE, "bytes read");
	ok_eq(b.write - a.write, 0, "bytes written meanwhile");

	a = b;
	ve_spawn(&ve, body_cancel);
	b = account();
	ok(b.cancel - a.cancel >= MB && b.cancel - a.cancel <= MB + SLACK,
	   "a file that is removed cancels %lu bytes", b.cancel - a.cancel);

	/* The host's own work. */
	a = b;
	fill("/mnt/io/host", 2 * MB);
	b = account();
	ok_eq(b.write - a.write, 0, "the host's writes in the VE's account");
	ok_eq(b.fsyncs - a.fsyncs, 0, "the host's syncs in the VE's account");
}

int main(void)
{
	need(!posix_memalign((void **)&buf, 4096, SIZE));
	memset(buf, 'x', SIZE);
	disk_mount("/mnt/io", 64);
	fill(DATA, SIZE);
	ve_setup(&ve, 131);
	test_format();
	test_counts();
	ve_teardown(&ve);
	need(!umount("/mnt/io"));
	ok_eq(ve_wait_freed(), 0, "removed cgroups that are kept");
	return test_end();
}
