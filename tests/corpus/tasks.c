// SPDX-License-Identifier: GPL-2.0-or-later
/* Trees of processes: sessions, groups, orphans, zombies, those that share what most do not. */
#include <linux/sched.h>
#include <sys/prctl.h>
#include "corpus.h"

static volatile int *shared;
static pid_t child, orphan;
static struct aside *aside;

static void share(void)
{
	shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	need(shared != MAP_FAILED);
}

static _Noreturn void sleep_on(void)
{
	for (;;)
		pause();
}

static void end_child(void)
{
	need(!kill(child, SIGKILL));
	need(waitpid(child, NULL, 0) == child);
}

/* --- a job whose session leader is gone, as one of a login that ended */
static void set_up_orphan(void)
{
	share();
	need((child = fork()) >= 0);
	if (!child) {
		setsid();
		shared[1] = getpid();
		if (!fork()) {
			setpgid(0, 0);
			signal(SIGHUP, SIG_IGN);
			shared[0] = getpid();
			sleep_on();
		}
		while (!shared[0])
			usleep(1000);
		_exit(0);
	}
	need(waitpid(child, NULL, 0) == child);
	orphan = shared[0];
}

static void verify_orphan(void)
{
	equal(getsid(orphan), shared[1]);
	equal(getpgid(orphan), orphan);
	need(kill(shared[1], 0) && errno == ESRCH);
}

static void spoil_orphan(void)
{
	need(!kill(orphan, SIGKILL));
	in_time(getsid(orphan) < 0);
}

STATE(session_leader_gone, "a job whose session leader is gone", set_up_orphan, verify_orphan,
      spoil_orphan);

/* --- a process group whose leader is gone */
static void set_up_group(void)
{
	share();
	need((child = fork()) >= 0);
	if (!child) {
		setpgid(0, 0);
		/* The leader of the group ends, its member stays in it. */
		if (!fork()) {
			shared[0] = getpid();
			sleep_on();
		}
		while (!shared[0])
			usleep(1000);
		_exit(0);
	}
	need(waitpid(child, NULL, 0) == child);
	orphan = shared[0];
}

static void verify_group(void)
{
	equal(getpgid(orphan), child);
	equal(getsid(orphan), getsid(0));
	need(!kill(-child, 0));
}

STATE(group_leader_gone, "a process group whose leader is gone", set_up_group, verify_group,
      spoil_orphan);

/* --- zombies: of this process, and of a child that does not wait */
static void set_up_zombie(void)
{
	siginfo_t info;

	need((child = fork()) >= 0);
	if (!child)
		_exit(42);
	need((orphan = fork()) >= 0);
	if (!orphan)
		sleep_on();
	need(!kill(orphan, SIGUSR1));
	need(!waitid(P_PID, child, &info, WEXITED | WNOWAIT));
	need(!waitid(P_PID, orphan, &info, WEXITED | WNOWAIT));
}

static void verify_zombie(void)
{
	int status;

	equal(waitpid(child, &status, WNOHANG), child);
	need(WIFEXITED(status));
	equal(WEXITSTATUS(status), 42);
	equal(waitpid(orphan, &status, WNOHANG), orphan);
	need(WIFSIGNALED(status));
	equal(WTERMSIG(status), SIGUSR1);
	set_up_zombie();
}

static void spoil_zombie(void)
{
	need(waitpid(child, NULL, 0) == child);
}

STATE(zombies, "zombies with their statuses", set_up_zombie, verify_zombie, spoil_zombie);

static void set_up_nephew(void)
{
	share();
	need((child = fork()) >= 0);
	if (!child) {
		orphan = fork();
		if (!orphan)
			_exit(7);
		shared[0] = orphan;
		sleep_on();
	}
	in_time(shared[0]);
	usleep(20000);
}

static void verify_nephew(void)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/status", shared[0]);
	same(line_of(path, "State:"), "Z", 1);
	equal(atoi(line_of(path, "PPid:")), child);
}

STATE(zombie_of_child, "a zombie of a child that does not wait", set_up_nephew, verify_nephew,
      end_child);

/* --- a subreaper */
static void set_up_reaper(void)
{
	need(!prctl(PR_SET_CHILD_SUBREAPER, 1));
}

static void verify_reaper(void)
{
	int on = 0, status;

	need(!prctl(PR_GET_CHILD_SUBREAPER, &on));
	equal(on, 1);
	/* A grandchild comes to it. */
	need((child = fork()) >= 0);
	if (!child) {
		if (!fork()) {
			while (getppid() == child)
				usleep(1000);
			usleep(50000);
			_exit(9);
		}
		_exit(0);
	}
	need(waitpid(child, &status, 0) == child);
	need(waitpid(-1, &status, 0) > 0);
	equal(WEXITSTATUS(status), 9);
}

static void spoil_reaper(void)
{
	need(!prctl(PR_SET_CHILD_SUBREAPER, 0));
}

STATE(subreaper, "a process that gets the orphans below it", set_up_reaper, verify_reaper,
      spoil_reaper);

/* --- signals at the end of a parent */
static void set_up_death(void)
{
	need(!prctl(PR_SET_PDEATHSIG, SIGWINCH));
}

static void verify_death(void)
{
	int signal = 0;

	need(!prctl(PR_GET_PDEATHSIG, &signal));
	equal(signal, SIGWINCH);
}

static void spoil_death(void)
{
	need(!prctl(PR_SET_PDEATHSIG, 0));
}

STATE(parent_death_signal, "a signal at the end of the parent", set_up_death, verify_death,
      spoil_death);

/* --- tasks that share a root, a table of files, memory */
static void change_folder(void *arg)
{
	need(!chdir(arg));
	umask(027);
}

static void set_up_clone_fs(void)
{
	aside = aside_start(CLONE_FS);
	need(!mkdir("inner", 0700));
	aside_call(aside, change_folder, "inner");
}

static void verify_clone_fs(void)
{
	char at[4096];

	need(getcwd(at, sizeof(at)));
	need(strlen(at) > 6);
	texts(at + strlen(at) - 6, "/inner");
	aside_call(aside, change_folder, "..");
	need(getcwd(at, sizeof(at)));
	need(strcmp(at + strlen(at) - 6, "/inner"));
	aside_call(aside, change_folder, "inner");
	equal(umask(027), 027);
}

static void spoil_clone_fs(void)
{
	aside_end(aside);
	aside = aside_start(0);
}

STATE(clone_fs, "two processes with one working folder", set_up_clone_fs, verify_clone_fs,
      spoil_clone_fs);

static void open_one(void *arg)
{
	need(dup2(open("/dev/null", O_RDONLY), 50) == 50);
}

static void close_one(void *arg)
{
	need(!close(50));
}

static void set_up_clone_files(void)
{
	aside = aside_start(CLONE_FILES);
}

static void verify_clone_files(void)
{
	aside_call(aside, open_one, NULL);
	need(fcntl(50, F_GETFD) >= 0);
	aside_call(aside, close_one, NULL);
	need(fcntl(50, F_GETFD) < 0);
}

STATE(clone_files, "two processes with one table of files", set_up_clone_files,
      verify_clone_files, spoil_clone_fs);

static int number;

static void add_one(void *arg)
{
	number++;
}

static void set_up_clone_vm(void)
{
	aside = aside_start(CLONE_VM);
}

static void verify_clone_vm(void)
{
	const int before = number;

	aside_call(aside, add_one, NULL);
	equal(number, before + 1);
}

STATE(clone_vm, "two processes with one memory", set_up_clone_vm, verify_clone_vm,
      spoil_clone_fs);

/* --- a parent that waits in vfork(2) for a child that goes on after a while */
static void set_up_vfork(void)
{
	share();
	if (!fork()) {
		for (;;) {
			pid_t pid = vfork();

			if (!pid) {
				struct timespec t = { 0, 30000000 };

				nanosleep(&t, NULL);
				_exit(3);
			}
			if (pid > 0) {
				int status;

				waitpid(pid, &status, 0);
				shared[0] += WEXITSTATUS(status) == 3;
			}
			usleep(30000);
		}
	}
	in_time(shared[0]);
}

static void verify_vfork(void)
{
	const int before = shared[0];

	in_time(shared[0] > before + 1);
}

static void spoil_vfork(void)
{
	signal(SIGTERM, SIG_IGN);
	need(!kill(0, SIGTERM));
}

STATE(vfork, "a process that calls vfork(2) again and again", set_up_vfork, verify_vfork,
      spoil_vfork);

/* --- a tree of many, deep */
static void set_up_tree(void)
{
	share();
	need((child = fork()) >= 0);
	if (child) {
		in_time(shared[0] == 20);
		return;
	}
	for (;;) {
		const int depth = ++shared[0];

		shared[depth] = getpid();
		if (depth == 20 || fork())
			sleep_on();
	}
}

static void verify_tree(void)
{
	char path[64];

	for (int i = 2; i <= 20; i++) {
		snprintf(path, sizeof(path), "/proc/%d/status", shared[i]);
		equal(atoi(line_of(path, "PPid:")), shared[i - 1]);
	}
}

static void spoil_tree(void)
{
	need(!kill(shared[10], SIGKILL));
	in_time(kill(shared[20], 0) || getppid());
	usleep(100000);
}

STATE(tree, "a chain of 20 processes", set_up_tree, verify_tree, spoil_tree);
