// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ve controller: binding, states, init, how tasks get in and that they
 * never get out.
 */
#include "vz.h"
#include <sys/reboot.h>

#ifndef CLONE_INTO_CGROUP
#define CLONE_INTO_CGROUP 0x200000000ULL
#endif

static pid_t clone_into(int cgroup_fd)
{
	struct {
		unsigned long long flags, pidfd, child_tid, parent_tid, exit_signal,
				   stack, stack_size, tls, set_tid, set_tid_size, cgroup;
	} args = {
		.flags = CLONE_INTO_CGROUP, .exit_signal = SIGCHLD, .cgroup = cgroup_fd,
	};

	return syscall(SYS_clone3, &args, sizeof(args));
}

static void test_id(void)
{
	struct test_ve a = { .id = 81 }, b;
	char file[128];
	pid_t pid;

	write_file(CGROUP_ROOT "/cgroup.subtree_control", "+memory +ve");
	ok(access(CGROUP_ROOT "/ve.id", F_OK), "the root cgroup has no ve.id");
	snprintf(a.dir, sizeof(a.dir), CGROUP_ROOT "/test-81-%d", getpid());
	mkdir(a.dir, 0755);
	ok(!strcmp(read_file(ve_path(&a, "ve.id")), "0"), "a cgroup is born unbound");
	fails_with(EINVAL, write_file(ve_path(&a, "ve.id"), "0"), "id 0 is refused");
	fails_with(EINVAL, write_file(ve_path(&a, "ve.id"), "2147483645"), "a huge id is refused");
	fails_with(EINVAL, write_file(ve_path(&a, "ve.id"), "12x"), "a bad number is refused");
	fails_with(EINVAL, write_file(ve_path(&a, "ve.state"), "STARTING"),
		   "unbound has no states");

	/* a zombie counts as much as a running task */
	pid = fork();
	if (!pid)
		_exit(write_file(ve_path(&a, "cgroup.procs"), "0") ? 1 : 0);
	waitid(P_PID, pid, NULL, WEXITED | WNOWAIT);
	fails_with(EBUSY, write_file(ve_path(&a, "ve.id"), "81"),
		   "a cgroup with a zombie cannot be bound");
	waitpid(pid, NULL, 0);
	ok(wait_until(!rmdir(a.dir)), "it can be removed when the zombie is gone");

	ok(!ve_create(&a, 81), "a fresh cgroup is bound");
	ok(!strcmp(read_file(ve_path(&a, "ve.id")), "81"), "ve.id shows the id");
	fails_with(EBUSY, write_file(ve_path(&a, "ve.id"), "82"), "a second bind is refused");
	ok(ve_create(&b, 81) && errno == EBUSY, "an id in use is refused");
	rmdir(b.dir);
	snprintf(file, sizeof(file), "%s/cgroup.subtree_control", a.dir);
	fails_with(EPERM, write_file(file, "+ve"), "a VE below a VE is refused");
	ve_destroy(&a);
	ok(access(a.dir, F_OK), "the cgroup can be removed");
	ok(!ve_create(&a, 81), "the id is free again");
	ve_destroy(&a);

	ok(!ve_create(&b, 82), "another id");
	mkdir(ve_path(&b, "payload/x"), 0755);
	rmdir(ve_path(&b, "payload/x"));
	ve_destroy(&b);

	snprintf(a.dir, sizeof(a.dir), CGROUP_ROOT "/test-83-%d", getpid());
	mkdir(a.dir, 0755);
	mkdir(ve_path(&a, "child"), 0755);
	fails_with(EBUSY, write_file(ve_path(&a, "ve.id"), "83"),
		   "a cgroup with a child cannot be bound");
	rmdir(ve_path(&a, "child"));
	rmdir(a.dir);
}

static void test_features(void)
{
	struct test_ve ve;

	ok(!ve_create(&ve, 84), "VE 84");
	ok(!write_file(ve_path(&ve, "ve.features"), "io_uring nesting\n") &&
	   !strcmp(read_file(ve_path(&ve, "ve.features")), "nesting io_uring"),
	   "features are set and shown in order");
	fails_with(EINVAL, write_file(ve_path(&ve, "ve.features"), "nesting sorcery"),
		   "an unknown feature is refused");
	ok(!write_file(ve_path(&ve, "ve.features"), "\n") &&
	   !strcmp(read_file(ve_path(&ve, "ve.features")), ""), "features are cleared");
	write_file(ve_path(&ve, "ve.state"), "STARTING");
	fails_with(EBUSY, write_file(ve_path(&ve, "ve.features"), "bpf"),
		   "features are fixed outside STOPPED");
	ok(!write_file(ve_path(&ve, "ve.state"), "STOPPED"), "STARTING may be given up");
	ve_destroy(&ve);
}

/* Descriptors of the host's root that leaked into a VE. */
struct leak {
	int	procs;
	int	dir;
};

static int escape(void *arg)
{
	struct leak *l = arg;
	pid_t pid;

	fails_with(EPERM, write(l->procs, "0", 1),
		   "root of a VE cannot leave by a leaked cgroup.procs");
	pid = clone_into(l->dir);
	if (!pid)
		_exit(0);
	ok(pid < 0, "nor by CLONE_INTO_CGROUP with a leaked directory");
	return 7;
}

static void test_escape(void)
{
	struct leak l;
	struct test_ve ve;
	int fd;
	pid_t pid;

	l.procs = open(CGROUP_ROOT "/cgroup.procs", O_WRONLY);
	l.dir = open(CGROUP_ROOT, O_RDONLY | O_DIRECTORY);
	ok(in_ve(85, "", escape, &l) == 7, "init ended as it wanted");
	close(l.procs);
	close(l.dir);

	/* the host's root may put tasks in, other users may not */
	ok(!ve_create(&ve, 86), "VE 86");
	fd = open(ve_path(&ve, "payload"), O_RDONLY | O_DIRECTORY);
	pid = clone_into(fd);
	if (!pid)
		pause();
	ok(pid > 0, "the host's root clones into a VE");
	fails_with(EBUSY, write_file(CGROUP_ROOT "/cgroup.subtree_control", "-ve"),
		   "the controller cannot be taken away from a VE in use");
	if (pid > 0) {
		fails_with(EPERM, write_file(CGROUP_ROOT "/cgroup.procs", "%d", pid),
			   "no task is taken out, not even by the host's root");
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
	}
	chmod(ve_path(&ve, "payload"), 0777);
	chmod(ve_path(&ve, "payload/cgroup.procs"), 0666);
	chmod(CGROUP_ROOT "/cgroup.procs", 0666);
	pid = fork();
	if (!pid) {
		if (setresuid(1000, 1000, 1000))
			_exit(1);
		fails_with(EPERM, write_file(ve_path(&ve, "payload/cgroup.procs"), "0"),
			   "a user of the host cannot enter whatever the modes are");
		pid = clone_into(fd);
		if (!pid)
			_exit(0);
		ok(pid < 0 && errno == EPERM, "nor clone into it");
		_exit(0);
	}
	waitpid(pid, NULL, 0);
	chmod(CGROUP_ROOT "/cgroup.procs", 0644);
	close(fd);
	ve_destroy(&ve);
}

static int sleeper(void *arg)
{
	(void)arg;
	pause();
	return 0;
}

static int reboots(void *arg)
{
	reboot(*(int *)arg);
	pause();
	return 0;
}

static void test_states(void)
{
	int how[2] = { RB_AUTOBOOT, RB_POWER_OFF };
	static const char *const word[2] = { "reboot", "halt" };
	struct pollfd p = { .events = POLLPRI };
	struct test_ve ve;
	int i, up[2], events = 0;
	pid_t other;
	char c[64];

	ok(!ve_create(&ve, 87), "VE 87");
	ok(ve_state_is(&ve, "STOPPED"), "a VE is born STOPPED");
	fails_with(EINVAL, write_file(ve_path(&ve, "ve.state"), "RUNNING"),
		   "STOPPED to RUNNING is refused");
	fails_with(EINVAL, write_file(ve_path(&ve, "ve.state"), "STOPPING"),
		   "STOPPING is not for writers");
	fails_with(EINVAL, write_file(ve_path(&ve, "ve.state"), "ASLEEP"),
		   "an unknown state is refused");
	write_file(ve_path(&ve, "ve.state"), "STARTING");
	fails_with(EINVAL, write_file(ve_path(&ve, "ve.state"), "RUNNING"),
		   "RUNNING without init is refused");
	write_file(ve_path(&ve, "ve.state"), "STOPPED");

	p.fd = open(ve_path(&ve, "ve.state"), O_RDONLY);
	ok(read(p.fd, c, sizeof(c)) > 0 && !ve_boot(&ve, sleeper, NULL, "STARTING"),
	   "namespaces are made");
	ok(poll(&p, 1, PATIENCE * 1000) == 1 && (p.revents & POLLPRI),
	   "a poller is told of STARTING");
	ok(atoi(read_file(ve_path(&ve, "ve.init"))) > 0, "ve.init shows a pid");
	snprintf(c, sizeof(c), "/proc/%d/status", atoi(read_file(ve_path(&ve, "ve.init"))));
	ok(strstr(read_file(c), "NSpid:") && strstr(read_file(c), "\t1\n"),
	   "and it is pid 1 of its namespace");
	fails_with(EBUSY, write_file(ve_path(&ve, "ve.state"), "STOPPED"),
		   "STOPPED with tasks is refused");
	ok(!ve_run(&ve) && ve_state_is(&ve, "RUNNING"), "RUNNING");
	fails_with(EINVAL, write_file(ve_path(&ve, "ve.state"), "STOPPED"),
		   "RUNNING to STOPPED is refused");
	ok(!strcmp(read_file(ve_path(&ve, "ve.exit")), "none"), "ve.exit is none while it runs");

	/* a task of the host outlives init: the VE is STOPPING until it ends */
	if (pipe(up))
		return;
	other = fork();
	if (!other) {
		if (write_file(ve_path(&ve, "payload/cgroup.procs"), "0") ||
		    write(up[1], "x", 1) != 1)
			_exit(1);
		pause();
	}
	close(up[1]);
	ok(read(up[0], c, 1) == 1, "a task of the host enters");
	close(up[0]);
	lseek(p.fd, 0, SEEK_SET);
	ok(read(p.fd, c, sizeof(c)) > 0, "state is read");
	kill(atoi(read_file(ve_path(&ve, "ve.init"))), SIGKILL);
	ok(poll(&p, 1, PATIENCE * 1000) == 1 && (p.revents & POLLPRI),
	   "a poller is told of the end of init");
	ok(ve_wait_state(&ve, "STOPPING"), "STOPPING while a task is left");
	ok(!strcmp(read_file(ve_path(&ve, "ve.init")), "0"), "ve.init is 0 again");
	usleep(100000);
	ok(ve_state_is(&ve, "STOPPING"), "and it stays so");
	kill(other, SIGKILL);
	ok(ve_wait_state(&ve, "STOPPED"), "STOPPED when the last task ends, reaped or not");
	waitpid(other, NULL, 0);
	ve_join(&ve);
	ok(!strcmp(read_file(ve_path(&ve, "ve.exit")), "exit"), "a killed init is an exit");

	for (i = 0; i < 2; i++) {
		ok(!ve_boot(&ve, reboots, &how[i], "STARTING") && !ve_run(&ve), "started again");
		ok(ve_wait_state(&ve, "STOPPED") &&
			   !strcmp(read_file(ve_path(&ve, "ve.exit")), word[i]),
		   "reboot(2) inside is %s", word[i]);
		ve_join(&ve);
	}

	ok(!ve_boot(&ve, sleeper, NULL, "RESTORING") && !ve_run(&ve), "RESTORING to RUNNING");
	write_file(ve_path(&ve, "cgroup.kill"), "1");
	ok(ve_wait_state(&ve, "STOPPED"), "cgroup.kill stops it");
	ve_join(&ve);
	close(p.fd);

	for (i = 0; i < 20; i++) {
		if (ve_boot(&ve, sleeper, NULL, "STARTING") || ve_run(&ve))
			break;
		write_file(ve_path(&ve, "cgroup.kill"), "1");
		events += ve_wait_state(&ve, "STOPPED");
		ve_join(&ve);
	}
	ok(events == 20, "20 starts and kills all end STOPPED");
	ve_destroy(&ve);
	ok(access(ve.dir, F_OK), "and the cgroup goes");
}

/* The namespace was made before its maker was in the VE: it belongs to the host. */
static void test_foreign_user_ns(void)
{
	struct test_ve ve;
	char c, path[64];
	pid_t pid, init;
	int up[2];

	ok(!ve_create(&ve, 88) && !write_file(ve_path(&ve, "ve.state"), "STARTING"), "VE 88");
	if (pipe(up))
		return;
	pid = fork();
	if (!pid) {
		if (unshare(CLONE_NEWUSER | CLONE_NEWPID))
			_exit(1);
		pid = fork();
		if (!pid)
			pause();
		if (write(up[1], "x", 1) != 1)
			_exit(1);
		waitpid(pid, NULL, 0);
		_exit(0);
	}
	if (read(up[0], &c, 1) != 1)
		return;
	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", pid, pid);
	init = atoi(read_file(path));
	ok(!write_file(ve_path(&ve, "payload/cgroup.procs"), "%d", init), "its init is moved in");
	fails_with(EINVAL, write_file(ve_path(&ve, "ve.state"), "RUNNING"),
		   "RUNNING with a foreign user namespace is refused");
	kill(init, SIGKILL);
	waitpid(pid, NULL, 0);
	ve_destroy(&ve);
}

int main(void)
{
	test_start();
	test_id();
	test_features();
	test_escape();
	test_states();
	test_foreign_user_ns();
	return test_end();
}
