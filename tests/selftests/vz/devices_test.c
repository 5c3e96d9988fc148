// SPDX-License-Identifier: GPL-2.0-only
/*
 * ve.devices: a VE opens the devices that the list names and no other, whatever
 * node it has and however it goes about it; the host is asked for nothing.
 *
 * The nodes lie where anybody may use them, so that only the list can say no.
 */
#include "vz.h"
#include <sys/ioctl.h>
#include <sys/quota.h>
#include <sys/sysmacros.h>

#define NODES	"/tmp/vz-nodes"

static const struct node {
	const char	*name;
	mode_t		type;
	unsigned int	maj, min;
	int		want;	/* errno of opening it with the list as it is at first */
} nodes[] = {
	{ "null",	S_IFCHR, 1, 3, 0 },
	{ "zero",	S_IFCHR, 1, 5, 0 },
	{ "full",	S_IFCHR, 1, 7, 0 },
	{ "random",	S_IFCHR, 1, 8, 0 },
	{ "urandom",	S_IFCHR, 1, 9, 0 },
	{ "tty",	S_IFCHR, 5, 0, ENXIO },		/* there is none */
	{ "console",	S_IFCHR, 5, 1, ENXIO },		/* the host's is none of a VE's */
	{ "ptmx",	S_IFCHR, 5, 2, ENOENT },	/* no devpts beside it */
	{ "mem",	S_IFCHR, 1, 1, EPERM },
	{ "kmsg",	S_IFCHR, 1, 11, 0 },		/* the VE's own log */
	{ "ttyS0",	S_IFCHR, 4, 64, EPERM },
	{ "fuse",	S_IFCHR, 10, 229, EPERM },
	{ "none",	S_IFCHR, 250, 250, EPERM },
	{ "loop0",	S_IFBLK, 7, 0, EPERM },
	{ "disk",	S_IFBLK, 8, 0, EPERM },
	{ "block-null",	S_IFBLK, 1, 3, EPERM },
};

static int passed = -1;		/* loop0, opened by the host */
static int steps[2][2];		/* from the host to the VE, and back */

static const char *node(const char *name)
{
	static char path[2][64];
	static int i;

	i = !i;
	snprintf(path[i], sizeof(path[i]), NODES "/%s", name);
	return path[i];
}

/* Open and close. Return: 0 or -1 with errno. */
static int try_open(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (fd < 0)
		return -1;
	close(fd);
	return 0;
}

static int reopen(int fd, int flags)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return try_open(path, flags);
}

static int open_at2(const char *path)
{
	struct { unsigned long long flags, mode, resolve; } how = { O_RDONLY | O_CLOEXEC, 0, 0 };
	int fd = syscall(SYS_openat2, AT_FDCWD, path, &how, sizeof(how));

	if (fd >= 0)
		close(fd);
	return fd < 0 ? -1 : 0;
}

static int bound_over_file(const char *path)
{
	const char *file = "/tmp/private/file";
	int fd = open(file, O_CREAT | O_RDWR | O_CLOEXEC, 0600);

	need(fd >= 0);
	close(fd);
	need(!mount(path, file, NULL, MS_BIND, NULL));
	return try_open(file, O_RDONLY);
}

static int make_node(mode_t type, dev_t dev)
{
	return mknod("/tmp/private/node", type | 0600, dev);
}

/* The host does its part; it says when it is done. */
static void let_host(void)
{
	char c;

	need(write(steps[1][1], "", 1) == 1);
	need(read(steps[0][0], &c, 1) == 1);
}

static int attack(void *unused)
{
	int fd, i;

	(void)unused;
	need(!mount("private", "/tmp/private", "tmpfs", 0, NULL));
	for (i = 0; i < (int)(sizeof(nodes) / sizeof(nodes[0])); i++)
		fails_with(nodes[i].want, try_open(node(nodes[i].name), O_RDWR), "open %s",
			   nodes[i].name);

	fails_with(EPERM, try_open(node("loop0"), O_RDONLY), "a disk for reading");
	fails_with(EPERM, try_open(node("loop0"), O_WRONLY), "for writing");
	fails_with(EPERM, try_open(node("loop0"), O_ACCMODE), "for ioctl only");
	fails_with(EPERM, try_open(node("loop0"), O_WRONLY | O_TRUNC | O_CREAT), "for truncating");
	fails_with(EPERM, open_at2(node("loop0")), "by openat2");
	fails_with(EPERM, bound_over_file(node("loop0")), "bound over a file");
	fd = open(node("loop0"), O_PATH | O_CLOEXEC);
	ok(fd >= 0, "a path that opens nothing may be had");
	fails_with(EPERM, reopen(fd, O_RDONLY), "but not be opened");
	close(fd);
	fails_with(0, fcntl(passed, F_GETFL), "a descriptor of the host's is usable");
	fails_with(EPERM, reopen(passed, O_RDONLY), "but not opened again");
	fails_with(EPERM, quotactl(QCMD(Q_SYNC, USRQUOTA), NULL, 0, NULL), "quotactl of all disks");
	fails_with(EPERM, mount(node("loop0"), "/tmp/private", "ext4", 0, NULL), "mount");

	fails_with(EPERM, make_node(S_IFBLK, makedev(7, 0)), "a node of a disk");
	fails_with(EPERM, make_node(S_IFCHR, makedev(1, 1)), "a node of memory");
	fails_with(0, make_node(S_IFCHR, 0), "a whiteout is no device");

	need(!mkdir("/tmp/private/pts", 0755));
	need(!mount("devpts", "/tmp/private/pts", "devpts", 0, "newinstance,ptmxmode=0666"));
	fd = open("/tmp/private/pts/ptmx", O_RDWR | O_CLOEXEC | O_NOCTTY);
	ok(fd >= 0, "a terminal of its own");
	i = 0;
	ioctl(fd, TIOCSPTLCK, &i);
	fails_with(0, try_open("/tmp/private/pts/0", O_RDWR), "both ends of it");

	let_host();	/* +b 7:0 r */
	fails_with(0, try_open(node("loop0"), O_RDONLY), "what is listed opens");
	fails_with(EPERM, try_open(node("loop0"), O_RDWR), "for what is listed");
	fails_with(EPERM, try_open(node("loop0"), O_ACCMODE), "ioctl wants both");
	fails_with(EPERM, try_open(node("disk"), O_RDONLY), "and only that");
	fd = open(node("loop0"), O_RDONLY | O_CLOEXEC);
	let_host();	/* -b 7:0 */
	fails_with(EPERM, try_open(node("loop0"), O_RDONLY), "taken away it is refused again");
	fails_with(0, lseek(fd, 0, SEEK_SET), "what is open stays open");
	let_host();	/* empty */
	fails_with(EPERM, try_open(node("null"), O_RDONLY), "with an empty list nothing opens");
	let_host();	/* c 1:* w */
	fails_with(0, try_open(node("null"), O_WRONLY), "a star stands for all of a driver");
	fails_with(EPERM, try_open(node("zero"), O_RDONLY), "but not for more letters");
	fails_with(EPERM, try_open(node("block-null"), O_WRONLY), "nor for disks");
	return 0;
}

static const struct {
	const char	*text;
	int		err;
} bad[] = {
	{ "c 1:3", EINVAL }, { "x 1:3 r", EINVAL }, { "c 1:3 rr", EINVAL }, { "c 1:3 rx", EINVAL },
	{ "c 1 r", EINVAL }, { "c :3 r", EINVAL }, { "c -1:3 r", EINVAL }, { "c 4096:3 r", EINVAL },
	{ "c 1:1048576 r", EINVAL }, { "c 1:99999999999 r", EINVAL }, { "a", EINVAL },
	{ "c 1:3 r\n+c 1:5 r", EINVAL }, { "+c 1:3 r\nc 1:5 r", EINVAL }, { "+", EINVAL },
	{ "-b 7:0 r", EINVAL }, { "-b 7:0", ENOENT }, { "+b 7:0 r\n-b 7:1", ENOENT },
};

#define DEFAULT_ROW(...)	VE_DEVICE_ROW(__VA_ARGS__) "\n"

static void test_list(const struct test_ve *ve)
{
	static const char first[] = VE_DEVICES_DEFAULT(DEFAULT_ROW);
	const char *file = ve_path(ve, "ve.devices");
	char row[32];
	size_t i;
	int n, fd;

	ok(!strncmp(read_file(file), first, strlen(first) - 1) &&
	   strlen(read_file(file)) == strlen(first) - 1, "the list at first");
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		fails_with(bad[i].err, write_file(file, "%s", bad[i].text), "bad list %zu", i);
	ok(!strncmp(read_file(file), first, strlen(first) - 1), "what is wrong changes nothing");
	ok(!write_file(file, "+b 7:0 mr\n+c 1:3 r\n-c 1:5\n"), "several at once");
	ok(strstr(read_file(file), "c 1:3 r\nc 1:7") && strstr(read_file(file), "\nb 7:0 rm"),
	   "rows are changed in their place");
	ok(!write_file(file, "default\nb 8:* rw") &&
	   strstr(read_file(file), "c 136:* rwm\nb 8:* rw"),
	   "the list at first and a row");
	ok(!write_file(file, "\n") && !strcmp(read_file(file), ""), "an empty list");
	for (n = 0; n <= VE_DEVICES_MAX; n++) {
		snprintf(row, sizeof(row), "+c 200:%d r", n);
		if (write_file(file, "%s", row))
			break;
	}
	ok(n == VE_DEVICES_MAX && errno == ENOSPC, "%d rows and no more", n);
	ok(!write_file(file, "default"), "the list at first");
	/* Whoever opened it says who writes. */
	fd = open(file, O_WRONLY | O_CLOEXEC);
	need(fd >= 0 && !seteuid(65534));
	close(fd);
	fails_with(EACCES, write_file(file, "+b 7:0 r"), "a user of the host");
	need(!seteuid(0));
}

static void step(const struct test_ve *ve, const char *list)
{
	char c;

	need(read(steps[1][0], &c, 1) == 1);
	ok(!write_file(ve_path(ve, "ve.devices"), "%s", list), "a list is set");
	need(write(steps[0][1], "", 1) == 1);
}

static int with_fuse(void *unused)
{
	(void)unused;
	fails_with(0, try_open(node("fuse"), O_RDWR), "the feature fuse brings its device");
	fails_with(EPERM, try_open(node("loop0"), O_RDWR), "and no other");
	return 0;
}

static int starting(void *unused)
{
	(void)unused;
	return try_open(node("loop0"), O_RDONLY) ? errno : 0;
}

int main(void)
{
	struct test_ve ve;
	size_t i;

	test_start();
	umask(0);
	need(!mkdir(NODES, 0755) && !mkdir("/tmp/private", 0755));
	for (i = 0; i < sizeof(nodes) / sizeof(nodes[0]); i++)
		need(!mknod(node(nodes[i].name), nodes[i].type | 0666,
			    makedev(nodes[i].maj, nodes[i].min)));
	passed = open(node("loop0"), O_RDONLY | O_CLOEXEC);
	if (!ok(passed >= 0, "the host opens a disk"))
		return test_end();
	need(!pipe2(steps[0], O_CLOEXEC) && !pipe2(steps[1], O_CLOEXEC));

	need(!ve_create(&ve, 151));
	test_list(&ve);
	need(!ve_boot(&ve, attack, NULL, "STARTING") && !ve_run(&ve));
	step(&ve, "+b 7:0 r");
	step(&ve, "-b 7:0");
	step(&ve, "\n");
	step(&ve, "c 1:* w");
	ok(!ve_join(&ve), "a VE has tried everything");
	ve_destroy(&ve);

	ok(!in_ve(152, "fuse", with_fuse, NULL), "a VE with a feature");

	/* The host's tools are at work inside. */
	need(!ve_create(&ve, 153) && !ve_boot(&ve, starting, NULL, "STARTING"));
	close(ve.go);
	ok(!ve_join(&ve), "nothing is refused in STARTING");
	ve_destroy(&ve);
	fails_with(0, reopen(passed, O_RDWR), "the host opens what it wants");
	fails_with(0, quotactl(QCMD(Q_SYNC, USRQUOTA), NULL, 0, NULL), "and syncs quotas");
	return test_end();
}
