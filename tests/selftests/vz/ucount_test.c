// SPDX-License-Identifier: GPL-2.0-only
/*
 * numinotify and numnetns: ENOSPC at the barrier; a watch goes with its file, or
 * with its instance wherever that is; a network namespace with its last user,
 * a moment later.
 */
#include "fd.h"
#include "row.h"
#include <sys/inotify.h>

static int instance = -1;
static int watches[ROW_MANY + 1];
static int sock[2];	/* to the host */

static const char *watch_dir(int i)
{
	static char path[32];

	snprintf(path, sizeof(path), "/tmp/w%d", i);
	return path;
}

static int make_watch(void)
{
	int i = 0, wd;

	while (watches[i])
		i++;
	wd = inotify_add_watch(instance, watch_dir(i), IN_MODIFY);
	if (wd < 0)
		return -1;
	watches[i] = wd;
	return i;
}

static void drop_watch(int i)
{
	need(!inotify_rm_watch(instance, watches[i]));
	watches[i] = 0;
}

/* A child in a network namespace of its own. */
static int make_netns(void)
{
	int report[2], err = 0;
	pid_t pid;

	need(!pipe(report));
	pid = fork();
	need(pid >= 0);
	if (!pid) {
		err = unshare(CLONE_NEWNET) ? errno : 0;
		need(write(report[1], &err, sizeof(err)) == sizeof(err));
		if (!err)
			pause();
		_exit(0);
	}
	need(read(report[0], &err, sizeof(err)) == sizeof(err));
	close(report[0]);
	close(report[1]);
	if (!err)
		return pid;
	waitpid(pid, NULL, 0);
	errno = err;
	return -1;
}

static void drop_netns(int pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static const struct row watch = { "numinotify", ENOSPC, 1, make_watch, drop_watch };
static const struct row netns = { "numnetns", ENOSPC, 1, make_netns, drop_netns };

static void test_watches(const struct ve *ve)
{
	unsigned long base = row_held(ve, "numinotify");
	int wd, i;

	wd = make_watch();
	need(wd >= 0);
	i = inotify_add_watch(instance, watch_dir(0), IN_CREATE | IN_MASK_ADD);
	ok_eq(row_held(ve, "numinotify"), base + 1, "the same file watched twice is one watch");
	(void)i;
	need(!rmdir(watch_dir(wd)));
	ok_eq(ve_wait_held(ve, "numinotify", base), base, "a removed folder is not watched");
	need(!mkdir(watch_dir(wd), 0700));
	watches[wd] = 0;
}

static int body(const struct ve *ve)
{
	unsigned long base;
	int i;

	private_tmp();
	for (i = 0; i <= ROW_MANY; i++)
		need(!mkdir(watch_dir(i), 0700));
	instance = inotify_init();
	need(instance >= 0);
	ok_eq(row_held(ve, "numinotify"), 0, "watches in the beginning");
	row_test_bounds(ve, &watch);
	test_watches(ve);
	row_test_random(ve, &watch, 10000);

	base = row_held(ve, "numnetns");
	ok_eq(base, 1, "the VE's own network namespace counts");
	row_test_bounds(ve, &netns);
	row_test_random(ve, &netns, 100);
	/* Each takes a worker a while: many at a time, and the most of them in `make soak`. */
	row_test_team(ve, &netns, test_rounds(500));

	for (i = 0; i < 3; i++)
		need(make_watch() >= 0);
	send_fd(sock[1], instance);
	return 0;
}

int main(void)
{
	struct ve ve;
	int fd;

	need(!socketpair(AF_UNIX, SOCK_STREAM, 0, sock));
	test_start();
	rcu_hurry();
	ve_setup(&ve, 134);
	ve_spawn(&ve, body);
	fd = receive_fd(sock[0]);
	/* Its mounts are gone, and with them the files. */
	ok_eq(ve_wait_held(&ve, "numinotify", 0), 0, "watches go with their files");
	close(fd);
	ok_eq(ve_wait_held(&ve, "numnetns", 0), 0, "network namespaces of a stopped VE");
	ve_teardown(&ve);
	ok_eq(ve_wait_freed(), 0, "removed cgroups that are kept");
	return test_end();
}
