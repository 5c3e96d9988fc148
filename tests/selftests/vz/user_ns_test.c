// SPDX-License-Identifier: GPL-2.0-only
/*
 * A restore enters a user namespace with threads, or with a folder that it shares: into one of the
 * same VE, while that is RESTORING. Everybody else hears what a stock kernel says.
 *
 *	host ── VE one ── a namespace of its own	entered by: the restore of one
 *	   │        └─ processes once it runs		never with threads
 *	   ├─── VE two ── a namespace of its own	never from one
 *	   └─── a namespace of the host's		never from one
 */
#include "vz.h"
#include <pthread.h>

enum company { ALONE, THREAD, FOLDER };

static const char *const with[] = { "alone", "with a thread", "with a shared folder" };

struct other {
	int ns, go, error;
	char before[64], after[64];
};

/* A process of the VE from now on, as its root. The restore gets there like this. */
static void enter(const struct test_ve *ve)
{
	char path[64];
	int fd;

	if (!ve)
		return;
	need(!write_file(ve_path(ve, "payload/cgroup.procs"), "0"));
	snprintf(path, sizeof(path), "/proc/%d/ns/user", ve->helper);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	need(fd >= 0 && !setns(fd, CLONE_NEWUSER));
	close(fd);
	need(!setresgid(0, 0, 0) && !setresuid(0, 0, 0));
}

/* A user namespace that a process of @ve makes; NULL is the host. */
static int make_namespace(const struct test_ve *ve)
{
	int ready[2], fd;
	char path[64], c;
	pid_t pid;

	need(!pipe2(ready, O_CLOEXEC));
	pid = fork();
	need(pid >= 0);
	if (!pid) {
		enter(ve);
		if (unshare(CLONE_NEWUSER) || write(ready[1], "", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	close(ready[1]);
	need(read(ready[0], &c, 1) == 1);
	close(ready[0]);
	snprintf(path, sizeof(path), "/proc/%d/ns/user", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	need(fd >= 0 && !kill(pid, SIGKILL) && waitpid(pid, NULL, 0) == pid);
	return fd;
}

static void read_own(char *to)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/task/%ld/ns/user", (long)syscall(SYS_gettid));
	memset(to, 0, 64);
	need(readlink(path, to, 63) > 0);
}

/* Stays where it was, and then enters by itself. */
static void *follow(void *arg)
{
	struct other *o = arg;
	char c;

	need(read(o->go, &c, 1) == 1);
	read_own(o->before);
	o->error = setns(o->ns, CLONE_NEWUSER) ? errno : 0;
	read_own(o->after);
	return NULL;
}

static int idle(void *arg)
{
	while (!arg)
		pause();
	return 0;
}

/* errno of a thread's setns(), or 0 when it, and then the other thread, is in there. */
static int enter_with_thread(int ns)
{
	struct other o = { .ns = ns };
	char before[64], after[64];
	int go[2], error;
	pthread_t thread;

	need(!pipe(go));
	o.go = go[0];
	need(!pthread_create(&thread, NULL, follow, &o));
	read_own(before);
	error = setns(ns, CLONE_NEWUSER) ? errno : 0;
	read_own(after);
	need(write(go[1], "", 1) == 1 && !pthread_join(thread, NULL));
	if (error)
		return strcmp(before, after) ? 201 : error;
	if (o.error || strcmp(o.before, before) || strcmp(o.after, after) || !strcmp(before, after))
		return 202;
	return 0;
}

static int enter_with_folder(int ns)
{
	static char stack[65536];
	pid_t pid = clone(idle, stack + sizeof(stack), CLONE_FS | SIGCHLD, NULL);
	int error;

	need(pid > 0);
	error = setns(ns, CLONE_NEWUSER) ? errno : 0;
	kill(pid, SIGKILL);
	return error;
}

static int enter_alone(int ns)
{
	return setns(ns, CLONE_NEWUSER) ? errno : 0;
}

/* errno of a process of @ve, its root or a @user of it, that wants into @ns. */
static int try(const struct test_ve *ve, bool user, int ns, enum company company)
{
	int (*const fn[])(int) = { enter_alone, enter_with_thread, enter_with_folder };
	int status;
	pid_t pid = fork();

	need(pid >= 0);
	if (!pid) {
		enter(ve);
		if (user && setresuid(1000, 1000, 1000))
			_exit(203);
		_exit(fn[company](ns));
	}
	need(waitpid(pid, &status, 0) == pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 204;
}

static void expect(const char *who, const struct test_ve *ve, bool user, const char *where, int ns,
		   const int want[3])
{
	char text[160];

	for (enum company c = ALONE; c <= FOLDER; c++) {
		snprintf(text, sizeof(text), "%s, %s, into %s", who, with[c], where);
		ok_eq(try(ve, user, ns, c), want[c], text);
	}
}

static void boot(struct test_ve *ve, unsigned int id, const char *state)
{
	need(!ve_create(ve, id) && !write_file(ve_path(ve, "ve.features"), "userns\n"));
	need(!ve_boot(ve, idle, NULL, state));
}

int main(void)
{
	const int all[] = { 0, 0, 0 }, stock[] = { 0, EINVAL, EINVAL };
	const int never[] = { EPERM, EINVAL, EINVAL }, weak[] = { EPERM, EPERM, EPERM };
	const int same[] = { EINVAL, EINVAL, EINVAL };
	struct test_ve one, two, starting;
	int ours, others, hosts, root, started;
	char path[64];

	test_start();
	boot(&one, 3201, "RESTORING");
	boot(&two, 3202, "RESTORING");
	boot(&starting, 3203, "STARTING");
	ours = make_namespace(&one);
	others = make_namespace(&two);
	started = make_namespace(&starting);
	hosts = make_namespace(NULL);
	root = open("/proc/self/ns/user", O_RDONLY | O_CLOEXEC);

	expect("a restore", &one, false, "a namespace of its VE", ours, all);
	expect("a restore", &one, false, "one of another VE", others, never);
	expect("a restore", &one, false, "one of the host", hosts, never);
	expect("a restore", &one, false, "the host's first", root, never);
	snprintf(path, sizeof(path), "/proc/%d/ns/user", one.helper);
	expect("a restore", &one, false, "where it is", open(path, O_RDONLY | O_CLOEXEC), same);
	expect("a user of a VE that is restored", &one, true, "its namespace", ours, weak);
	expect("root of the host", NULL, false, "a namespace of the host", hosts, stock);
	expect("root of the host", NULL, false, "one of a VE that is restored", ours, stock);
	expect("a VE that is started", &starting, false, "a namespace of its own", started, stock);

	need(!ve_run(&one));
	expect("a VE that runs", &one, false, "a namespace of its own", ours, stock);
	expect("a VE that runs", &one, false, "one of a VE that is restored", others, never);
	expect("a restore", &two, false, "one of a VE that runs", ours, never);
	ve_destroy(&one);
	ve_destroy(&two);
	ve_destroy(&starting);
	return test_end();
}
