// SPDX-License-Identifier: GPL-2.0-only
#include "vz.h"

const char *ve_path(const struct test_ve *ve, const char *file)
{
	static char buf[4][128];
	static int i;

	i = (i + 1) % 4;
	snprintf(buf[i], sizeof(buf[i]), "%s/%s", ve->dir, file);
	return buf[i];
}

int ve_create(struct test_ve *ve, unsigned int id)
{
	static int serial;

	ve->id = id;
	ve->helper = 0;
	snprintf(ve->dir, sizeof(ve->dir), CGROUP_ROOT "/test-%u-%d-%d", id, getpid(), ++serial);
	write_file(CGROUP_ROOT "/cgroup.subtree_control", "+memory +pids");
	if (write_file(CGROUP_ROOT "/cgroup.subtree_control", "+ve"))
		return -1;
	if (mkdir(ve->dir, 0755) || write_file(ve_path(ve, "ve.id"), "%u", id))
		return -1;
	return mkdir(ve_path(ve, "payload"), 0755);
}

bool ve_state_is(const struct test_ve *ve, const char *state)
{
	return !strcmp(read_file(ve_path(ve, "ve.state")), state);
}

bool ve_wait_state(const struct test_ve *ve, const char *state)
{
	return wait_until(ve_state_is(ve, state));
}

int ve_boot(struct test_ve *ve, int (*fn)(void *), void *arg,
			  const char *state)
{
	int ready[2], mapped[2], go[2];
	char path[64], c;

	if (write_file(ve_path(ve, "ve.state"), "%s", state))
		return -1;
	if (pipe2(ready, O_CLOEXEC) || pipe2(mapped, O_CLOEXEC) || pipe2(go, O_CLOEXEC))
		return -1;
	fflush(stdout);
	ve->helper = fork();
	if (!ve->helper) {
		pid_t init;
		int status;

		close(go[1]);
		if (write_file(ve_path(ve, "payload/cgroup.procs"), "0"))
			_exit(90);
		if (unshare(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC |
			    CLONE_NEWUTS | CLONE_NEWNET | CLONE_NEWCGROUP | CLONE_NEWTIME))
			_exit(91);
		if (write(ready[1], "x", 1) != 1 || read(mapped[0], &c, 1) != 1)
			_exit(92);
		if (setresgid(0, 0, 0) || setresuid(0, 0, 0))
			_exit(93);
		init = fork();
		if (!init) {
			if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
			    mount("proc", "/proc", "proc", 0, NULL))
				_exit(94);
			if (write(ready[1], "x", 1) != 1)
				_exit(95);
			if (read(go[0], &c, 1))
				_exit(96);
			_exit(fn(arg));
		}
		/* Whoever is left below the VE keeps it from being STOPPED. */
		if (init < 0 || waitpid(init, &status, 0) != init)
			_exit(97);
		_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 98);
	}
	close(ready[1]);
	close(mapped[0]);
	close(go[0]);
	ve->go = go[1];
	if (read(ready[0], &c, 1) != 1)
		return -1;
	snprintf(path, sizeof(path), "/proc/%d/uid_map", ve->helper);
	if (write_file(path, "0 %u 65536", 0x40000000u + ve->id % 16384 * 65536))
		return -1;
	snprintf(path, sizeof(path), "/proc/%d/gid_map", ve->helper);
	if (write_file(path, "0 %u 65536", 0x40000000u + ve->id % 16384 * 65536))
		return -1;
	if (write(mapped[1], "x", 1) != 1 || read(ready[0], &c, 1) != 1)
		return -1;
	close(mapped[1]);
	close(ready[0]);
	return 0;
}

int ve_run(struct test_ve *ve)
{
	int ret = write_file(ve_path(ve, "ve.state"), "RUNNING");
	int e = errno;

	close(ve->go);
	errno = e;
	return ret;
}

int ve_join(struct test_ve *ve)
{
	int status;

	if (waitpid(ve->helper, &status, 0) != ve->helper)
		return -1;
	ve->helper = 0;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void ve_destroy(struct test_ve *ve)
{
	if (ve->helper) {
		write_file(ve_path(ve, "cgroup.kill"), "1");
		ve_join(ve);
	}
	wait_until(!rmdir(ve_path(ve, "payload")) || errno != EBUSY);
	wait_until(!rmdir(ve->dir) || errno != EBUSY);
}

int in_ve(unsigned int id, const char *features,
			int (*fn)(void *), void *arg)
{
	struct test_ve ve;
	int ret = -1;

	if (ve_create(&ve, id) ||
	    write_file(ve_path(&ve, "ve.features"), "%s\n", features) ||
	    ve_boot(&ve, fn, arg, "STARTING") || ve_run(&ve))
		printf("# VE %u does not start: %s\n", id, strerror(errno));
	else
		ret = ve_join(&ve);
	ve_destroy(&ve);
	return ret;
}
