// SPDX-License-Identifier: GPL-2.0-only
/*
 * nummount: mounts of every kind, in every namespace; ENOSPC at the barrier; a
 * tree is copied as a whole or not at all.
 */
#include "fd.h"
#include "row.h"
#include <sys/socket.h>

static int sock[2];	/* to the host */
static bool used[ROW_MANY + 1];

static const char *point(int i)
{
	static char path[32];

	snprintf(path, sizeof(path), "/tmp/m%d", i);
	return path;
}

static int make_bind(void)
{
	int i = 0;

	while (used[i])
		i++;
	if (mount("/tmp/from", point(i), NULL, MS_BIND, NULL))
		return -1;
	used[i] = true;
	return i;
}

static int make_tmpfs(void)
{
	int i = 0;

	while (used[i])
		i++;
	if (mount("none", point(i), "tmpfs", 0, NULL))
		return -1;
	used[i] = true;
	return i;
}

static void drop_mount(int i)
{
	need(!umount2(point(i), i % 2 ? MNT_DETACH : 0));
	used[i] = false;
}

/* A detached copy, alive as long as its descriptor. */
static int make_detached(void)
{
	return syscall(SYS_open_tree, AT_FDCWD, "/tmp/from", 1 /* OPEN_TREE_CLONE */);
}

static void drop_fd(int fd)
{
	close(fd);
}

static const struct row bound = { "nummount", ENOSPC, 1, make_bind, drop_mount };
static const struct row fresh = { "nummount", ENOSPC, 1, make_tmpfs, drop_mount };
static const struct row detached = { "nummount", ENOSPC, 1, make_detached, drop_fd };

/* Mounts of our mount namespace. */
static unsigned long count_mounts(void)
{
	FILE *f = fopen("/proc/self/mountinfo", "r");
	unsigned long n = 0;
	int c;

	need(f);
	while ((c = getc(f)) != EOF)
		n += c == '\n';
	fclose(f);
	return n;
}

static void test_trees(const struct ve *ve)
{
	unsigned long base = row_held(ve, "nummount");
	int status, ret;
	pid_t pid;

	need(!mount("none", "/tmp/from", "tmpfs", 0, NULL));
	need(!mkdir("/tmp/from/a", 0700) && !mkdir("/tmp/from/b", 0700));
	need(!mount("none", "/tmp/from/a", "tmpfs", 0, NULL));
	need(!mount("none", "/tmp/from/b", "tmpfs", 0, NULL));
	ok_eq(row_held(ve, "nummount"), base + 3, "a tree of three");
	need(!ve_set_ub(ve, "nummount", base + 5, base + 5));
	ret = mount("/tmp/from", point(0), NULL, MS_BIND | MS_REC, NULL);
	ok(ret < 0 && errno == ENOSPC, "there is room for two: a copy of the tree is refused");
	ok_eq(ve_wait_held(ve, "nummount", base + 3), base + 3, "and leaves nothing behind");
	need(!ve_set_ub(ve, "nummount", base + 6, base + 6));
	ok(!mount("/tmp/from", point(0), NULL, MS_BIND | MS_REC, NULL), "room for three: copied");
	ok_eq(row_held(ve, "nummount"), base + 6, "held");

	pid = fork();
	need(pid >= 0);
	if (!pid)
		_exit(unshare(CLONE_NEWNS) ? errno : 0);
	need(waitpid(pid, &status, 0) == pid);
	ok(WIFEXITED(status) && WEXITSTATUS(status) == ENOSPC,
	   "a new namespace would copy all: ENOSPC");
	ok_eq(ve_wait_held(ve, "nummount", base + 6), base + 6, "and leaves nothing behind");
	need(!ve_set_ub(ve, "nummount", VE_MAX, VE_MAX));
	pid = fork();
	need(pid >= 0);
	if (!pid)
		_exit(unshare(CLONE_NEWNS) ||
		      row_held(ve, "nummount") != base + 6 + count_mounts());
	need(waitpid(pid, &status, 0) == pid);
	ok(!status, "with room, it counts as much again");
	ok_eq(ve_wait_held(ve, "nummount", base + 6), base + 6, "and no more when it is gone");
	need(!umount2(point(0), MNT_DETACH) && !umount2("/tmp/from", MNT_DETACH));
	ok_eq(ve_wait_held(ve, "nummount", base), base, "held afterwards");
}

static int body(const struct ve *ve)
{
	int i;

	private_tmp();
	need(!mkdir("/tmp/from", 0700));
	for (i = 0; i <= ROW_MANY; i++)
		need(!mkdir(point(i), 0700));
	ok(row_held(ve, "nummount") > 1, "the VE's copy of the mounts counts");
	row_test_bounds(ve, &bound);
	row_test_bounds(ve, &fresh);
	row_test_bounds(ve, &detached);
	test_trees(ve);
	row_test_exit(ve, &detached);
	row_test_random(ve, &bound, 10000);
	i = make_detached();
	need(i >= 0);
	send_fd(sock[1], i);
	return 0;
}

int main(void)
{
	struct ve ve;
	int fd;

	need(!socketpair(AF_UNIX, SOCK_STREAM, 0, sock));
	ve_setup(&ve, 135);
	ve_spawn(&ve, body);
	fd = receive_fd(sock[0]);
	ok_eq(ve_wait_held(&ve, "nummount", 1), 1, "a detached mount that the host keeps");
	close(fd);
	ok_eq(ve_wait_held(&ve, "nummount", 0), 0, "held when the host has let go");
	ve_teardown(&ve);
	ok_eq(ve_wait_freed(), 0, "removed cgroups that are kept");
	return test_end();
}
