// SPDX-License-Identifier: GPL-2.0-only
/*
 * numcgroup: EAGAIN for mkdir(2) at the barrier, cgroups that were removed and
 * are still held included; the host's own mkdir is not refused.
 */
#include "fd.h"
#include "row.h"

static char payload[128];
static bool used[ROW_MANY + 1];
static int sock[2];	/* to the host */

static const char *folder(int i)
{
	static char path[160];

	snprintf(path, sizeof(path), "%s/g%d", payload, i);
	return path;
}

static int make(void)
{
	int i = 0;

	while (used[i])
		i++;
	if (mkdir(folder(i), 0755))
		return -1;
	used[i] = true;
	return i;
}

static void drop(int i)
{
	need(!rmdir(folder(i)));
	used[i] = false;
}

static const struct row cgroup = { "numcgroup", EAGAIN, 1, make, drop };

/* A socket remembers the cgroup that it was made in. */
static int socket_made_in(const char *dir)
{
	int pair[2], status, fd;
	pid_t pid;

	need(!socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
	pid = fork();
	need(pid >= 0);
	if (!pid) {
		errno = write_at(dir, "cgroup.procs", "0");
		need(!errno);
		fd = socket(AF_UNIX, SOCK_STREAM, 0);
		need(fd >= 0);
		send_fd(pair[1], fd);
		_exit(0);
	}
	fd = receive_fd(pair[0]);
	need(waitpid(pid, &status, 0) == pid && !status);
	close(pair[0]);
	close(pair[1]);
	return fd;
}

static void test_dying(const struct ve *ve)
{
	unsigned long base = row_held(ve, "numcgroup");
	int fds[3], i;

	need(!ve_set_ub(ve, "numcgroup", base + 3, base + 3));
	for (i = 0; i < 3; i++) {
		need(make() == i);
		fds[i] = socket_made_in(folder(i));
	}
	for (i = 0; i < 3; i++)
		drop(i);
	ve_sleep_ms(300);
	ok_eq(row_held(ve, "numcgroup"), base + 3, "removed cgroups that sockets hold");
	ok(make() < 0 && errno == EAGAIN, "another one is refused");
	for (i = 0; i < 3; i++)
		close(fds[i]);
	ok_eq(ve_wait_held(ve, "numcgroup", base), base, "held when the sockets are closed");
	i = make();
	ok(i >= 0, "and another one fits");
	drop(i);
	ok_eq(ve_wait_held(ve, "numcgroup", base), base, "held when it is gone, too");
	need(!ve_set_ub(ve, "numcgroup", VE_MAX, VE_MAX));
}

static int body(const struct ve *ve)
{
	char c;

	ok_eq(row_held(ve, "numcgroup"), 1, "payload counts");
	row_test_bounds(ve, &cgroup);
	test_dying(ve);
	row_test_random(ve, &cgroup, 10000);
	need(!ve_set_ub(ve, "numcgroup", 1, 1));
	need(write(sock[1], "", 1) == 1 && read(sock[1], &c, 1) == 1);
	ok(make() < 0 && errno == EAGAIN, "the VE is refused where the host was not");
	need(!ve_set_ub(ve, "numcgroup", VE_MAX, VE_MAX));
	return 0;
}

int main(void)
{
	static const char *const files[] = { "", "/cgroup.procs", "/cgroup.subtree_control" };
	char path[160], c;
	struct ve ve;
	size_t i;

	need(!socketpair(AF_UNIX, SOCK_STREAM, 0, sock));
	ve_setup(&ve, 137);
	snprintf(payload, sizeof(payload), "%s/payload", ve.dir);
	for (i = 0; i < sizeof(files) / sizeof(*files); i++) {
		snprintf(path, sizeof(path), "%s%s", payload, files[i]);
		need(!chown(path, VE_UID(ve.id), VE_UID(ve.id)));
	}
	ve_start(&ve, body, "RUNNING");
	need(read(sock[0], &c, 1) == 1);
	snprintf(path, sizeof(path), "%s/criu", ve.dir);
	ok(!mkdir(path, 0755), "the host makes a cgroup in a VE at its barrier");
	ok_eq(row_held(&ve, "numcgroup"), 2, "which counts");
	need(write(sock[0], "", 1) == 1);
	ok_eq(ve_wait(&ve), 0, "init");
	need(!rmdir(path));
	ok_eq(ve_wait_held(&ve, "numcgroup", 1), 1, "held of a stopped VE");
	ve_teardown(&ve);
	ok_eq(ve_wait_freed(), 0, "removed cgroups that are kept");
	return test_end();
}
