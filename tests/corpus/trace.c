// SPDX-License-Identifier: GPL-2.0-or-later
/* What one process knows of another by a descriptor: pidfds, files of /proc. */
#include <limits.h>
#include <poll.h>
#include <sys/pidfd.h>
#include "corpus.h"

static pid_t child;
static int fd;

static void start_child(void)
{
	need((child = fork()) >= 0);
	while (!child)
		pause();
}

static void set_up_pidfd(void)
{
	start_child();
	need((fd = pidfd_open(child, 0)) >= 0);
}

static void verify_pidfd(void)
{
	struct pollfd p = { fd, POLLIN };

	equal(poll(&p, 1, 0), 0);
	need(!pidfd_send_signal(fd, 0, NULL, 0));
	need(!pidfd_send_signal(fd, SIGKILL, NULL, 0));
	equal(poll(&p, 1, patience_ms), 1);
	need(waitpid(child, NULL, 0) == child);
	close(fd);
	set_up_pidfd();
}

static void spoil_pidfd(void)
{
	need(!kill(child, SIGKILL) && waitpid(child, NULL, 0) == child);
}

STATE(pidfd, "a descriptor of a process", set_up_pidfd, verify_pidfd, spoil_pidfd);

/* --- and two of each of some that are gone */
#define GONE 20
static int gone[GONE];

static void set_up_gone(void)
{
	for (int i = 0; i < GONE / 2; i++) {
		start_child();
		need((gone[i] = pidfd_open(child, 0)) >= 0);
		need((fd = pidfd_open(child, 0)) >= 0);
		need((gone[GONE / 2 + i] = fcntl(fd, F_DUPFD, 2 * GONE)) >= 0 && !close(fd));
		spoil_pidfd();
	}
}

static void verify_gone(void)
{
	for (int i = 0; i < GONE; i++) {
		struct pollfd p = { gone[i], POLLIN };

		equal(poll(&p, 1, 0), 1);
		equal(pidfd_send_signal(gone[i], 0, NULL, 0), -1);
		equal(errno, ESRCH);
	}
}

static void spoil_gone(void)
{
	start_child();
	need((fd = pidfd_open(child, 0)) >= 0 && dup2(fd, gone[GONE - 1]) >= 0);
}

STATE(pidfd_dead, "descriptors of processes that are gone", set_up_gone, verify_gone,
      spoil_gone);

/*
 * --- new processes have ids behind the old ones. Helpers of a restore had the lowest that were
 * free, where threads were about to come back.
 */
static pid_t highest;

static void verify_go_on(void)
{
	need((child = fork()) >= 0);
	if (!child)
		_exit(0);
	need(waitpid(child, NULL, 0) == child);
	if (child <= highest)
		corpus_fail(__FILE__, __LINE__, "%d comes behind %d", child, highest);
}

static void set_up_go_on(void)
{
	start_child();
	highest = child;
}

static void spoil_go_on(void)
{
	highest = INT_MAX;
}

STATE(pids_go_on, "a process with a high id", set_up_go_on, verify_go_on, spoil_go_on);

static void set_up_proc_of(void)
{
	char path[64];

	start_child();
	snprintf(path, sizeof(path), "/proc/%d/status", child);
	need((fd = open(path, O_RDONLY)) >= 0);
}

static void verify_proc_of(void)
{
	char buf[2000] = "";

	need(pread(fd, buf, sizeof(buf) - 1, 0) > 0);
	need(strstr(buf, "\nPid:\t"));
	equal(atoi(strstr(buf, "\nPid:\t") + 6), child);
}

STATE(proc_of_child, "an open file of /proc of a child", set_up_proc_of, verify_proc_of,
      spoil_pidfd);

/* --- a file of /proc of a process that is gone */
static void set_up_proc_gone(void)
{
	set_up_proc_of();
	spoil_pidfd();
}

static void verify_proc_gone(void)
{
	char c;

	need(pread(fd, &c, 1, 0) < 0);
	equal(errno, ESRCH);
}

STATE(proc_of_gone, "an open file of /proc of a process that is gone", set_up_proc_gone,
      verify_proc_gone, set_up_proc_of);

/* --- folders there, of which the name is a number and no more */
static int task;

static void set_up_folder(void)
{
	char path[64];

	start_child();
	snprintf(path, sizeof(path), "/proc/%d", child);
	need((fd = open(path, O_RDONLY | O_DIRECTORY)) >= 0);
	snprintf(path, sizeof(path), "/proc/%d/task", child);
	need((task = open(path, O_PATH)) >= 0);
}

static void verify_folder(void)
{
	char name[16], path[64], to[64] = "";

	need(!faccessat(fd, "status", F_OK, 0));
	snprintf(name, sizeof(name), "%d", child);
	need(!faccessat(task, name, F_OK, 0));
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	need(readlink(path, to, sizeof(to) - 1) > 0);
	texts(strrchr(to, '/') + 1, name);
}

STATE(proc_folder_of_child, "an open folder of /proc of a child", set_up_folder, verify_folder,
      spoil_pidfd);
